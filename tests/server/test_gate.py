"""Large, slow, silent, many and senseless requests: each is answered, and the next one is served."""

from __future__ import annotations

import asyncio
import http.client
import os
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from fakes.crew import Answer, Laptop, Line, Server, Team
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message, Receive, Scope, Send

from outreach_app.server.gate import Buckets, Gate, Meter
from outreach_app.server.refusal import Refusal
from outreach_app.server.settings import Rate
from outreach_app.wire import limits, paths, problems


def raw_exchange(url: str, sent: bytes, *, timeout: float = 20.0) -> bytes:
    """Send bytes as they are and read until the server hangs up."""
    parts = urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=timeout) as connection:
        connection.sendall(sent)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
        return received


def put_head(team: Team, token: str, *headers: str) -> bytes:
    path = paths.fill(paths.BATCH, stream=team.stream, batch=bytes(32))
    lines = [f"PUT {path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", *headers]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def test_a_body_declared_too_large_is_refused_before_it_is_sent(server: Server, team: Team) -> None:
    with server.line(team) as line:
        assert line.token is not None
        head = put_head(
            team,
            line.token,
            "Content-Type: application/cbor",
            f"Content-Length: {limits.BATCH_HARD + 1}",
            "Expect: 100-continue",
        )
        parts = urlsplit(server.url)
        with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
            connection.sendall(head)
            answer = b""
            while chunk := connection.recv(65536):
                answer += chunk
            assert answer.startswith(b"HTTP/1.1 413 ")
            assert f'"cap": {limits.BATCH_HARD}'.encode() in answer
            assert b"100 Continue" not in answer


def test_a_client_that_sends_too_much_anyway_still_hears_why(server: Server, team: Team) -> None:
    with server.line(team) as line:
        answer = line.call(
            "PUT", paths.fill(paths.BATCH, stream=team.stream, batch=bytes(32)), bytes(2_000_000)
        )
        assert (answer.status, answer.code) == (413, "too-large")
        assert answer.problem.facts == {"cap": limits.BATCH_HARD}
        assert answer.headers["connection"] == "close"
    with server.line(team) as line:
        assert line.head(team.stream).team_seq == 0


def test_a_body_of_undeclared_length_is_cut_at_the_cap(server: Server, team: Team) -> None:
    with server.line(team) as line:
        assert line.token is not None
        head = put_head(team, line.token, "Content-Type: application/cbor", "Transfer-Encoding: chunked")
        chunk = b"10000\r\n" + bytes(0x10000) + b"\r\n"
        received = raw_exchange(server.url, head + chunk * 20)
    assert received.startswith(b"HTTP/1.1 413 ")


def test_the_largest_batch_of_the_protocol_is_taken(server: Server, team: Team) -> None:
    with server.line(team) as line:
        sealed = team.lead.seal(team, os.urandom(limits.BATCH_HARD - 80_000))
        assert limits.BATCH < len(sealed.encode()) <= limits.BATCH_HARD
        line.store(sealed)
        (delivery,) = line.page(team.stream)
        assert delivery.body == sealed.batch.body


@pytest.mark.parametrize("kind", ["application/json", "text/html", ""])
def test_a_body_that_is_not_cbor_is_refused(server: Server, team: Team, kind: str) -> None:
    with server.line(team) as line:
        path = paths.fill(paths.BATCH, stream=team.stream, batch=bytes(32))
        answer = line.call("PUT", path, b"{}", headers={"Content-Type": kind})
    assert (answer.status, answer.code) == (415, "media-type")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_no_body_makes_the_server_stumble(server: Server, team: Team, body: bytes) -> None:
    with server.line() as line:
        for method, path in (
            ("POST", paths.RESPONSE),
            ("POST", paths.TEAMS),
            ("POST", paths.fill(paths.JOINS, team=team.id)),
        ):
            # The rate for strangers is one of the right answers.
            assert line.call(method, path, body).status in (400, 429)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(50),
        b"OUTREACH\r\n\r\n",
        b"\x00" * 100,
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000 + b"\r\n",
    ],
)
def test_what_is_not_http_is_hung_up_on(server: Server, sent: bytes) -> None:
    try:
        received = raw_exchange(server.url, sent)
    except ConnectionError:
        received = b""
    assert received == b"" or received.startswith(b"HTTP/1.1 4")
    with server.line() as line:
        assert line.call("GET", "/healthz").status == 200


def test_a_client_that_falls_silent_is_let_go(own: Server) -> None:
    own.start("--stall-seconds", "0.5")
    team = own.found()
    with own.line(team) as line:
        assert line.token is not None
        head = put_head(team, line.token, "Content-Type: application/cbor", "Content-Length: 1000")
    started = time.monotonic()
    assert raw_exchange(own.url, head + b"half").startswith(b"HTTP/1.1 408 ")
    assert raw_exchange(own.url, b"") == b"", "said nothing at all"
    assert raw_exchange(own.url, b"GET /healthz HT") == b"", "stopped in its first line"
    parts = urlsplit(own.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        received = b""
        while not received.endswith(b"ok\n"):
            received += connection.recv(65536)
        connection.sendall(b"GET /readyz HT")
        assert connection.recv(65536) == b"", "stopped in the first line of its second request"
    assert time.monotonic() - started < 18
    with own.line(team) as line:
        assert line.store(team.lead.seal(team)).team_seq == 1


def test_a_client_that_stops_reading_is_let_go(own: Server) -> None:
    own.start("--stall-seconds", "0.5")
    team = own.found()
    with own.line(team) as line:
        for _ in range(2):
            line.store(team.lead.seal(team, os.urandom(900_000)))
        path = paths.fill(paths.BATCHES, stream=team.stream)
        asked = f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {line.token}\r\n\r\n".encode()
        parts = urlsplit(own.url)
        with socket.socket() as deaf:
            deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
            held = own.sockets()
            deaf.connect((parts.hostname, parts.port))
            # More than the two kernels will hold for it.
            deaf.sendall(asked * 12)
            until_held(own, line, held + 1)
            until_held(own, line, held)
        assert len(line.page(team.stream)) == 1


def test_one_laptop_that_asks_too_often_is_told_when_to_come_back(own: Server) -> None:
    own.start("--device-rate", "0.5")
    team, other = own.found(), Laptop()
    own.admit(team, other)
    path = paths.fill(paths.HEAD, stream=team.stream)
    with own.line(team) as line:
        answers = [line.call("GET", path) for _ in range(7)]
        assert [answer.status for answer in answers[:4]] == [200] * 4
        refused = answers[-1]
        assert (refused.status, refused.code) == (429, "too-many-requests")
        assert int(refused.headers["retry-after"]) == refused.problem.retry_after
        assert 1 <= int(refused.headers["retry-after"]) <= 2
    with own.line(team, other) as line:
        assert line.call("GET", path).status == 200, "others are not made to wait for it"


def test_a_bucket_fills_as_time_goes_by_and_forgets_who_stays_away() -> None:
    now = [0.0]
    buckets = Buckets(Rate(per_second=0.5, burst=2), lambda: now[0], most=2)
    buckets.take("a")
    buckets.take("a")
    with pytest.raises(Refusal) as refused:
        buckets.take("a")
    assert refused.value.report.retry_after == 2
    now[0] = 2.0
    buckets.take("a")
    with pytest.raises(Refusal):
        buckets.take("a")
    buckets.take("b")
    buckets.take("c")
    buckets.take("a")


def test_more_at_once_than_the_server_can_hold_are_asked_to_come_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("outreach_app.server.settings.REQUESTS_AT_ONCE", 0)
    sent: list[Message] = []

    async def inside(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("was let in")

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/healthz", "headers": []}
    asyncio.run(Gate(inside, Meter(), time.monotonic)(scope, receive, send))
    start, body = sent
    assert start["status"] == 503
    assert (b"retry-after", b"2") in start["headers"]
    assert problems.read_report(body["body"], 503).code == "busy"


# ----------------------------------------------------------------------------------------- waiting for news


def later(call: list[Answer], line: Line, team: Team, **query: object) -> threading.Thread:
    path = paths.fill(paths.BATCHES, stream=team.stream)
    thread = threading.Thread(target=lambda: call.append(line.call("GET", path, **query)))
    thread.start()
    return thread


def until(line: Line, figure: str) -> None:
    """Until the server's own figures say so."""
    ends = time.monotonic() + 20
    while figure not in line.call("GET", "/metrics").body.decode():
        assert time.monotonic() < ends


def until_held(server: Server, line: Line, sockets: int) -> None:
    """Until the process holds so many sockets."""
    ends = time.monotonic() + 20
    while server.sockets() != sockets:
        line.call("GET", "/healthz")
        assert time.monotonic() < ends


def test_who_waits_for_news_gets_it_when_it_comes(server: Server, team: Team) -> None:
    worker, answers = Laptop(), list[Answer]()
    server.admit(team, worker)
    with server.line(team) as waiting, server.line(team, worker) as sending:
        thread = later(answers, waiting, team, wait=25)
        until(sending, "outreach_long_polls 1\n")
        started = time.monotonic()
        stored = sending.put(worker.seal(team))
        thread.join(timeout=20)
        assert time.monotonic() - started < 5
    assert stored.status == 201
    assert answers[0].status == 200
    assert stored.body in answers[0].body


def test_who_waits_in_vain_gets_an_empty_page(server: Server, team: Team) -> None:
    with server.line(team) as line:
        assert line.page(team.stream, wait=1) == ()


def test_news_put_down_at_one_process_reaches_who_waits_at_another(own: Server, tmp_path: Path) -> None:
    own.start()
    other = Server(own.data)
    other.receipt_public = own.receipt_public
    other.start()
    try:
        team, answers = own.found(), list[Answer]()
        with own.line(team) as waiting, other.line(team) as sending, own.line() as asking:
            thread = later(answers, waiting, team, wait=25)
            until(asking, "outreach_long_polls 1\n")
            assert sending.put(team.lead.seal(team)).status == 201
            thread.join(timeout=20)
        assert answers[0].status == 200
        assert len(answers[0].body) > 100
    finally:
        other.close()


def test_a_server_that_is_stopped_answers_who_waits_and_leaves_with_zero(own: Server) -> None:
    own.start()
    team, answers = own.found(), list[Answer]()
    with own.line(team) as waiting, own.line() as asking:
        thread = later(answers, waiting, team, wait=25)
        until(asking, "outreach_long_polls 1\n")
        started = time.monotonic()
        assert own.stop() == 0
        assert time.monotonic() - started < 15
        thread.join(timeout=5)
    assert answers[0].status == 200


# -------------------------------------------------------------------------------------------------- TLS


def test_tls_is_one_point_three_or_nothing(own: Server, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
         "-keyout", str(key), "-out", str(certificate), "-days", "2", "-subj", "/CN=localhost"],
        check=True, capture_output=True,
    )  # fmt: skip
    own.start("--tls-cert", str(certificate), "--tls-key", str(key))
    assert own.url.startswith("https://127.0.0.1:")
    trusting = ssl.create_default_context(cafile=str(certificate))
    trusting.check_hostname = False
    parts = urlsplit(own.url)
    connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=trusting, timeout=20)
    connection.request("GET", "/healthz")
    assert connection.getresponse().read() == b"ok\n"
    assert connection.sock.version() == "TLSv1.3"
    connection.close()
    trusting.maximum_version = ssl.TLSVersion.TLSv1_2
    old = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=trusting, timeout=20)
    with pytest.raises(ssl.SSLError):
        old.request("GET", "/healthz")
    old.close()


def test_a_status_that_may_pass_carries_its_seconds_in_header_and_document() -> None:
    report = problems.report("busy", retry_after=2)
    assert problems.read_report(problems.encode_report(report), 503).retry_after == 2
