"""One browser for all tests of a process: two drivers do not live side by side."""

from __future__ import annotations

import atexit
import shutil
from functools import cache

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox --disable-gpu --no-first-run --disable-background-networking --disable-component-update "
    "--disable-sync --disable-dev-shm-usage"
).split()


def browser() -> Browser:
    """Chromium without a window; where it is not on the machine the test is left out."""
    if CHROMIUM is None:
        pytest.skip("chromium is not on this machine (Debian: apt-get install chromium fonts-noto-cjk)")
    return _launched()


@cache
def _launched() -> Browser:
    driver = sync_playwright().start()
    atexit.register(driver.stop)
    return driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
