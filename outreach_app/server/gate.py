"""Between the socket and the calls: sizes, slowness, rates, figures, one line of log per request.

Bodies are opaque and never logged; ids are never labels of a figure.
"""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from outreach_app.server import settings
from outreach_app.server.refusal import Refusal
from outreach_app.server.settings import Rate
from outreach_app.wire import paths, problems

_log = structlog.get_logger("outreach.server")

# A refused body is read on and dropped up to here, or a client that is still sending never sees why.
_DROPPED_BYTES = 4 * 1024 * 1024
_DROPPED_SECONDS = 5.0


class Buckets:
    """Token buckets by key, the least used forgotten; per process, so a cluster allows a multiple."""

    def __init__(self, rate: Rate, now: Callable[[], float], most: int = 10_000) -> None:
        self._rate = rate
        self._now = now
        self._most = most
        self._levels: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, key: object) -> None:
        """Take one token. Raises `Refusal` with the seconds until there is one."""
        now = self._now()
        level, since = self._levels.pop(key, (self._rate.burst, now))
        level = min(self._rate.burst, level + (now - since) * self._rate.per_second)
        self._levels[key] = (level - 1 if level >= 1 else level, now)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)
        if level < 1:
            wait = (1 - level) / self._rate.per_second
            raise Refusal("too-many-requests", retry_after=max(1, -int(-wait // 1)))


class Meter:
    """Figures since the process started, as Prometheus reads them (text format 0.0.4)."""

    def __init__(self) -> None:
        self.requests: Counter[tuple[str, int]] = Counter()
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.stored = 0
        self.stored_bytes = 0
        self.receipted_again = 0
        self.active = 0
        self.waiting = 0

    def render(self) -> str:
        """The text of /metrics."""
        lines = [
            "# HELP outreach_requests_total Requests by call and status.",
            "# TYPE outreach_requests_total counter",
            *(
                f'outreach_requests_total{{call="{call}",status="{status}"}} {count}'
                for (call, status), count in sorted(self.requests.items())
            ),
            "# HELP outreach_request_seconds_total Time spent by call.",
            "# TYPE outreach_request_seconds_total counter",
            *(
                f'outreach_request_seconds_total{{call="{call}"}} {seconds:.6f}'
                for call, seconds in sorted(self.seconds.items())
            ),
        ]
        for name, kind, meaning, value in (
            ("outreach_batches_stored_total", "counter", "Batches stored for the first time.", self.stored),
            ("outreach_batch_bytes_stored_total", "counter", "Bytes of those batches.", self.stored_bytes),
            (
                "outreach_batches_again_total",
                "counter",
                "Batches that were here already.",
                self.receipted_again,
            ),
            ("outreach_requests_active", "gauge", "Requests being answered.", self.active),
            ("outreach_long_polls", "gauge", "Requests waiting for something new.", self.waiting),
        ):
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}", f"{name} {value}"]
        return "\n".join(lines) + "\n"


class Bell:
    """Wakes long polls when a stream grows or the server goes down.

    What this process stores rings at once. What another process stores is noticed by one look a
    second for all streams that anybody here waits for, however many wait.
    """

    def __init__(self, look: Callable[[tuple[bytes, ...]], Mapping[bytes, int]]) -> None:
        self.is_closing = False
        self._look = look
        self._looking: asyncio.Task[None] | None = None
        self._waiting: dict[bytes, dict[asyncio.Event, int]] = {}

    @property
    def count(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    async def wait(self, stream: bytes, after: int, seconds: float) -> None:
        """Return when the stream may have grown beyond `after`, or after so many seconds."""
        event = asyncio.Event()
        self._waiting.setdefault(stream, {})[event] = after
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._keep_looking())
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return
        finally:
            del self._waiting[stream][event]
            if not self._waiting[stream]:
                del self._waiting[stream]

    def ring(self, stream: bytes, team_seq: int) -> None:
        """The stream has grown to this number."""
        for event, after in self._waiting.get(stream, {}).items():
            if team_seq > after:
                event.set()

    def close(self) -> None:
        """Nobody waits any longer."""
        self.is_closing = True
        for events in self._waiting.values():
            for event in events:
                event.set()

    async def _keep_looking(self) -> None:
        while self._waiting and not self.is_closing:
            try:
                for stream, team_seq in (await run_in_threadpool(self._look, tuple(self._waiting))).items():
                    self.ring(stream, team_seq)
            except Refusal:
                # A busy database has no news; who waits in vain asks it again and is told.
                _log.info("look", outcome="busy")
            await asyncio.sleep(settings.LOOK_SECONDS)


async def read_body(request: Request, cap: int, stall_seconds: float) -> bytes:
    """The CBOR body, never more than the cap, never from a client that stopped sending.

    A declared length above the cap is refused before a byte is read. Raises `Refusal`.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != paths.CBOR:
        raise Refusal("media-type")
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        raise Refusal("malformed", facts={"what": "content-length"})
    if int(declared) > cap:
        raise Refusal("too-large", facts={"cap": cap})
    try:
        async with asyncio.timeout(settings.REQUEST_SECONDS):
            return await _collect(request, cap, stall_seconds)
    except TimeoutError:
        raise Refusal("request-timeout") from None


async def _collect(request: Request, cap: int, stall_seconds: float) -> bytes:
    chunks: list[bytes] = []
    size = 0
    stream = request.stream()
    while True:
        # A slow link is welcome, a silent one is not: the clock starts again with each piece.
        async with asyncio.timeout(stall_seconds):
            chunk = await anext(stream, None)
        if chunk is None:
            return b"".join(chunks)
        size += len(chunk)
        if size > cap:
            raise Refusal("too-large", facts={"cap": cap})
        chunks.append(chunk)


def check_protocol(request: Request) -> None:
    """Refuse a laptop that says it speaks another version."""
    spoken = request.headers.get(paths.PROTOCOL_HEADER)
    if spoken is not None and spoken != paths.PROTOCOL:
        raise Refusal("upgrade-required", facts={"protocol": int(paths.PROTOCOL)})


@dataclass(slots=True)
class _Progress:
    status: int = 0
    is_body_read: bool = False


class Gate:
    """The outermost layer: counts, logs, and refuses when too many are inside."""

    def __init__(self, app: ASGIApp, meter: Meter, now: Callable[[], float]) -> None:
        self._app = app
        self._meter = meter
        self._now = now

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, progress = self._now(), _Progress()
        self._meter.active += 1
        try:
            if self._meter.active - self._meter.waiting > settings.REQUESTS_AT_ONCE:
                await _refuse_at_once(_watched_send(send, progress, receive))
            else:
                await self._app(
                    scope, _watched_receive(receive, progress), _watched_send(send, progress, receive)
                )
        except ClientDisconnect:
            progress.status = 499
        finally:
            self._meter.active -= 1
            route = scope.get("route")
            call = f"{scope['method']} {getattr(route, 'path', 'unknown')}"
            elapsed = self._now() - started
            self._meter.requests[call, progress.status] += 1
            self._meter.seconds[call] += elapsed
            _log.info("request", call=call, status=progress.status, ms=round(elapsed * 1000, 2))


def _watched_receive(receive: Receive, progress: _Progress) -> Receive:
    async def watched() -> Message:
        message = await receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            progress.is_body_read = True
        return message

    return watched


def _watched_send(send: Send, progress: _Progress, receive: Receive) -> Send:
    async def watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            progress.status = message["status"]
            # What is signed or sealed for one laptop is in no cache between.
            message["headers"] = [*message.get("headers", ()), (b"cache-control", b"no-store")]
        is_last = message["type"] == "http.response.body" and not message.get("more_body")
        if is_last and progress.status in (408, 413) and not progress.is_body_read:
            await send({**message, "more_body": True})
            await _drop_rest(receive)
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await send(message)

    return watched


async def _drop_rest(receive: Receive) -> None:
    dropped = 0
    try:
        async with asyncio.timeout(_DROPPED_SECONDS):
            while dropped < _DROPPED_BYTES:
                message = await receive()
                dropped += len(message.get("body", b""))
                if message["type"] == "http.disconnect" or not message.get("more_body"):
                    return
    except TimeoutError:
        return


async def _refuse_at_once(send: Send) -> None:
    report = problems.report("busy", retry_after=settings.BUSY_RETRY_SECONDS)
    headers: list[tuple[bytes, bytes]] = [
        (b"content-type", problems.MEDIA_TYPE.encode()),
        (b"retry-after", str(settings.BUSY_RETRY_SECONDS).encode()),
    ]
    start: dict[str, Any] = {"type": "http.response.start", "status": report.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": problems.encode_report(report)})
