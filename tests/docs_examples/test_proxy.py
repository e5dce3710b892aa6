"""The example of a reverse proxy, run as it stands but for addresses, files and one time."""

import json
import re
import shutil
import socket
import ssl
import subprocess
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from service.api.batch import CHUNK
from tests.api.calling import example
from tests.docs_examples.played import ROOT
from tests.running import PATIENCE, Running, free_port, running

CONF = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
NAME = re.search(r"\n    server_name (.*);", CONF)[1]
BATCH = "/v1/decisions/credit_village/batch"
LINE = (json.dumps(example("village_qualifies"), default=float) + "\n").encode()
FRAME = """
user root; pid {folder}/nginx.pid; error_log {folder}/error.log; events {{}}
http {{ access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
{conf} }}
"""


@pytest.fixture(scope="module")
def proxy(server, tmp_path_factory):
    with through(server, tmp_path_factory.mktemp("proxy")) as proxy:
        yield proxy


@contextmanager
def through(server, folder, more=""):
    """The way to the service through the proxy, with more in its encrypted server."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/bin")
    if program is None:
        pytest.skip("nginx is not on this machine")
    port, plain = free_port(), free_port()
    conf = CONF.replace("127.0.0.1:8000", server.address.removeprefix("http://"))
    conf = conf.replace("listen 443", f"listen 127.0.0.1:{port}").replace("/etc/ssl", str(folder))
    conf = conf.replace("client_body_timeout 15s", "client_body_timeout 2s")
    conf = conf.replace("    ssl_protocols", f"{more}\n    ssl_protocols")
    conf = conf.replace("listen 80", f"listen 127.0.0.1:{plain}").replace("/var/log/nginx", str(folder))
    (folder / "nginx.conf").write_text(FRAME.format(folder=folder, conf=conf))
    certify(folder)
    command = [program, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    subprocess.run(command, check=True)  # comes back when it listens
    trust = ssl.create_default_context(cafile=folder / f"{NAME}.pem")
    yield Proxy(server, port, plain, trust, folder / "village-credit.log")
    subprocess.run([*command, "-s", "stop"], check=True)


def certify(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(1).not_valid_before(now - DAY).not_valid_after(now + DAY)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
            .sign(key, hashes.SHA256()))  # fmt: skip
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / f"{NAME}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / f"{NAME}.key").write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))


@dataclass(frozen=True)
class Proxy:
    server: Running
    port: int
    plain: int  # the port that only sends on to the other
    trust: ssl.SSLContext
    log: Path

    @property
    def threads(self):
        """As many as the service has."""
        return int(self.server.environment["VILLAGE_CREDIT_THREADS"])

    @contextmanager
    def sent(self, method, path, *headers, body=b""):
        """A connection on which a request was begun."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {NAME}"]
        if not any(one.startswith("Authorization") for one in headers):
            head.append(f"Authorization: Bearer {self.server.keys['caller']}")
        with (
            socket.create_connection(("127.0.0.1", self.port), PATIENCE) as plain,
            self.trust.wrap_socket(plain, server_hostname=NAME) as connection,
        ):
            connection.sendall("\r\n".join([*head, *headers, "", ""]).encode() + body)
            yield connection


NDJSON = ("Content-Type: application/x-ndjson", "Transfer-Encoding: chunked")
DAY = timedelta(days=1)


def chunk(data):
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def until(connection, wanted):
    """What comes up to something, or to the end."""
    found = b""
    while wanted not in found and (more := connection.recv(65536)):
        found += more
    return found


def test_a_decision_comes_through_encrypted_and_what_needs_no_key_does_not(proxy):
    lines = f"Content-Length: {len(LINE)}", "Content-Type: application/json"
    with proxy.sent("POST", "/v1/decisions/credit_village", *lines, body=LINE) as connection:
        assert b'"outcome":"qualified"' in until(connection, b'"log_id"')
    for path in ("/readyz", "/metrics", "/metrics/"):
        with proxy.sent("GET", path) as connection:
            assert until(connection, b"\r\n").startswith(b"HTTP/1.1 403")


def test_a_stream_is_answered_while_it_goes_on(proxy):
    lines = CHUNK + 8192 // len(LINE) + 1  # the service reads blocks of 8 KiB
    with proxy.sent("POST", BATCH, *NDJSON, body=chunk(LINE * lines)) as connection:
        assert until(connection, f'"line":{CHUNK},'.encode()).startswith(b"HTTP/1.1 200")
        connection.sendall(chunk(LINE) + chunk(b""))
        assert f'"line":{lines + 1},'.encode() in until(connection, b"\r\n0\r\n")


def test_a_slow_sender_of_one_case_holds_no_thread(proxy):
    lines = "Content-Length: 100", "Content-Type: application/json"
    with ExitStack() as opened:
        slow = [opened.enter_context(proxy.sent("POST", "/v1/decisions/credit_village", *lines, body=b"{"))
                for _ in range(proxy.threads)]  # fmt: skip
        assert proxy.server.call("GET", "/v1/plans")[0] == 200
        slow[0].setblocking(False)
        with pytest.raises(ssl.SSLWantReadError):  # it is still under way
            slow[0].recv(1)


def test_streams_of_one_key_are_counted_and_give_their_threads_back_when_they_fall_silent(proxy):
    most = int(re.search(r"limit_conn village_credit_streams (\d+);", CONF)[1])
    with ExitStack() as opened:
        streams = [opened.enter_context(proxy.sent("POST", BATCH, *NDJSON, body=chunk(LINE))) for _ in range(most)]
        with proxy.sent("POST", BATCH, *NDJSON) as connection:
            assert until(connection, b"\r\n").startswith(b"HTTP/1.1 429")
        for one in streams:
            until(one, b"never")
        assert proxy.server.call("GET", "/v1/plans")[0] == 200


def test_streams_of_one_key_are_counted_however_it_is_written(proxy):
    key = proxy.server.keys["caller"]
    most = int(re.search(r"limit_conn village_credit_streams (\d+);", CONF)[1])
    with ExitStack() as opened:
        for number in range(most):
            written = ("Bearer", "bearer", "BEARER", "bEARER ")[number % 4]
            opened.enter_context(proxy.sent("POST", BATCH, f"Authorization: {written} {key}", *NDJSON))
        with proxy.sent("POST", BATCH, f"Authorization: beareR   {key}", *NDJSON) as connection:
            assert until(connection, b"\r\n").startswith(b"HTTP/1.1 429")


@pytest.mark.parametrize(("path", "header", "status"), [
    ("/readyz", "X: y", 403), (f"/{'x' * 9000}", "X: y", 414), ("/v1/plans", f"X: {'y' * 9000}", 431),
    ("/nginx-problems/503", "X: y", 404), ("/v1/plans", "Content-Length: 99999999", 413),
    ("/v1/plans", "Content-Length: x", 400),
])  # fmt: skip
def test_what_the_proxy_refuses_is_a_problem_document_too(proxy, path, header, status):
    with proxy.sent("POST", path, header, "Connection: close") as connection:
        head, _, body = until(connection, b"never").partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status}".encode())
    assert b"application/problem+json" in head
    assert b"server: nginx\r\n" in head.lower() + b"\r\n"  # and no version
    assert json.loads(body)["status"] == status


HOST = f"Host: {NAME}\r\n"


@pytest.mark.parametrize(("said", "status"), [
    ("\0garbage\r\n\r\n", 400), ("GET\r\n\r\n", 400), (f"GET / HTTP/9.9\r\n{HOST}\r\n", 400),
    (f"GET / HTTP/1.1\r\n{HOST}no header\r\n\r\n", 400), ("GET / HTTP/1.1\r\n\r\n", 400),
    (f"GET / HTTP/1.1\r\n{HOST}{HOST}\r\n", 400), (f"GET http://[ HTTP/1.1\r\n{HOST}\r\n", 400),
    (f"GET /<x> HTTP/1.1\r\n{HOST}\r\n", 400), (f"GET /v1/decisions/</batch HTTP/1.1\r\n{HOST}\r\n", 400),
    ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
    (f"POST / HTTP/1.1\r\n{HOST}Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    (f"POST / HTTP/1.1\r\n{HOST}Transfer-Encoding: gzip\r\n\r\n", 400),
    (f"POST /v1/decisions/x HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (f"TRACE / HTTP/1.1\r\n{HOST}\r\n", 405), (f"CONNECT a:80 HTTP/1.1\r\n{HOST}\r\n", 400),
    (f"GET /{'a' * 700000} HTTP/1.1\r\n{HOST}\r\n", 414),
    (f"GET / HTTP/1.1\r\n{HOST}X: {'a' * 700000}\r\n\r\n", 431),
])  # fmt: skip
def test_what_is_hardly_http_gets_a_problem_document_from_the_proxy(proxy, said, status):
    with (
        socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as plain,
        proxy.trust.wrap_socket(plain, server_hostname=NAME) as connection,
    ):
        with suppress(OSError):  # it is refused before all of it is there
            connection.sendall(said.encode())
        refused(until(connection, b"}"), status)


@pytest.mark.parametrize("name", ["Accept", "Authorization", "Cookie", "Idempotency-Key", "X-Request-ID", "X-Other"])
def test_whatever_byte_a_header_has_the_answer_says_something(proxy, name):
    for byte in {*range(1, 256)} - set(b"\n\r"):
        answer = raw(
            proxy,
            f"GET /v1/plans HTTP/1.1\r\n{HOST}Connection: close\r\n{name}: a".encode() + bytes([byte]) + b"b\r\n\r\n",
        )
        if answer.startswith(b"HTTP/1.1 400 "):
            refused(answer, 400)
        else:
            assert re.match(rb"HTTP/1\.1 (200|401|422) ", answer), byte
            assert answer.partition(b"\r\n\r\n")[2], byte


@pytest.mark.parametrize("address", ["/v1/%s", "/v1/plans?x=%s", "/v1/decisions/%s/batch", "/readyz%s"])
def test_whatever_byte_an_address_has_the_answer_says_something(proxy, address):
    for byte in {*range(1, 256)} - set(b"\n\r \t#"):
        start, _, end = f"GET {address} HTTP/1.1\r\n{HOST}Connection: close\r\n\r\n".encode().partition(b"%s")
        answer = raw(proxy, start + bytes([byte]) + end)
        assert answer.partition(b"\r\n\r\n")[2], byte


def test_more_headers_than_the_service_takes_are_no_fault(proxy):
    key = proxy.server.keys["caller"]
    more = "".join(f"X-{number}: y\r\n" for number in range(200))
    head = f"GET /v1/plans HTTP/1.1\r\n{HOST}{more}Authorization: Bearer {key}\r\nConnection: close\r\n\r\n"
    assert raw(proxy, head.encode()).startswith(b"HTTP/1.1 200 ")


def raw(proxy, said):
    with (
        socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as plain,
        proxy.trust.wrap_socket(plain, server_hostname=NAME) as connection,
    ):
        connection.sendall(said)
        return until(connection, b"never")


READ = {"Accept", "Accept-Charset", "Accept-Language", "Content-Type", "Cookie", "If-None-Match"}  # by Werkzeug, for us


def test_every_header_that_the_service_reads_is_passed_on():
    """The proxy passes on no others, so that a new one has to be written there."""
    code = "\n".join(path.read_text("utf-8") for path in (ROOT / "service").rglob("*.py"))
    literal = re.findall(r'headers\.get\("([\w-]+)"', code) + re.findall(
        r'^(?:KEYS|CSRF) = "([\w-]+)"', code, re.MULTILINE
    )
    read = {one.lower().replace("_", "-") for one in [*READ, *literal, *re.findall('"HTTP_([A-Z_]+)"', code)]}
    passed = {one.lower() for one in re.findall(r"proxy_set_header (\S+)", CONF)}
    assert {"authorization", "idempotency-key", "if-match", "x-csrf-token"} <= read
    assert read <= passed
    for name in passed - {"connection", "host", "remoteuser"}:
        assert CONF.count(f"$http_{name.replace('-', '_')}") >= 2  # passed on, and looked through


@pytest.mark.parametrize("said", [
    f"GET / HTTP/9.9\r\n{HOST}\r\n", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", f"TRACE / HTTP/1.1\r\n{HOST}\r\n",
    f"GET / HTTP/1.1\r\n{HOST}X: {'y' * 9000}\r\n\r\n",
])  # fmt: skip
def test_what_is_hardly_http_and_unencrypted_gets_a_problem_document_too(proxy, said):
    with socket.create_connection(("127.0.0.1", proxy.plain), PATIENCE) as plain:
        plain.sendall(said.encode())
        refused(until(plain, b"}"), 400)


@pytest.mark.parametrize(
    "path", ["/%0d%0aSet-Cookie:%20session=x", "//evil.org/%0A", "/v1/plans?lang=en", "/a%20b?c=%0d"]
)
def test_whoever_comes_unencrypted_is_sent_on_to_what_he_asked_for_and_nothing_else(proxy, path):
    with socket.create_connection(("127.0.0.1", proxy.plain), PATIENCE) as plain:
        plain.sendall(f"GET {path} HTTP/1.1\r\nHost: evil.org\r\nConnection: close\r\n\r\n".encode())
        head = until(plain, b"never").partition(b"\r\n\r\n")[0].decode().splitlines()
    assert head[0] == "HTTP/1.1 308 Permanent Redirect"
    assert f"Location: https://{NAME}{path}" in head
    assert not any(line.startswith("Set-Cookie") for line in head)


def test_whoever_does_not_encrypt_is_told_by_a_problem_document(proxy):
    with socket.create_connection(("127.0.0.1", proxy.port), PATIENCE) as plain:
        plain.sendall(f"GET / HTTP/1.1\r\n{HOST}\r\n".encode())
        refused(until(plain, b"}"), 400)


def refused(answer, status):
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(f"HTTP/1.1 {status} ".encode())
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == status


def test_browsers_are_told_to_stay_encrypted_and_the_proxys_log_names_no_subject(proxy):
    with proxy.sent("GET", "/v1/decisions?subject=H-777") as connection:
        head = until(connection, b"\r\n\r\n").decode().lower()
    assert "strict-transport-security: max-age=" in head
    request_id = re.search("x-request-id: (.*)\r", head)[1]
    said = logged(proxy, request_id)
    assert '"GET /v1/decisions" 200' in said
    assert "H-777" not in said


def test_the_proxys_log_names_the_method_and_the_address_of_what_it_refused(proxy):
    address = "/v1/decisions/refused-by-the-proxy"
    with proxy.sent("POST", f"{address}?subject=H-777", "Content-Length: 99999999", "Connection: close") as connection:
        refused(until(connection, b"never"), 413)
    assert f'"POST {address}" 413' in logged(proxy, address)


@pytest.mark.parametrize(
    "said", ["11010519491231002X", "110105194912310021", "1101-0519-4912-3100-21", "6222%2002123456%207890128"]
)
def test_a_number_of_a_card_in_a_path_stands_in_no_log(proxy, said):
    with proxy.sent("GET", f"/v1/decisions/{said}/inputs?subject=H-777", "Connection: close") as connection:
        request_id = re.search("x-request-id: (.*)\r", until(connection, b"never").decode().lower())[1]
    assert '"GET /v1/decisions/..." 403' in logged(proxy, request_id)


def test_no_log_of_the_proxy_quotes_the_query_of_what_failed(tmp_path):
    away = SimpleNamespace(address=f"http://127.0.0.1:{free_port()}", keys={"caller": "vc_0a_x"})
    with through(away, tmp_path) as proxy:
        with proxy.sent("GET", "/v1/decisions?subject=H-777", "Connection: close") as connection:
            refused(until(connection, b"never"), 503)
        assert "/v1/decisions" in logged(proxy, "/v1/decisions")
    assert "H-777" not in "".join(log.read_text() for log in tmp_path.glob("*.log"))


def logged(proxy, wanted):
    """What the proxy's log says, once it says that: nginx writes it after it has answered."""
    for _ in range(1000):
        if wanted in (said := proxy.log.read_text()):
            break
    return said


def test_nobody_signs_in_by_a_header_that_is_sent_through(tmp_path):
    with running(tmp_path, trusted_header="RemoteUser") as server, through(server, tmp_path) as proxy:
        assert b"demo auditor" in server.call("GET", "/account", RemoteUser="auditor")[1]
        for header in ("RemoteUser", "remoteuser", "REMOTEUSER"):
            with proxy.sent("GET", "/account", f"{header}: auditor", "Connection: close") as connection:
                assert until(connection, b"\r\n").startswith(b"HTTP/1.1 303")


@pytest.fixture
def certified(tmp_path):
    """The proxy that asks for certificates, as the manual says, with the header of a proxy trusted behind it; and a
    context for each client, by name."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not on this machine")
    manual = (ROOT / "docs" / "deploy.md").read_text("utf-8").partition("### Certificates of clients")[2]
    commands = re.search("```sh\n(.*?)curl", manual, re.DOTALL)[1]
    subprocess.run(["/bin/sh", "-ec", commands], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "other").mkdir()
    subprocess.run(["/bin/sh", "-ec", commands], cwd=tmp_path / "other", check=True, capture_output=True)
    recipe = (ROOT / "deploy" / "nginx-mtls.conf").read_text("utf-8").replace("/etc/ssl", str(tmp_path))
    with running(tmp_path, trusted_header="RemoteUser") as server, through(server, tmp_path, recipe) as proxy:
        yield (
            proxy,
            {name: shows(proxy, folder) for name, folder in (("ours", tmp_path), ("another's", tmp_path / "other"))},
        )


def shows(proxy, folder):
    """The proxy as somebody comes to it who shows the certificate in a folder."""
    trust = ssl.create_default_context(cafile=proxy.log.parent / f"{NAME}.pem")
    trust.load_cert_chain(folder / "auditor.pem", folder / "auditor.key")
    return replace(proxy, trust=trust)


def test_nobody_comes_in_without_a_certificate_and_whoever_has_one_is_called_by_its_name(certified):
    proxy, clients = certified
    for refuses in (proxy, clients["another's"]):
        with refuses.sent("GET", "/v1/plans", "Connection: close") as connection:
            refused(until(connection, b"}"), 403)
    ours = clients["ours"]
    with ours.sent("GET", "/v1/plans", "Connection: close") as connection:
        assert until(connection, b"\r\n").startswith(b"HTTP/1.1 200")
    with ours.sent("GET", "/account", "RemoteUser: analyst", "Connection: close") as connection:
        assert b"demo auditor" in until(connection, b"never")
    assert re.search(r'"GET /account" 200 .* auditor$', logged(proxy, '"GET /account" 200'), re.MULTILINE)


def test_cookies_go_both_ways_and_passwords_are_tried_slowly(proxy):
    with proxy.sent("GET", "/sign-in", "Connection: close") as connection:
        shown = until(connection, b"never").decode()
    cookie, mark = re.search("form=([^;]+);", shown)[1], re.search('name="csrf" value="([^"]+)"', shown)[1]
    fields = {"csrf": mark, "login": "auditor", "password": proxy.server.passwords["auditor"]}
    form, type = urlencode(fields).encode(), "Content-Type: application/x-www-form-urlencoded"
    answers = []
    for _ in range(23):
        sent = type, f"Cookie: form={cookie}", f"Content-Length: {len(form)}"
        with proxy.sent("POST", "//sign-in?lang=zh", *sent, body=form) as connection:
            answers.append(until(connection, b"\r\n\r\n").decode())
    assert answers[-1].startswith("HTTP/1.1 429")
    with proxy.sent("GET", "/sign-in", "Connection: close") as connection:
        assert until(connection, b"\r\n").startswith(b"HTTP/1.1 200")
    token = re.search(r"session=([^;]+); .*HttpOnly", answers[0])
    with proxy.sent("GET", "/account", f"Cookie: session={token[1]}", "Connection: close") as connection:
        assert until(connection, b"\r\n").startswith(b"HTTP/1.1 200")


def test_a_silence_of_the_service_is_no_word_that_nothing_was_decided(tmp_path):
    """Whoever hears nothing has to send it again under its key."""
    away = SimpleNamespace(address=f"http://127.0.0.1:{free_port()}", keys={"caller": "vc_0a_x"})
    with (
        through(away, tmp_path) as proxy,
        proxy.sent("POST", "/v1/decisions/screening", "Content-Length: 0", "Connection: close") as sent,
    ):
        head, _, body = until(sent, b"never").partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: " in head.lower()
    assert "同一个 Idempotency-Key" in json.loads(body)["detail"]
    assert "may have been decided" in json.loads(body)["detail"]
