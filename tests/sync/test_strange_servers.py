"""Whatever answers in the server's place: an honest word, and every record still here."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from fakes.laptop import Outreach

from outreach_app.domain.kind import Record
from outreach_app.domain.trouble import Trouble
from outreach_app.sync.post import Post, checked_address

Answer = Callable[[BaseHTTPRequestHandler], None]


def saying(status: int, body: bytes = b"", **headers: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.rfile.read(int(request.headers.get("Content-Length", 0)))
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name.replace("_", "-"), value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    return answer


def silence(request: BaseHTTPRequestHandler) -> None:
    request.close_connection = True


def half(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    request.wfile.write(b"only this")
    request.close_connection = True


@pytest.fixture
def stranger() -> Iterator[Callable[[Answer], str]]:
    """Starts a server on loopback that gives one answer to everything."""
    started: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answer(self)

            def do_POST(self) -> None:
                answer(self)

            def do_PUT(self) -> None:
                answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        started.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in started:
        server.shutdown()
        server.server_close()
        thread.join()


PORTAL = b"<html><body>Welcome to Free Wi-Fi. Please sign in.</body></html>"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (saying(200, PORTAL, Content_Type="text/html"), "server-strange"),
        (saying(302, Location="http://portal.example/"), "server-strange"),
        (saying(511, PORTAL), "server-strange"),
        (saying(401), "server-strange"),
        (saying(403, b"no"), "server-strange"),
        (saying(409, b"{}"), "server-strange"),
        (saying(413, b"too big"), "server-strange"),
        (saying(429, Retry_After="17"), "server-busy"),
        (
            saying(503, Retry_After="Fri, 20 Nov 2026 11:00:00 GMT", Date="Fri, 20 Nov 2026 10:59:00 GMT"),
            "server-busy",
        ),
        (saying(500, b"Traceback"), "server-failed"),
        (saying(200, b"\xff\x00garbage"), "server-strange"),
        (saying(200), "server-strange"),
        (half, "offline"),
        (silence, "offline"),
    ],
)
def test_what_is_not_our_server_is_told_and_nothing_is_lost(
    worker: Outreach, shift: Record, stranger: Callable[[Answer], str], answer: Answer, code: str
) -> None:
    met = worker.meet(shift.id, note="still here")
    before = worker.truths
    with pytest.raises(Trouble) as caught:
        worker.sync(stranger(answer))
    assert caught.value.code == code
    assert worker.truths == before
    assert worker.get(met.id).get("note") == "still here"
    assert worker.truths.waiting == 1


def test_a_retry_after_is_seconds_however_it_is_written(stranger: Callable[[Answer], str]) -> None:
    in_a_minute = formatdate(time.time() + 60, usegmt=True)
    for value, least, most in (("17", 17, 17), (in_a_minute, 55, 65)):
        post = Post(stranger(saying(429, Retry_After=value)))
        with pytest.raises(Trouble) as caught:
            post.card()
        post.close()
        assert least <= int(str(caught.value.facts["seconds"])) <= most
    post = Post(stranger(saying(503, Retry_After="soon")))
    with pytest.raises(Trouble) as caught:
        post.card()
    post.close()
    assert caught.value.facts["seconds"] is None


def test_a_server_that_only_drips_is_given_up(stranger: Callable[[Answer], str]) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "4000")
        request.end_headers()
        with suppress(OSError):
            for _ in range(4000):
                request.wfile.write(b".")

    minutes = iter(range(10**6))
    post = Post(stranger(drip), ticks=lambda: 60.0 * next(minutes))
    with pytest.raises(Trouble) as caught:
        post.card()
    post.close()
    assert caught.value.code == "offline"


def test_a_head_that_only_drips_is_given_up(
    stranger: Callable[[Answer], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def drip(request: BaseHTTPRequestHandler) -> None:
        with suppress(OSError):
            for _ in range(2000):
                request.wfile.write(b"H")
                threading.Event().wait(0.02)

    monkeypatch.setattr("outreach_app.sync.post._STALL_SECONDS", 0.5)
    post = Post(stranger(drip))
    began = time.monotonic()
    with pytest.raises(Trouble) as caught:
        post.card()
    post.close()
    assert caught.value.code == "offline"
    assert time.monotonic() - began < 10


def test_nobody_there_is_offline_within_seconds(worker: Outreach, shift: Record) -> None:
    with pytest.raises(Trouble) as caught:
        worker.sync("http://127.0.0.1:9")
    assert caught.value.code == "offline"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("outreach.example", "server-address"),
        ("ftp://outreach.example", "server-address"),
        ("https://", "server-address"),
        ("http://[broken", "server-address"),
        ("http://outreach.example", "plain-http"),
        ("http://192.0.2.7:8000", "plain-http"),
    ],
)
def test_an_address_that_is_none_or_is_not_encrypted_is_refused(address: str, code: str) -> None:
    with pytest.raises(Trouble) as caught:
        checked_address(address)
    assert caught.value.code == code


def test_an_address_is_kept_without_its_last_slash() -> None:
    assert checked_address(" https://outreach.example/ ") == "https://outreach.example"
