"""Writes the browser files of other projects anew, as their releases have them: `make vendor`, or
`make vendor ARGS="ace=1.46.0"` for another release. The manifests say where each file comes from."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).parents[1]
MANIFESTS = ("service/pages/static/vendor/manifest.json", "service/county/report/vendor/manifest.json")


def main(wanted: dict[str, str]) -> None:
    for path in map(ROOT.joinpath, MANIFESTS):
        manifest = json.loads(path.read_text(encoding="utf-8"))
        for name, entry in manifest.items():
            refresh(path.parent / name, entry, wanted.get(name, entry["version"]))
        path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def refresh(folder: Path, entry: dict[str, Any], version: str) -> None:
    """Fetch a release and write its files; one that is not what it was under its own version is refused."""
    package = entry["source"].split()[-1].partition("@")[0]
    packed = _packed(f"{package}@{version}")
    found = hashlib.sha256(packed).hexdigest()
    if version == entry["version"] and found != entry["source_sha256"]:
        raise SystemExit(f"{package} {version} has sha256 {found}, not {entry['source_sha256']}")
    entry |= {"version": version, "source": f"npm pack {package}@{version}", "source_sha256": found}
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for path in [*entry["files"], *(f"{folder.name}/{one.name}" for one in folder.glob("[A-Z]*"))]:
            name = path.partition("/")[2]
            member = name if path not in entry["files"] else f"{entry['folder']}/{name}"
            taken = archive.extractfile(f"package/{member}")
            assert taken is not None, member
            content = taken.read()
            (folder / name).write_bytes(content)
            if path in entry["files"]:
                entry["files"][path] = hashlib.sha256(content).hexdigest()
    sys.stdout.write(f"{package} {version}: {len(entry['files'])} files\n")


def _packed(release: str) -> bytes:
    """The archive of a release, as npm fetches it."""
    with TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", release], cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S607
        [archive] = Path(folder).glob("*.tgz")
        return archive.read_bytes()


if __name__ == "__main__":
    main(dict(one.split("=", 1) for one in sys.argv[1:]))
