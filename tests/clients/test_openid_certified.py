"""A person signs in through the certified provider of npm: discovery, PKCE, nonce, its keys, its userinfo."""

import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urljoin

import pytest
import requests

from tests.api.calling import start
from tests.clients.test_clients import done, needs
from tests.running import free_port, wait_for

PROVIDER = "oidc-provider@9"
HERE, BACK = "http://localhost", "/sign-in/back"
pytestmark = needs("node", "npm")


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    """The address of a provider in a process of its own."""
    folder, port = tmp_path_factory.mktemp("provider"), free_port()
    (folder / "package.json").write_text('{"private": true}', "utf-8")
    done("npm", "install", "--no-audit", "--no-fund", "--silent", PROVIDER, folder=folder)
    shutil.copy(Path(__file__).parent / "provider.mjs", folder)
    node = shutil.which("node")
    with subprocess.Popen([node, "provider.mjs", str(port), HERE + BACK], cwd=folder, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:  # fmt: skip
        try:
            address = f"http://localhost:{port}"
            assert wait_for(f"{address}/.well-known/openid-configuration", process)
            yield address
        finally:
            process.terminate()


@pytest.fixture
def signs_in(tmp_path, provider):
    """Signs somebody in there, by the claim that is set; the answer of the service, and the browser."""
    opened = []

    def sign_in(login, **settings):
        api = start(tmp_path, oidc_issuer=provider, oidc_client_id="village-credit",
                    oidc_client_secret="a secret of the test", public_address=HERE, **settings)  # noqa: S106 # fmt: skip
        opened.append(api)
        api.service.people.add("wang", "王某", "analyst")
        api.service.people.add("li@example.org", "李某", "analyst")
        browser = api.app.test_client()
        there = confirmed(browser.get("/sign-in/elsewhere?next=/reviews").headers["Location"], login)
        return browser.get(there.removeprefix(HERE)), browser

    yield sign_in
    for one in opened:
        one.close()


def confirmed(address, login):
    """Where the provider sends the browser back, once its forms are filled in."""
    with requests.Session() as session:
        answer = session.get(address, allow_redirects=False, timeout=10)
        for _ in range(10):
            if answer.is_redirect:
                address = urljoin(address, answer.headers["Location"])
                if address.startswith(HERE + BACK):
                    return address
                answer = session.get(address, allow_redirects=False, timeout=10)
            else:
                fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="(\w+)"', answer.text))
                address = urljoin(address, re.search(r'action="([^"]+)"', answer.text)[1])
                fields |= {"login": login, "password": "any"} if fields["prompt"] == "login" else {}
                answer = session.post(address, data=fields, allow_redirects=False, timeout=10)
    raise AssertionError(answer.text)


def test_whoever_it_confirms_is_in(signs_in):
    answer, browser = signs_in("wang")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/reviews")
    assert "王某" in browser.get("/reviews").text


def test_whoever_is_not_known_here_stays_out(signs_in):
    answer, browser = signs_in("zhang")
    assert (answer.status_code, "zhang" in answer.text) == (403, True)
    assert browser.get("/reviews").status_code == 303


def test_an_address_that_it_has_not_verified_is_nobodys_login(signs_in):
    answer, _ = signs_in("li", oidc_claim="email")
    assert answer.status_code == 401
