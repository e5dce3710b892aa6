"""What HTTP forbids, and no client library sends, is refused with a problem document, without a proxy too."""

import socket

import pytest

from tests.running import PATIENCE, running


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with running(tmp_path_factory.mktemp("heads")) as server:
        yield server


def asked(server, head):
    host, port = server.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), PATIENCE) as sender:
        sender.sendall(f"GET /healthz HTTP/1.1\r\n{head}Connection: close\r\n\r\n".encode("latin-1"))
        with sender.makefile("rb") as answer:
            return answer.read()


@pytest.mark.parametrize("hosts", [
    (), ("",), ("a", "b"), ("a", "a"), ("", "a"), ("a", ""), ("a b",), ("<>",), ("a/b",), ("\xe6",),
])  # fmt: skip
def test_a_request_names_one_host(server, hosts):
    answer = asked(server, "".join(f"Host: {host}\r\n" for host in hosts))
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"/problems/bad-request" in answer


def test_a_request_that_names_one_host_is_answered(server):
    assert asked(server, "Host: village_credit:8000\r\n").startswith(b"HTTP/1.1 200 ")
