"""Shared by the commands that read the output folder of a county run."""

from __future__ import annotations

from pathlib import Path

import click

from rules import Edition
from service.commands.common import Settings, Unfit
from service.county.run.manifest import Manifest, NotARun, read_manifest

RUN = click.Path(exists=True, file_okay=False, path_type=Path)


def read_run(folder: Path, settings: Settings) -> tuple[Manifest, Edition]:
    """The manifest of the run in a folder and its edition."""
    try:
        manifest = read_manifest(folder)
    except NotARun as error:
        raise Unfit([{"where": str(folder), "zh": error.zh, "en": error.en}]) from None
    return manifest, settings.named(manifest.edition)
