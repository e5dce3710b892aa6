#!/usr/bin/env python3
r"""Adds to a list of packages (CycloneDX, JSON) the licence that each says it has, and the packages of the system.

    python deploy/sbom.py LIST.json [PACKAGES]

Licences are those of the packages installed beside this Python; of one that is not installed none is added. PACKAGES is
what `dpkg-query -W -f '${Package}\t${Version}\t${Architecture}\n'` says; their licences stand in
/usr/share/doc/*/copyright of the image.
"""

import json
import sys
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

LONGEST = 100  # characters of a licence's name; some packages give the whole text
CLASSIFIER = "License :: "


def licences(name: str) -> list[dict[str, Any]]:
    """What an installed package says of its licence, as CycloneDX has it; nothing where it says nothing."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return []
    if expression := said.get("License-Expression"):
        return [{"expression": expression}]
    names = [one.rpartition(" :: ")[2] for one in said.get_all("Classifier", []) if one.startswith(CLASSIFIER)]
    named = [one for one in names if one != "OSI Approved"] or [said.get("License", "").strip().partition("\n")[0]]
    return [{"license": {"name": one[:LONGEST]}} for one in named if one and one != "UNKNOWN"]


def of_system(line: str) -> dict[str, str]:
    """A package of Debian's as a component."""
    name, version, architecture = line.split("\t")
    purl = f"pkg:deb/debian/{quote(name)}@{quote(version)}?arch={architecture}"
    return {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}


def main(file: Path, packages: Path | None = None) -> None:
    listed = json.loads(file.read_text(encoding="utf-8"))
    for one in listed["components"]:
        if found := licences(one["name"]):
            one["licenses"] = found
    lines = [] if packages is None else packages.read_text(encoding="utf-8").splitlines()
    listed["components"] += [of_system(line) for line in lines]
    file.write_text(json.dumps(listed, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
