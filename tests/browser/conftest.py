"""Debian's chromium against the real service. Whatever page a test opens may neither complain nor look elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from service.app import create_app
from service.commands.demonstration import prepare
from service.http.context import NAME
from service.settings import from_environment
from tests import chromium
from tests.running import POLICIES, Running, running

LOCALES = {"zh": "zh-CN", "en": "en-GB"}
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


def looked(page: Page) -> None:
    """Wait until what a draft says has been looked at, and is shown."""
    page.wait_for_function("() => document.readyState === 'complete' && !document.getElementById('looking')")


@dataclass
class Visitor:
    """Somebody with a browser in front of the service."""

    browser: Browser
    server: Running
    complaints: list[str] = field(default_factory=list)
    expected: set[str] = field(default_factory=set)  # what the browser's console may mention

    zone: str | None = None  # of the computer that the browser runs on

    def open(self, path: str, lang: str = "zh", size: dict[str, int] = DESK, *, scripts: bool = True) -> Page:
        context = self.browser.new_context(locale=LOCALES[lang], viewport=size, java_script_enabled=scripts,
                                           timezone_id=self.zone)  # fmt: skip
        context.set_default_timeout(30_000)
        context.on("request", self._asked)
        context.on("console", lambda message: self._said(message.type, message.text))
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        page = context.new_page()
        page.goto(self.server.address + path)
        return page

    def form(self, lang: str = "zh", size: dict[str, int] = DESK) -> Page:
        """The start page with its form ready, signed in as a caller."""
        page = self.signed_in("caller", "/", lang, size)
        page.wait_for_selector("#form:not([hidden])")
        return page

    def signed_in(self, role: str, path: str, lang: str = "zh", size: dict[str, int] = DESK) -> Page:
        """A page as somebody in a role sees it."""
        page = self.open(f"/sign-in?next={path}", lang, size)
        page.fill("#login", role)
        page.fill("#password", self.server.passwords[role])
        page.click("main [type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    def _asked(self, request):
        if not request.url.startswith((self.server.address, "data:", "blob:")):
            self.complaints.append(f"asks {request.url}")

    def _said(self, kind, text):
        if kind in ("error", "warning") and not any(one in text for one in self.expected):
            self.complaints.append(f"{kind}: {text}")


@pytest.fixture(scope="session")
def browser() -> Browser:
    return chromium.browser()


@pytest.fixture(scope="session")
def policies(tmp_path_factory) -> Path:
    """The policies folder that the server watches: a copy, which a test may spoil and mend."""
    return shutil.copytree(POLICIES, tmp_path_factory.mktemp("watched") / "policies")


@pytest.fixture(scope="session")
def server(browser, policies, tmp_path_factory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("served")
    with running(folder, policies=policies, example=folder / "example") as server:
        yield server


@pytest.fixture
def visitor(browser, server) -> Iterator[Visitor]:
    visitor = Visitor(browser, server)
    yield visitor
    for context in browser.contexts:
        context.close()
    assert visitor.complaints == []


@pytest.fixture(scope="session")
def app(tmp_path_factory) -> Iterator[Flask]:
    """The application without a server, for what needs no browser."""
    environment, keys = prepare({"VILLAGE_CREDIT_POLICIES": str(POLICIES)}, tmp_path_factory.mktemp("pages"))
    app = create_app(from_environment(environment))
    app.config["keys"] = keys
    yield app
    app.extensions[NAME].policies.close()
    app.extensions[NAME].log.close()
