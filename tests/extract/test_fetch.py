from __future__ import annotations

import datetime
import gzip
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import requests

from extract.fetch import FetchError, FetchLimits, HttpFetcher, Response, fetch, new_session

Answer = Callable[[BaseHTTPRequestHandler, int], None]
LIMITS = FetchLimits(
    connect_timeout=1, read_timeout=0.3, total_timeout=1.0, max_bytes=10_000, attempts=3, backoff=0, longest_wait=5
)


class Web:
    """A server whose pages are functions of the request and of how often the page was asked before."""

    def __init__(self) -> None:
        self.pages: dict[str, Answer] = {}
        self.asked: list[str] = []
        self.agents: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                before = web.asked.count(self.path)
                web.asked.append(self.path)
                web.agents.append(self.headers["User-Agent"])
                self.close_connection = True
                try:
                    web.pages[self.path](self, before)
                except OSError:
                    return

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    yield server
    server.close()


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(body)), "Connection": "close", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def get(web: Web, path: str, waits: list[float] | None = None, limits: FetchLimits = LIMITS) -> Response:
    waits = [] if waits is None else waits
    return fetch(web.url(path), session=new_session("nianbao-test/1"), limits=limits, sleep=waits.append)


def failure(web: Web, path: str, limits: FetchLimits = LIMITS) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(web, path, limits=limits)
    assert "\n" not in str(caught.value)
    assert web.url(path) in str(caught.value)
    return caught.value


def test_bytes_are_not_decoded_and_the_content_type_is_as_sent(web: Web) -> None:
    body = "<html>政府信息公开</html>".encode("gb18030")
    web.pages["/gbk"] = lambda h, _: send(h, 200, body, Content_Type="text/html", ETag='"7"')
    answer = get(web, "/gbk")
    assert (answer.data, answer.content_type, answer.etag, answer.status) == (body, "text/html", '"7"', 200)
    assert datetime.datetime.fromisoformat(answer.fetched_at).tzinfo is not None


def test_the_request_says_who_asks(web: Web) -> None:
    web.pages["/"] = lambda h, _: send(h, 200, b"x")
    HttpFetcher(new_session("nianbao/9 (mail@example.org)"), LIMITS).get(web.url("/"))
    assert web.agents == ["nianbao/9 (mail@example.org)"]


def test_a_redirect_gives_both_addresses(web: Web) -> None:
    web.pages["/old"] = lambda h, _: send(h, 302, Location="/new")
    web.pages["/new"] = lambda h, _: send(h, 200, b"here")
    answer = get(web, "/old")
    assert (answer.url, answer.final_url, answer.data) == (web.url("/old"), web.url("/new"), b"here")


def test_a_redirect_loop_is_an_error(web: Web) -> None:
    web.pages["/loop"] = lambda h, _: send(h, 302, Location="/loop")
    assert "redirects" in failure(web, "/loop").reason


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_refusal_is_asked_once(web: Web, status: int) -> None:
    web.pages["/gone"] = lambda h, _: send(h, status)
    assert failure(web, "/gone").status == status
    assert len(web.asked) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_heals_is_asked_again(web: Web, status: int) -> None:
    web.pages["/ill"] = lambda h, before: send(h, 200, b"well") if before == 2 else send(h, status)
    assert get(web, "/ill").data == b"well"
    assert len(web.asked) == 3


def test_a_server_that_stays_ill_is_given_up_with_its_status(web: Web) -> None:
    web.pages["/ill"] = lambda h, _: send(h, 503)
    assert failure(web, "/ill").status == 503
    assert len(web.asked) == LIMITS.attempts


def test_retry_after_is_obeyed(web: Web) -> None:
    web.pages["/busy"] = lambda h, before: send(h, 200, b"ok") if before else send(h, 429, Retry_After="4")
    waits: list[float] = []
    get(web, "/busy", waits)
    assert waits == [4.0]


def test_a_long_retry_after_is_left_to_the_next_run(web: Web) -> None:
    web.pages["/busy"] = lambda h, _: send(h, 429, Retry_After="3600")
    assert failure(web, "/busy").status == 429
    assert len(web.asked) == 1


def test_a_declared_length_beyond_the_limit_is_not_read(web: Web) -> None:
    web.pages["/large"] = lambda h, _: send(h, 200, b"x" * 20_000)
    assert "larger than 10,000 bytes" in failure(web, "/large").reason
    assert len(web.asked) == 1


def test_a_small_answer_that_unpacks_beyond_the_limit_is_refused(web: Web) -> None:
    bomb = gzip.compress(b"0" * 5_000_000)
    assert len(bomb) < LIMITS.max_bytes
    web.pages["/bomb"] = lambda h, _: send(h, 200, bomb, Content_Encoding="gzip")
    assert "larger than" in failure(web, "/bomb").reason


def test_a_body_shorter_than_declared_is_no_answer(web: Web) -> None:
    web.pages["/cut"] = lambda h, _: send(h, 200, b"half", Content_Length="400")
    failure(web, "/cut")
    assert len(web.asked) == LIMITS.attempts


def test_a_chunked_answer_is_read_to_its_end(web: Web) -> None:
    def chunked(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"5\r\nfirst\r\n7\r\n second\r\n0\r\n\r\n")

    web.pages["/chunked"] = chunked
    assert get(web, "/chunked").data == b"first second"


def test_broken_compression_is_an_error(web: Web) -> None:
    web.pages["/bad"] = lambda h, _: send(h, 200, b"no gzip", Content_Encoding="gzip")
    assert "compression" in failure(web, "/bad").reason


def test_a_silent_server_times_out(web: Web) -> None:
    web.pages["/slow"] = lambda _h, _: time.sleep(1)
    limits = FetchLimits(connect_timeout=1, read_timeout=0.1, attempts=1)
    assert "no answer within 0.1 s" in failure(web, "/slow", limits).reason


def test_a_dripping_server_is_left_after_the_total_time(web: Web) -> None:
    def drip(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _step in range(1000):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    web.pages["/drip"] = drip
    started = time.monotonic()
    limits = FetchLimits(connect_timeout=1, read_timeout=0.3, total_timeout=0.4, attempts=1)
    failure(web, "/drip", limits)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize("url", ["ftp://example.org/a", "nonsense", "http://", "http://[bad/"])
def test_what_is_no_http_address_is_an_error(url: str) -> None:
    with pytest.raises(FetchError) as caught:
        fetch(url, session=requests.Session(), limits=LIMITS, sleep=lambda _: None)
    assert "\n" not in str(caught.value)


def test_a_closed_port_is_an_error(web: Web) -> None:
    web.close()
    assert "connection" in failure(web, "/").reason


def test_an_unverifiable_certificate_is_refused(web: Web, tmp_path: Path) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    web.server.socket = context.wrap_socket(web.server.socket, server_side=True)
    with pytest.raises(FetchError, match="certificate"):
        fetch(web.url("/").replace("http:", "https:"), session=new_session("t"), limits=LIMITS)
    assert web.asked == []


def self_signed(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return file
