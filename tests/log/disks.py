"""Small disks and disks that cannot be written to, real ones: for whoever may mount."""

from __future__ import annotations

import os
import subprocess
from contextlib import contextmanager, suppress

SMALL = 4 << 20
NO_MOUNT = "mounting a disk takes root and a kernel that allows it"


def _run(*command):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@contextmanager
def mounted(folder, *options):
    folder.mkdir()
    _run("mount", *options, str(folder))
    try:
        yield folder
    finally:
        _run("umount", "--lazy", str(folder))


def small_disk(folder, size=SMALL):
    return mounted(folder, "-t", "tmpfs", "-o", f"size={size}", "none")


@contextmanager
def read_only(folder):
    """While this lasts, the mounted folder cannot be written to."""
    _run("mount", "-o", "remount,ro,bind", str(folder))
    try:
        yield
    finally:
        _run("mount", "-o", "remount,rw,bind", str(folder))


def may_mount(folder):
    if os.getuid():
        return False
    with suppress(OSError, subprocess.CalledProcessError), small_disk(folder):
        return True
    return False


def fill(folder):
    """Leave no room on a small disk; returns what to delete for it."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    return filler
