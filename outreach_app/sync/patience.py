"""An HTTP adapter that is patient only so long: the head of an answer must have come in time.

A socket's time-out starts anew with every byte, so a server that drips its headers could hold a laptop for
hours. Here the whole head has the time that one read has. (The body is watched where it is read.)
"""

from __future__ import annotations

import socket
import threading
from contextlib import suppress
from typing import Any

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import HTTPResponse


class _Plain(HTTPConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The answer's head, or the error of a connection that was cut."""
        alarm = _cut_after(self)
        try:
            return super().getresponse()
        finally:
            alarm.cancel()


class _Encrypted(HTTPSConnection):
    def getresponse(self) -> HTTPResponse:  # type: ignore[override]
        """The answer's head, or the error of a connection that was cut."""
        alarm = _cut_after(self)
        try:
            return super().getresponse()
        finally:
            alarm.cancel()


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _EncryptedPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Encrypted


class PatientAdapter(requests.adapters.HTTPAdapter):
    """Mount it on a session; a head that does not end reads as a connection that broke."""

    def init_poolmanager(self, *given: Any, **named: Any) -> None:
        """Make the pools that watch the head."""
        super().init_poolmanager(*given, **named)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _EncryptedPool}


def _cut_after(connection: HTTPConnection) -> threading.Timer:
    """Shut the line when its own time-out has passed; cancel it as soon as the head is here."""
    line = connection.sock
    seconds = connection.timeout if isinstance(connection.timeout, int | float) else 0.0
    alarm = threading.Timer(seconds, _cut, (line,))
    alarm.daemon = True
    if line is not None and seconds:
        alarm.start()
    return alarm


def _cut(line: socket.socket) -> None:
    with suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
