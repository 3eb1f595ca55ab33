"""Asking the misbehaving web of ``tests/web``: every case is one test."""

from __future__ import annotations

import datetime
import gzip
import ssl
import time
import zlib
from functools import partial
from http.server import BaseHTTPRequestHandler
from itertools import pairwise
from pathlib import Path

import pytest
from web.server import Web, bomb, chunked, cut, drip, heals, hollow, kept, redirect, send, serving, silent, status

from extract.web.address import AddressGuard, RefusedAddressError, is_public
from extract.web.answer import Ask, FetchError, FetchLimits, Outcome, Response
from extract.web.crawler import Crawler, Manners, hosts_of
from extract.web.exchange import RetryableError, retry_after

HOST = "www.lingyuan.example"
LIMITS = FetchLimits(connect_timeout=1, read_timeout=0.3, total_timeout=1.0, max_bytes=10_000, attempts=3, backoff=0)
gzipped = partial(gzip.compress, mtime=0)
PAGE = "<html><body><a href='/'>政府信息公开</a></body></html>".encode()


def crawler(web: Web, limits: FetchLimits = LIMITS, **manners: object) -> Crawler:
    options = {"agent": "nianbao-test/1", "delay": 0.0, "guard": AddressGuard(hosts=web.hosts), **manners}
    return Crawler(Manners(limits=limits, **options))  # type: ignore[arg-type]


def get(web: Web, url: str, **manners: object) -> Response:
    return crawler(web, **manners).get(url)  # type: ignore[arg-type]


def failure(web: Web, url: str, **manners: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        get(web, url, **manners)
    assert "\n" not in str(caught.value)
    assert caught.value.url == url
    return caught.value


def test_bytes_are_not_decoded_and_the_content_type_is_as_sent(web: Web) -> None:
    body = "<html>政府信息公开</html>".encode("gb18030")
    url = web.page(HOST, "/gbk", status(200, body, Content_Type="text/html", ETag='"7"'))
    answer = get(web, url)
    assert (answer.data, answer.content_type, answer.etag, answer.status) == (body, "text/html", '"7"', 200)
    assert datetime.datetime.fromisoformat(answer.fetched_at).tzinfo is not None


def test_the_request_says_who_asks_and_keeps_no_cookie(web: Web) -> None:
    url = web.page(HOST, "/", status(200, PAGE, Set_Cookie="seen=1"))
    asking = crawler(web, agent="nianbao/9 (mail@example.org)")
    asking.get(url)
    asking.get(url)
    assert {request.headers["User-Agent"] for request in web.requests} == {"nianbao/9 (mail@example.org)"}
    assert not any("Cookie" in request.headers for request in web.requests)


def test_a_redirect_gives_both_addresses(web: Web) -> None:
    old = web.page(HOST, "/old", redirect("新/new"))
    new = web.page(HOST, "/%E6%96%B0/new", b"here")
    answer = get(web, old)
    assert (answer.url, answer.final_url, answer.data) == (old, new, b"here")


def test_a_redirect_loop_is_an_error(web: Web) -> None:
    url = web.page(HOST, "/loop", redirect("/loop"))
    assert "redirects" in failure(web, url).reason
    assert len(web.asked()) == LIMITS.redirects + 1


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(401, "blocked"), (403, "blocked"), (404, "gone"), (410, "gone"), (412, "blocked"), (521, "blocked")],
)
def test_a_refusal_is_asked_once_and_named(web: Web, code: int, outcome: str) -> None:
    error = failure(web, web.page(HOST, "/page", status(code)))
    assert (error.status, error.outcome) == (code, outcome)
    assert len(web.asked()) == 1


@pytest.mark.parametrize("ill", [429, 500, 503])
def test_a_server_that_heals_is_asked_again(web: Web, ill: int) -> None:
    assert get(web, web.page(HOST, "/ill", heals(2, ill, b"well"))).data == b"well"
    assert len(web.asked()) == 3


def test_a_server_that_stays_ill_is_given_up_with_its_status(web: Web) -> None:
    error = failure(web, web.page(HOST, "/ill", status(503)))
    assert (error.status, error.outcome) == (503, Outcome.SERVER_ERROR)
    assert len(web.asked()) == LIMITS.attempts


def test_retry_after_is_obeyed(web: Web) -> None:
    url = web.page(HOST, "/busy", heals(1, 429, b"ok", Retry_After="1"))
    get(web, url)
    first, second = (request.at for request in web.requests if request.path == "/busy")
    assert 1.0 <= second - first < 2.0


def test_a_long_retry_after_is_left_to_the_next_run(web: Web) -> None:
    error = failure(web, web.page(HOST, "/busy", status(429, Retry_After="3600")))
    assert error.outcome is Outcome.RATE_LIMITED
    assert len(web.asked()) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7.0), ("Sat, 31 Jan 2026 00:01:00 GMT", 60.0), ("Fri, 30 Jan 2026 00:00:00 GMT", 0.0), ("soon", None)],
)
def test_retry_after_is_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after(header, datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)) == seconds


def test_waits_grow_and_differ(web: Web) -> None:
    url = web.page(HOST, "/ill", heals(2, 503, b"well"))
    asking = crawler(web, FetchLimits(attempts=3, backoff=0.1))
    asking.get(url)
    first, second, third = (request.at for request in web.requests if request.path == "/ill")
    assert (second - first > 0.07, third - second > 0.15) == (True, True)
    ill = RetryableError(FetchError(url, "ill"))
    waits = [[asking._wait(ill, attempt) for attempt in (1, 2, 3)] for _ in range(20)]
    assert all(0.08 <= a <= 0.12 and 0.16 <= b <= 0.24 and 0.32 <= c <= 0.48 for a, b, c in waits)
    assert len({a for a, *_ in waits}) > 1


def test_a_declared_length_beyond_the_limit_is_not_read(web: Web) -> None:
    error = failure(web, web.page(HOST, "/large", b"x" * 20_000))
    assert (error.outcome, error.reason) == (Outcome.TOO_LARGE, "larger than 10,000 bytes")
    assert len(web.asked()) == 1


def test_a_small_answer_that_unpacks_beyond_the_limit_is_refused(web: Web) -> None:
    assert failure(web, web.page(HOST, "/bomb", bomb(5_000_000))).outcome is Outcome.TOO_LARGE


def test_a_packed_answer_that_never_gives_anything_is_left(web: Web) -> None:
    error = failure(web, web.page(HOST, "/hollow", hollow(5_000_000)))
    assert error.outcome is Outcome.TOO_LARGE


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [
        (gzipped(PAGE), "gzip"),
        (gzipped(PAGE[:10]) + gzipped(PAGE[10:]), "gzip"),
        (gzipped(PAGE) + bytes(8), "gzip"),
        (zlib.compress(PAGE), "deflate"),
        (zlib.compress(PAGE)[2:-4], "deflate"),
        (gzipped(gzipped(PAGE)), "gzip, gzip"),
    ],
)
def test_a_packed_answer_is_unpacked(web: Web, packed: bytes, encoding: str) -> None:
    assert get(web, web.page(HOST, "/packed", status(200, packed, Content_Encoding=encoding))).data == PAGE


@pytest.mark.parametrize(
    ("packed", "encoding"),
    [(gzipped(PAGE)[:-20], "gzip"), (PAGE, "br"), (PAGE, "gzip, gzip, gzip")],
)
def test_packed_bytes_without_their_end_or_of_an_unknown_kind_are_no_answer(
    web: Web, packed: bytes, encoding: str
) -> None:
    error = failure(web, web.page(HOST, "/packed", status(200, packed, Content_Encoding=encoding)))
    assert error.outcome is Outcome.MALFORMED


def test_bytes_beyond_the_declared_length_are_no_part_of_the_answer(web: Web) -> None:
    url = web.page(HOST, "/long", status(200, PAGE + b"more", Content_Length=str(len(PAGE))))
    assert get(web, url).data == PAGE


def test_a_body_shorter_than_declared_is_no_answer(web: Web) -> None:
    failure(web, web.page(HOST, "/cut", cut(b"half", 400)))
    assert len(web.asked()) == LIMITS.attempts


def test_a_chunked_answer_is_read_to_its_end(web: Web) -> None:
    assert get(web, web.page(HOST, "/chunked", chunked(b"first", b" second"))).data == b"first second"


def test_broken_compression_is_an_error(web: Web) -> None:
    error = failure(web, web.page(HOST, "/bad", status(200, b"no gzip", Content_Encoding="gzip")))
    assert error.outcome is Outcome.MALFORMED


def test_a_silent_server_times_out(web: Web) -> None:
    limits = FetchLimits(connect_timeout=1, read_timeout=0.1, attempts=1)
    error = failure(web, web.page(HOST, "/slow", silent(0.5)), limits=limits)
    assert (error.reason, error.outcome) == ("no answer within 0.1 s", Outcome.UNREACHABLE)


def test_a_dripping_server_is_left_after_the_total_time(web: Web) -> None:
    started = time.monotonic()
    limits = FetchLimits(connect_timeout=1, read_timeout=0.3, total_timeout=0.4, attempts=1)
    failure(web, web.page(HOST, "/drip", drip(1000, 0.02)), limits=limits)
    assert time.monotonic() - started < 3


def test_a_film_is_no_report(web: Web) -> None:
    url = web.page(HOST, "/film", status(200, b"x", Content_Type="video/mp4"))
    assert failure(web, url).outcome is Outcome.UNWANTED_TYPE


@pytest.mark.parametrize("url", ["ftp://example.org/a", "nonsense", "http://", "http://[bad/", "http://a:99999/"])
def test_what_is_no_http_address_is_an_error(web: Web, url: str) -> None:
    assert failure(web, url).outcome is Outcome.MALFORMED


def test_a_closed_port_is_an_error() -> None:
    with serving() as web:
        url = web.page(HOST, "/", PAGE)
    assert failure(web, url).outcome is Outcome.HOST_DOWN


def test_a_connection_that_takes_too_long_is_tried_again_and_given_up(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def never(target: tuple[str, int], timeout: float) -> None:
        tried.append((target, timeout))
        raise TimeoutError

    monkeypatch.setattr("extract.web.address.socket.create_connection", never)
    error = failure(web, web.page(HOST, "/page", PAGE), breaker=100)
    assert error.outcome is Outcome.HOST_DOWN
    assert "no connection within 1 s" in error.reason
    assert tried == [(("127.0.0.1", web.port), 1)] * LIMITS.attempts


def test_an_unchanged_page_costs_one_304(web: Web) -> None:
    url = web.page(HOST, "/page", kept(PAGE, '"1"'))
    ((_, first),) = crawler(web).ask_all([Ask(url)])
    assert isinstance(first, Response)
    ((_, second),) = crawler(web).ask_all([Ask(url, etag=first.etag)])
    assert isinstance(second, Response)
    assert (second.not_modified, second.data) == (True, b"")


def test_a_page_that_only_knows_when_it_changed_costs_one_304_too(web: Web) -> None:
    changed = "Fri, 30 Jan 2026 02:30:00 GMT"

    def answer(handler: BaseHTTPRequestHandler, _: int) -> None:
        known = handler.headers["If-Modified-Since"] == changed
        send(handler, 304 if known else 200, b"" if known else PAGE, Last_Modified=changed)

    url = web.page(HOST, "/page", answer)
    first = get(web, url)
    assert (first.etag, first.last_modified) == (None, changed)
    ((_, second),) = crawler(web).ask_all([Ask(url, last_modified=first.last_modified)])
    assert isinstance(second, Response)
    assert (second.not_modified, second.data) == (True, b"")


def test_a_304_that_nobody_asked_for_is_no_answer(web: Web) -> None:
    assert failure(web, web.page(HOST, "/page", status(304))).status == 304


def test_robots_that_forbid_are_obeyed(web: Web) -> None:
    web.page(HOST, "/robots.txt", status(200, b"User-agent: *\nDisallow: /secret\n", Content_Type="text/plain"))
    secret, public = web.page(HOST, "/secret/1", PAGE), web.page(HOST, "/public", PAGE)
    assert failure(web, secret).outcome is Outcome.FORBIDDEN
    assert get(web, public).data == PAGE
    assert web.asked() == ["/public"]


def test_robots_are_asked_once_a_host(web: Web) -> None:
    urls = [web.page(HOST, f"/{n}", PAGE) for n in range(3)]
    asking = crawler(web)
    for url in urls:
        asking.get(url)
    assert web.asked(robots=True).count("/robots.txt") == 1


def test_a_redirect_into_what_robots_forbid_is_not_followed(web: Web) -> None:
    web.page("b.example", "/robots.txt", b"User-agent: *\nDisallow: /\n")
    web.page("b.example", "/page", PAGE)
    assert failure(web, web.page(HOST, "/page", redirect("http://b.example/page"))).outcome is Outcome.FORBIDDEN
    assert web.asked("b.example") == []


@pytest.mark.parametrize(
    ("code", "body"),
    [(404, b"User-agent: *\nDisallow: /\n"), (403, b""), (200, b"<!DOCTYPE html><p>User-agent: *\nDisallow: /\n")],
)
def test_what_is_no_robots_file_forbids_nothing(web: Web, code: int, body: bytes) -> None:
    web.page(HOST, "/robots.txt", status(code, body))
    assert get(web, web.page(HOST, "/page", PAGE)).data == PAGE


def test_a_host_whose_robots_cannot_be_had_is_not_asked(web: Web) -> None:
    web.page(HOST, "/robots.txt", status(503))
    assert failure(web, web.page(HOST, "/page", PAGE)).outcome is Outcome.HOST_DOWN
    assert web.asked() == []


def test_the_crawl_delay_of_a_host_is_kept(web: Web) -> None:
    web.page(HOST, "/robots.txt", b"User-agent: *\nCrawl-delay: 0.3\n")
    asking = crawler(web)
    list(asking.ask_all([Ask(web.page(HOST, f"/{n}", PAGE)) for n in range(3)]))
    times = [request.at for request in web.requests if request.path != "/robots.txt"]
    assert min(later - earlier for earlier, later in pairwise(times)) >= 0.3


def test_a_host_that_fails_and_fails_is_left_alone(web: Web) -> None:
    urls = [web.page(HOST, f"/{n}", status(500)) for n in range(6)]
    limits = FetchLimits(attempts=1, backoff=0)
    answers = dict(crawler(web, limits=limits, breaker=3).ask_all([Ask(url) for url in urls]))
    outcomes = [answer.outcome for answer in answers.values() if isinstance(answer, FetchError)]
    assert outcomes == [Outcome.SERVER_ERROR] * 3 + [Outcome.HOST_DOWN] * 3
    assert len(web.asked()) == 3


def test_a_failing_host_stops_no_other(web: Web) -> None:
    ill = [Ask(web.page("a.example", f"/{n}", status(500))) for n in range(4)]
    well = [Ask(web.page("b.example", f"/{n}", PAGE)) for n in range(4)]
    answers = dict(crawler(web).ask_all([*ill, *well]))
    assert all(isinstance(answers[ask], Response) for ask in well)
    assert all(isinstance(answers[ask], FetchError) for ask in ill)


def test_the_budget_of_a_run_is_kept(web: Web) -> None:
    asks = [Ask(web.page(HOST, f"/{n}", PAGE)) for n in range(5)]
    answers = dict(crawler(web, requests=3).ask_all(asks))
    kinds = [getattr(answer, "outcome", Outcome.ANSWERED) for answer in answers.values()]
    assert kinds == [Outcome.ANSWERED] * 2 + [Outcome.OVER_BUDGET] * 3
    assert len(web.requests) == 3


def test_a_host_that_is_not_on_the_list_is_never_asked(web: Web) -> None:
    mirror = web.page("www.lingyuan-gov.spam.example", "/page", PAGE)
    moved = web.page(HOST, "/page", redirect(mirror))
    for url in (moved, mirror):
        ((_, answer),) = crawler(web).ask_all([Ask(url, hosts=hosts_of(f"http://{HOST}/"))])
        assert isinstance(answer, FetchError)
        assert answer.outcome is Outcome.OFF_LIST
    assert web.asked("www.lingyuan-gov.spam.example", robots=True) == []


def test_the_list_of_hosts_knows_www_and_nothing_else() -> None:
    assert hosts_of("http://www.a.gov.cn/1", "https://b.gov.cn/") == {
        *("a.gov.cn", "www.a.gov.cn", "b.gov.cn", "www.b.gov.cn")
    }


def test_one_host_is_never_asked_twice_at_once(web: Web) -> None:
    asks = [Ask(web.page(HOST, f"/{n}", lambda h, _: (time.sleep(0.02), send(h, 200, PAGE)))) for n in range(12)]  # type: ignore[arg-type,return-value]
    list(crawler(web).ask_all(asks))
    assert web.most_at_once[HOST] == 1


def test_many_hosts_take_as_long_as_the_slowest(web: Web) -> None:
    hosts, pages, delay = 200, 3, 0.5
    asks = [Ask(web.page(f"h{h}.example", f"/{p}", PAGE)) for h in range(hosts) for p in range(pages)]
    started = time.monotonic()
    answers = list(crawler(web, delay=delay).ask_all(asks))
    took = time.monotonic() - started
    assert all(isinstance(answer, Response) for _, answer in answers)
    assert pages * delay <= took < hosts * pages * delay / 4
    assert max(web.most_at_once.values()) == 1


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (b"<html><script>document.cookie='__jsl_clearance=1'</script></html>", Outcome.BLOCKED),
        (b"<html><head><script src='/app.js'></script></head><body><div id='app'></div></body>", Outcome.NEEDS_SCRIPT),
    ],
)
def test_a_page_that_shows_nothing_is_named_and_not_worked_around(web: Web, body: bytes, outcome: Outcome) -> None:
    assert failure(web, web.page(HOST, "/page", body)).outcome is outcome
    assert len(web.asked()) == 1


def test_a_page_of_pictures_needs_no_script(web: Web) -> None:
    body = b"<html><script>count()</script><img src='/1.png'></html>"
    assert get(web, web.page(HOST, "/page", body)).data == body


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1"),  # noqa: S104
        *("::1", "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::"),
    ],
)
def test_addresses_of_the_inside_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_addresses_of_the_outside_are_public() -> None:
    assert is_public("114.114.114.114")
    assert is_public("2400:3200::1")


def test_a_private_address_is_never_connected_to_also_by_redirect(web: Web) -> None:
    inside = f"http://127.0.0.1:{web.port}/secret"
    for url in (inside, web.page(HOST, "/page", redirect(inside))):
        assert failure(web, url).outcome is Outcome.REFUSED_ADDRESS
    assert "/secret" not in web.asked()


def test_a_private_address_that_the_operator_allows_is_asked(web: Web) -> None:
    web.page("127.0.0.1", "/page", PAGE)
    guard = AddressGuard(private_hosts=frozenset({"127.0.0.1"}))
    assert get(web, f"http://127.0.0.1:{web.port}/page", guard=guard).data == PAGE


def test_a_name_is_resolved_once_and_the_checked_address_is_used() -> None:
    resolved = iter([["114.114.114.114"], ["127.0.0.1"]])
    guard = AddressGuard(resolve=lambda _host, _port: next(resolved))
    assert guard.targets("rebinding.example", 80) == [("114.114.114.114", 80)]
    with pytest.raises(RefusedAddressError):
        guard.targets("rebinding.example", 80)


def test_one_private_address_among_public_ones_is_refused(web: Web) -> None:
    guard = AddressGuard(resolve=lambda _host, _port: ["114.114.114.114", "127.0.0.1"])
    assert failure(web, f"http://rebinding.example:{web.port}/", guard=guard).outcome is Outcome.REFUSED_ADDRESS
    assert web.requests == []


def test_an_unverifiable_certificate_is_refused(tmp_path: Path) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer
    from threading import Thread

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        guard = AddressGuard(hosts={HOST: f"127.0.0.1:{server.server_port}"})
        error = failure(Web(), f"https://{HOST}/", guard=guard)
        server.shutdown()
        thread.join()
    assert "certificate" in error.reason


def self_signed(folder: Path) -> Path:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
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
