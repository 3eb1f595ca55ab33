"""A web server that misbehaves on purpose: many hosts on one loopback port, each page a function of the request.

The server tells its hosts apart by the header ``Host``; a fetcher reaches them by its own list of hosts
(:attr:`Web.hosts`), so that nothing is resolved and nothing leaves this machine.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Page = Callable[[BaseHTTPRequestHandler, int], None]


@dataclass(frozen=True)
class Request:
    """One request as the server saw it; ``at`` in seconds of the monotonic clock."""

    host: str
    path: str
    headers: dict[str, str]
    at: float


@dataclass
class Web:
    """Virtual hosts, what was asked of them, and how many bytes of bodies they have announced."""

    port: int = 0
    pages: dict[tuple[str, str], Page] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    sent: int = 0
    busy: dict[str, int] = field(default_factory=dict)
    most_at_once: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def hosts(self) -> dict[str, str]:
        """Where each host is, for a fetcher's list of hosts."""
        return {host: f"127.0.0.1:{self.port}" for host, _ in self.pages}

    def page(self, host: str, path: str, page: Page | bytes) -> str:
        """Put a page on a host; its address."""
        self.pages[host, path] = (lambda h, _: send(h, 200, page)) if isinstance(page, bytes) else page
        return f"http://{host}{path}"

    def asked(self, host: str | None = None, *, robots: bool = False) -> list[str]:
        """The paths asked for, in order, without robots.txt unless ``robots``."""
        return [
            r.path for r in self.requests if host in (None, r.host) and (robots or not r.path.endswith("/robots.txt"))
        ]


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> None:
    """A plain answer; ``_`` in the name of a header stands for ``-``."""
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def status(code: int, body: bytes = b"", **headers: str) -> Page:
    """A page that always answers the same."""
    return lambda handler, _: send(handler, code, body, **headers)


def heals(failures: int, ill: int, body: bytes, **headers: str) -> Page:
    """A page that is ill for some requests, and well after them."""
    return lambda h, before: send(h, ill, b"", **headers) if before < failures else send(h, 200, body)


def redirect(location: str, code: int = 302) -> Page:
    """A page that lies elsewhere; the header has the bytes of UTF-8, as many servers send it."""
    header = location.encode().decode("latin-1")
    return lambda handler, _: send(handler, code, Location=header)


def kept(body: bytes, etag: str) -> Page:
    """A page that answers 304 to whoever has it already."""

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        if handler.headers["If-None-Match"] == etag:
            send(handler, 304, ETag=etag)
        else:
            send(handler, 200, body, ETag=etag, Content_Type="text/html")

    return answer


def bomb(size: int) -> Page:
    """A page that is small on the wire and ``size`` bytes unpacked."""
    packed = gzip.compress(b"0" * size)
    return lambda handler, _: send(handler, 200, packed, Content_Encoding="gzip")


def hollow(size: int) -> Page:
    """A packed body of ``size`` bytes on the wire that unpacks to nothing: empty blocks, without an end."""
    blocks = b"\x00\x00\x00\xff\xff" * 1000

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.end_headers()
        handler.wfile.write(b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
        for _step in range(size // len(blocks)):
            handler.wfile.write(blocks)

    return answer


def cut(body: bytes, declared: int) -> Page:
    """A body that ends before its declared length."""
    return lambda handler, _: send(handler, 200, body, Content_Length=str(declared))


def silent(seconds: float) -> Page:
    """A page that says nothing for a while."""
    return lambda _handler, _before: time.sleep(seconds)


def drip(size: int, pause: float) -> Page:
    """A body that comes a byte at a time."""

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(size))
        handler.end_headers()
        for _step in range(size):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(pause)

    return answer


def chunked(*chunks: bytes) -> Page:
    """A body in chunks, without a declared length."""

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for chunk in (*chunks, b""):
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))

    return answer


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


@contextmanager
def serving() -> Iterator[Web]:
    """A running server, without any page but a robots.txt of 404 on every host."""
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        """Answers are buffered, so that a host is no longer busy when its asker has the answer in hand."""

        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            with web.lock:
                before = sum(1 for r in web.requests if (r.host, r.path) == (host, self.path))
                web.requests.append(Request(host, self.path, dict(self.headers), time.monotonic()))
                web.busy[host] = web.busy.get(host, 0) + 1
                web.most_at_once[host] = max(web.most_at_once.get(host, 0), web.busy[host])
            try:
                web.pages.get((host, self.path), status(404))(self, before)
            except OSError:
                return
            finally:
                with web.lock:
                    web.busy[host] -= 1

        do_POST = do_GET  # noqa: N815

        def send_header(self, keyword: str, value: str) -> None:
            if keyword == "Content-Length":
                with web.lock:
                    web.sent += int(value)
            super().send_header(keyword, value)

        def end_headers(self) -> None:
            self.send_header("Connection", "close")
            super().end_headers()

        def log_message(self, *_: object) -> None:
            return

    with _Server(("127.0.0.1", 0), Handler) as server:
        web.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield web
        finally:
            server.shutdown()
            thread.join()
