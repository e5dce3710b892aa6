"""Callers that fall silent half way: the service answers the others, and health and readiness beside."""

import socket
import time
from contextlib import ExitStack
from select import select

import pytest

from service.http.problems import Problem
from service.http.readers import Readers
from tests.api.calling import example
from tests.running import PATIENCE, running

DECIDE, AT_LENGTH, CHUNKED = "/v1/decisions/screening", "Content-Length: 500", "Transfer-Encoding: chunked"
HALF = {  # address, content type, and how the end of the body is told
    "body": (DECIDE, "json", AT_LENGTH), "chunked": (DECIDE, "json", CHUNKED),
    "form": ("/sign-in", "x-www-form-urlencoded", AT_LENGTH),
    "form of nobody": ("/desk/drafts/x/submit", "x-www-form-urlencoded", f"{AT_LENGTH}\r\nAccept: text/html"),
    "stream": (f"{DECIDE}/batch", "x-ndjson", CHUNKED), "wrong place": ("/nowhere", "json", AT_LENGTH),
}  # fmt: skip
BEGUN = {"body": b"{", "wrong place": b"{"}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("slow")) as server:  # one worker of eight threads
        yield server


def half_sent(server, how, key):
    host, port = server.address.removeprefix("http://").split(":")
    sender = socket.create_connection((host, int(port)))
    path, type, length = HALF[how]
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/{type}\r\n{length}\r\n"
    sender.sendall(f"{head}Authorization: Bearer {key}\r\n\r\n".encode() + BEGUN.get(how, b"1\r\n{\r\n"))
    return sender


def answered(senders, wanted):
    """The status lines of those who are answered, of which there are so many; the others are waited for."""
    waiting, told = list(senders), []
    while len(told) < wanted:
        ready, _, _ = select(waiting, [], [], PATIENCE)
        assert ready, f"{len(told)} answers"
        told += [one.recv(12) for one in ready]
        waiting = [one for one in waiting if one not in ready]
    return told


@pytest.mark.parametrize("how", HALF)
def test_one_silent_client_leaves_room_for_others_and_for_health(server, how):
    with ExitStack() as stack:
        senders = [stack.enter_context(half_sent(server, how, server.keys["caller"])) for _ in range(40)]
        told = answered(senders, 40 if how == "wrong place" else 36)

        assert server.call("GET", "/healthz")[0] == 200
        assert server.call("GET", "/readyz")[0] == 200
        assert server.call("POST", DECIDE, example("household_aged_65"), "analyst")[0] == 200
        assert set(told) == {b"HTTP/1.1 404" if how == "wrong place" else b"HTTP/1.1 429"}


def test_who_comes_after_one_that_waited_in_vain_is_told_at_once_until_a_place_is_left(monkeypatch):
    """Each would hold a thread as long, and /healthz would queue behind all of them."""
    places, waited = Readers(8, patience=0), []
    wait = places._change.wait_for
    monkeypatch.setattr(places._change, "wait_for", lambda *asked: waited.append(1) or wait(*asked))

    def kind(client):
        with pytest.raises(Problem) as raised, places.reading(client):
            pass
        return raised.value.kind

    with ExitStack() as held:
        for client in "aaaabbb":
            held.enter_context(places.reading(client))
        assert [kind("a") for _ in range(3)] == ["too-many-requests"] * 3
        assert len(waited) == 1
        assert [kind("c") for _ in range(3)] == ["busy"] * 3
        assert len(waited) == 2
    with ExitStack() as held:
        for _ in range(4):
            held.enter_context(places.reading("a"))
        with places.reading("c"):
            assert kind("a") == "too-many-requests"
    assert len(waited) == 3


def test_silent_clients_together_leave_room_for_health(server):
    with ExitStack() as stack:
        for role in ("caller", "analyst", "admin"):
            for _ in range(20):
                stack.enter_context(half_sent(server, "body", server.keys[role]))

        assert server.call("GET", "/healthz")[0] == 200
        assert server.call("GET", "/readyz")[0] == 200
    until = time.monotonic() + PATIENCE  # the server sees soon that they have gone
    while (status := server.call("POST", DECIDE, example("household_aged_65"))[0]) == 429:
        assert time.monotonic() < until
    assert status == 200
