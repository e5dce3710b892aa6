"""A running service for the documents' examples."""

import shutil

import pytest

from tests.api.conftest import api
from tests.running import running

__all__ = ["api", "server"]


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    if shutil.which("curl") is None or shutil.which("bash") is None:
        pytest.skip("curl or bash is not on this machine")
    with running(tmp_path_factory.mktemp("examples")) as found:
        yield found
