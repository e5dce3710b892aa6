"""These tests fetch programs from the network, so they run only where they are asked for: `pytest tests/clients`."""

from pathlib import Path

import pytest


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    asked = any("tests/clients" in Path(arg.split("::")[0]).as_posix() for arg in config.args)
    return None if asked or collection_path.parent.name != "clients" else True
