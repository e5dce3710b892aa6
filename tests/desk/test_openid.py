"""Signing in elsewhere: at a provider over real HTTP, and by the header of a proxy."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from service.settings import BadSettings, from_environment
from tests.api.calling import start
from tests.desk.signing import token
from tests.running import free_port, wait_for

HERE, USERS = "http://localhost", "users"


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider in a process of its own."""
    port = free_port()
    claims = json.dumps({"sub": "wang-1", "preferred_username": "wang", "name": "Wang"})
    options = ["--port", str(port), "--require-nonce", "true", "--user-claims", claims]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        address = f"http://localhost:{port}"
        try:
            assert wait_for(address, process)
            yield address
        finally:
            process.terminate()


@pytest.fixture
def api(tmp_path, provider):
    api = start(tmp_path, oidc_issuer=provider, oidc_client_id="village-credit", oidc_client_secret="s",  # noqa: S106
                public_address=HERE)  # fmt: skip
    yield api
    api.close()


def gone(client, next="/reviews"):
    """Where the service sends a browser that signs in elsewhere."""
    answer = client.get(f"/sign-in/elsewhere?next={next}")
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def confirmed(address, sub="wang-1"):
    """The address with which the provider sends the browser back."""
    answer = requests.post(address, data={"sub": sub}, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    back = answer.headers["Location"]
    assert back.startswith(f"{HERE}/sign-in/back?")
    return back.removeprefix(HERE)


def test_whoever_the_provider_confirms_is_in_and_the_log_names_them(api):
    person = api.service.people.add("wang", "王某", "analyst")
    client = api.app.test_client()
    asked = parse_qs(urlsplit(address := gone(client)).query)
    assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
    assert {"nonce", "state", "code_challenge"} <= asked.keys()

    answer = client.get(confirmed(address))

    assert (answer.status_code, answer.headers["Location"]) == (303, "/reviews")
    assert "王某" in client.get("/reviews").text
    [line] = [one for one in api.service.log.find(kind="person") if one.outcome == "signed_in"]
    assert line.caller == person.id


def test_no_group_that_a_provider_or_a_proxy_tells_of_gives_a_role(tmp_path, provider):
    """Whoever belongs to the approvers there is what the log says here: who wrote a draft approves it through none."""
    claims = {"preferred_username": "zhang", "groups": ["approvers", "admin"], "roles": ["approver"], "role": "admin"}
    requests.put(f"{provider}/{USERS}/zhang-1", json=claims, timeout=5).raise_for_status()
    api = start(tmp_path, oidc_issuer=provider, oidc_client_id="village-credit", oidc_client_secret="s",  # noqa: S106
                public_address=HERE, trusted_header="RemoteUser", trusted_proxies=("10.0.0.1",))  # fmt: skip
    api.service.people.add("zhang", "张某", "editor")
    client = api.app.test_client()
    assert client.get(confirmed(gone(client), "zhang-1")).status_code == 303
    told = "X-Forwarded-Groups", "X-Auth-Request-Groups", "Remote-Groups", "RemoteGroups", "X-Remote-Role"
    said = {"RemoteUser": "zhang", **dict.fromkeys(told, "approvers,admin")}
    behind = api.app.test_client()
    asked = (client, {}, {}), (behind, said, {"REMOTE_ADDR": "10.0.0.1"})
    for who, headers, place in asked:
        csrf = token(who.get("/account", headers=headers, environ_overrides=place))
        sent = {"headers": {**headers, "X-CSRF-Token": csrf}, "environ_overrides": place}
        assert csrf
        assert who.post("/v1/drafts/draft-000000000000/approve", json={"sha256": "0" * 64}, **sent).status_code == 403
        assert who.get("/v1/drafts", **sent).status_code == 200  # an editor, no more and no less
    api.close()


def test_a_login_that_is_not_here_is_told_and_stays_out(api):
    client = api.app.test_client()
    answer = client.get(confirmed(gone(client)))
    assert (answer.status_code, "wang" in answer.text) == (403, True)
    assert client.get("/v1/plans").status_code == 401


@pytest.mark.parametrize("spoil", ["state", "code", "cookie", "late", "again"])
def test_an_answer_that_does_not_belong_lets_nobody_in(api, spoil):
    api.service.people.add("wang", "王某", "analyst")
    client, other = api.app.test_client(), api.app.test_client()
    back = confirmed(gone(client))
    if spoil == "state":
        back = re.sub("state=[^&]*", "state=other", back)
    if spoil == "code":
        back = re.sub("code=[^&]*", "code=other", back)
    if spoil == "late":
        later = time.time() + timedelta(minutes=11).total_seconds()
        api.service.openid._clock = lambda: later
    if spoil == "again":
        assert client.get(back).status_code == 303
        client.delete_cookie("session")
    answer = (other if spoil == "cookie" else client).get(back)
    assert answer.status_code == 401
    assert client.get("/v1/plans").status_code == 401


def test_a_provider_that_is_away_is_told(tmp_path):
    away = f"http://localhost:{free_port()}"
    api = start(tmp_path, oidc_issuer=away, oidc_client_id="a", public_address=HERE)
    assert api.app.test_client().get("/sign-in/elsewhere").status_code == 503
    api.close()


def test_a_trusted_proxy_says_who_it_is_and_nobody_else_does(tmp_path):
    api = start(tmp_path, trusted_header="RemoteUser", trusted_proxies=("10.0.0.1",))
    api.service.people.add("wang", "王某", "caller")
    client, said = api.app.test_client(), {"RemoteUser": "wang"}
    proxy = {"REMOTE_ADDR": "10.0.0.1"}

    assert client.get("/v1/plans", headers=said, environ_overrides=proxy).status_code == 200
    assert client.get("/v1/plans", headers=said).status_code == 401
    assert client.get("/v1/plans", environ_overrides=proxy).status_code == 401
    case = {"subject": {"id": "V"}, "facts": {}}
    sent = {"path": "/v1/decisions/credit_village", "json": case, "environ_overrides": proxy}
    assert client.post(**sent, headers=said).status_code == 403
    csrf = token(client.get("/", headers=said, environ_overrides=proxy))
    assert client.post(**sent, headers={**said, "X-CSRF-Token": csrf}).status_code == 200
    api.close()


def test_a_login_in_the_header_may_be_chinese_and_nothing_is_left_out_of_it(tmp_path):
    api = start(tmp_path, trusted_header="RemoteUser", trusted_proxies=("10.0.0.1",))
    for login in ("王某", "wang"):
        api.service.people.add(login, login, "caller")
    client, proxy = api.app.test_client(), {"REMOTE_ADDR": "10.0.0.1"}

    def status(raw):
        sent = {**proxy, "HTTP_REMOTEUSER": raw.decode("latin-1")}
        return client.get("/v1/plans", environ_overrides=sent).status_code

    assert [status(raw) for raw in ("王某".encode(), b"wang")] == [200, 200]
    assert [status(raw) for raw in (b"wang\xff", b"wang,\xe7", b"")] == [401, 401, 401]
    api.close()


@pytest.mark.parametrize("name", ["X-Remote-User", "X_Remote_User", "Remote User", "用户"])
def test_the_trusted_header_has_a_name_that_is_spelled_in_one_way(name):
    """X_Remote_User comes before us as X-Remote-User; a proxy that takes out the one lets the other through."""
    with pytest.raises(BadSettings, match="TRUSTED_HEADER"):
        from_environment({"VILLAGE_CREDIT_TRUSTED_HEADER": name})


@pytest.mark.parametrize(("verified", "status"), [(True, 303), (False, 401), ("false", 401)])
def test_an_address_that_was_not_confirmed_is_nobodys_login(tmp_path, provider, verified, status):
    claims = {"email": "wang@bank.example", "email_verified": verified}
    requests.put(f"{provider}/{USERS}/{verified}-{status}", json=claims, timeout=5).raise_for_status()
    api = start(tmp_path, oidc_issuer=provider, oidc_client_id="village-credit", oidc_client_secret="s",  # noqa: S106
                public_address=HERE, oidc_claim="email")  # fmt: skip
    api.service.people.add("wang@bank.example", "王某", "analyst")
    client = api.app.test_client()
    assert client.get(confirmed(gone(client), f"{verified}-{status}")).status_code == status
    api.close()
