"""Runs the application on a socket until it is told to stop, and stops without dropping an answer."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import ssl
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from outreach_app.server.gate import Bell
from outreach_app.server.refusal import Trouble

_GRACE_SECONDS = 10
_IDLE_SECONDS = 75


def bind(host: str, port: int) -> socket.socket:
    """A listening address, taken before anything else so that a taken port is said at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP so that asyncio turns Nagle off for what it accepts; else each answer waits 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise Trouble(
            "address-unavailable",
            f"{host} port {port} cannot be listened on ({error.strerror or error}).",
            "Stop the other program or choose another --port.",
        ) from None
    return listener


def serve(
    app: ASGIApp,
    listener: socket.socket,
    bell: Bell,
    *,
    header_seconds: float,
    tls: tuple[Path, Path] | None,
    trusted_proxy: str | None,
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; `announce` gets the URL once requests are answered."""
    config = uvicorn.Config(
        app,
        http=_impatient(header_seconds),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=trusted_proxy is not None,
        forwarded_allow_ips=trusted_proxy,
        timeout_keep_alive=_IDLE_SECONDS,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        ssl_certfile=tls[0] if tls else None,
        ssl_keyfile=tls[1] if tls else None,
    )
    _load(config)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    url = f"{'https' if tls else 'http'}://{shown}:{port}"
    # uvicorn raises the signal again when it is done; by then there is nothing left to do.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None)
    _Server(config, bell, lambda: announce(url)).run(sockets=[listener])


def set_up_logging() -> None:
    """One JSON line per event on standard error; ids and figures only."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, bell: Bell, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._bell = bell
        self._started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Say so once requests are answered."""
        await super().startup(sockets)
        if self.started:
            self._started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Wake those who wait for news first, or each would hold the door open for its whole time."""
        self._bell.close()
        await super().shutdown(sockets)


def _load(config: uvicorn.Config) -> None:
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise Trouble(
            "tls-unreadable",
            f"The TLS certificate or key cannot be used ({type(error).__name__}).",
            "Give PEM files that belong together with --tls-cert and --tls-key.",
        ) from None
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3


def _impatient(seconds: float) -> type[asyncio.Protocol]:
    """A protocol that hangs up on a connection whose request does not come whole, or that stops reading.

    A slow link is welcome: as long as the answer's unsent rest gets smaller, it may take its time.
    """

    class Impatient(H11Protocol):
        cycle: Any
        _until_request: asyncio.TimerHandle | None = None
        _until_read: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._until_request = self.loop.call_later(seconds, self._give_up)

        def connection_lost(self, exc: Exception | None) -> None:
            self._stop_waiting()
            self._stop_watching()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if not self._is_between_requests():
                self._stop_waiting()
            elif self._until_request is None:
                # The start of another request on the same connection: it has as long as the first.
                self._until_request = self.loop.call_later(seconds, self._give_up)

        def pause_writing(self) -> None:
            super().pause_writing()
            self._expect_reading(None)

        def resume_writing(self) -> None:
            self._stop_watching()
            super().resume_writing()

        def _stop_watching(self) -> None:
            if self._until_read is not None:
                self._until_read.cancel()
                self._until_read = None

        def _is_between_requests(self) -> bool:
            return self.cycle is None or bool(self.cycle.response_complete)

        def _stop_waiting(self) -> None:
            if self._until_request is not None:
                self._until_request.cancel()
                self._until_request = None

        def _give_up(self) -> None:
            if self._is_between_requests() and not self.transport.is_closing():
                self.transport.close()

        def _expect_reading(self, unsent: int | None) -> None:
            left = self.transport.get_write_buffer_size()
            if unsent is not None and left >= unsent:
                self.transport.abort()
            else:
                self._until_read = self.loop.call_later(seconds, self._expect_reading, left)

    return Impatient
