"""The program's only HTTP session: asks, checks that the answer is ours, and says what went wrong.

Redirects are never followed and nothing is retried here: the round decides. A captive portal's page
with status 200 is not an answer; a status code is never a receipt.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple, NoReturn, TypeVar
from urllib.parse import urlsplit

import requests
import urllib3
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outreach_app import __version__
from outreach_app.domain.trouble import Trouble
from outreach_app.sync.patience import PatientAdapter
from outreach_app.wire import auth, card, limits, paths, problems
from outreach_app.wire.auth import Access, Answer
from outreach_app.wire.problems import Malformed, Report

_CONNECT_SECONDS = 6.0
_STALL_SECONDS = 20.0
_GRACE_SECONDS = 20.0
_LEAST_BYTES_A_SECOND = 50
_CHUNK = 64 * 1024
_OURS = frozenset((paths.CBOR, "application/json"))
_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))


T = TypeVar("T")


class _Credentials(NamedTuple):
    receipt_key: bytes
    team: bytes
    device: bytes
    signer: Ed25519PrivateKey


class Answered(Exception):
    """The server answered with one of its own problems; the caller knows what it means here."""

    def __init__(self, report: Report) -> None:
        super().__init__(report.code)
        self.report = report


class Post:
    """One laptop's line to one server; used on the net lane only.

    Raises Trouble `offline`, `certificate-wrong`, `server-strange` (an answer that is not ours),
    `plain-http`, `server-busy`, `server-full`, `server-failed`, `update-needed`, `device-revoked`,
    `device-blocked`; other problems of the server as `Answered`.
    """

    def __init__(self, server: str, ticks: Callable[[], float] = time.monotonic) -> None:
        self.server = checked_address(server)
        self._ticks = ticks
        self._session = requests.Session()
        # The machine's proxies and certificates are looked up once, and nobody's .netrc ever.
        around = self._session.merge_environment_settings(self.server, {}, None, None, None)
        self._session.trust_env = False
        self._session.proxies, self._session.verify = around["proxies"], around["verify"]
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, PatientAdapter())
        self._session.headers["Accept-Encoding"] = "identity"
        self._session.headers["User-Agent"] = f"outreach/{__version__}"
        self._session.headers[paths.PROTOCOL_HEADER] = paths.PROTOCOL
        self._token: str | None = None
        self._credentials: _Credentials | None = None
        self.access: Access | None = None

    def close(self) -> None:
        """Drop the connection; a request under way fails as `offline`."""
        self._session.close()

    def card(self) -> card.Card:
        """What the server says of itself."""
        return ours(card.read_card, self._ask("GET", paths.SERVER, most=limits.SMALL_BODY))

    def sign_in(self, receipt_key: bytes, team: bytes, device: bytes, signer: Ed25519PrivateKey) -> Access:
        """Prove this device to the server whose receipt key is pinned; a token for minutes follows.

        A laptop that fell asleep between challenge and answer asks for another challenge, once.
        """
        try:
            return self._open_session(receipt_key, team, device, signer)
        except Answered as answered:
            if answered.report.code != "challenge-invalid":
                raise
        return self._open_session(receipt_key, team, device, signer)

    def _open_session(
        self, receipt_key: bytes, team: bytes, device: bytes, signer: Ed25519PrivateKey
    ) -> Access:
        self._token = None
        challenge = ours(auth.read_challenge, self._ask("POST", paths.CHALLENGE, b"", most=limits.SMALL_BODY))
        answer = Answer(_fingerprint(receipt_key), team, device, challenge)
        body = self._ask("POST", paths.RESPONSE, auth.sign_answer(answer, signer), most=limits.SMALL_BODY)
        session = ours(auth.read_session, body)
        self._token, self.access = session.token, session.access
        self._credentials = _Credentials(receipt_key, team, device, signer)
        return session.access

    def sign_out(self) -> None:
        """Forget the token."""
        self._token, self.access, self._credentials = None, None, None

    @property
    def is_signed_in(self) -> bool:
        """Whether a token is held; the server may still find it expired."""
        return self._token is not None

    def get(
        self, path: str, most: int, query: Mapping[str, str | int] | None = None, wait: float = 0.0
    ) -> bytes:
        """The body of an answer of at most `most` bytes; `wait` lengthens the patience for a long poll."""
        return self._ask_signed_in("GET", path, query=query, most=most, wait=wait)

    def send(self, method: str, path: str, body: bytes, most: int = limits.SMALL_BODY) -> bytes:
        """PUT or POST a CBOR body."""
        return self._ask_signed_in(method, path, body, most=most)

    def _ask_signed_in(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        most: int,
        query: Mapping[str, str | int] | None = None,
        wait: float = 0.0,
    ) -> bytes:
        """Ask, and where only the token has run out, prove the device once more and ask again."""
        try:
            return self._ask(method, path, body, most=most, query=query, wait=wait)
        except Answered as answered:
            if answered.report.code != "token-invalid" or self._credentials is None:
                raise
        self.sign_in(*self._credentials)
        return self._ask(method, path, body, most=most, query=query, wait=wait)

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        most: int,
        query: Mapping[str, str | int] | None = None,
        wait: float = 0.0,
    ) -> bytes:
        headers = {"Accept": paths.CBOR}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if body is not None:
            headers["Content-Type"] = paths.CBOR
        try:
            with self._session.request(
                method,
                self.server + path,
                data=body,
                params=dict(query or {}),
                headers=headers,
                timeout=(_CONNECT_SECONDS, _STALL_SECONDS + wait),
                allow_redirects=False,
                stream=True,
            ) as response:
                content = _read(response, most if response.ok else limits.ROSTER_ENTRY, self._ticks)
                if response.is_redirect or response.status_code in (407, 511):
                    raise Trouble("server-strange", status=response.status_code)
                if not response.ok:
                    self._complain(response, content)
                if response.headers.get("Content-Type", "").partition(";")[0].strip() not in _OURS:
                    # A captive portal says 200 to whatever is put or posted: nothing of it has arrived.
                    raise Trouble("server-strange", status=response.status_code)
                return content
        except requests.exceptions.SSLError:
            raise Trouble("certificate-wrong") from None
        except (requests.exceptions.ConnectionError, requests.exceptions.Timeout):
            raise Trouble("offline") from None
        except urllib3.exceptions.HTTPError:
            raise Trouble("offline") from None
        except requests.exceptions.InvalidURL:
            raise Trouble("server-address") from None

    def _complain(self, response: requests.Response, content: bytes) -> NoReturn:
        try:
            report = problems.read_report(content, response.status_code)
        except Malformed:
            if response.status_code >= 500 or response.status_code == 429:
                raise Trouble(
                    "server-busy" if response.status_code in (429, 503) else "server-failed",
                    status=response.status_code,
                    seconds=_retry_after(response),
                ) from None
            raise Trouble("server-strange", status=response.status_code) from None
        code = _TROUBLES.get(report.code)
        if code:
            seconds = report.retry_after if report.retry_after is not None else _retry_after(response)
            raise Trouble(code, status=report.status, seconds=seconds)
        raise Answered(report)


_TROUBLES = {
    "too-many-requests": "server-busy",
    "busy": "server-busy",
    "storage-full": "server-full",
    "internal": "server-failed",
    "request-timeout": "offline",
    "upgrade-required": "update-needed",
    "device-revoked": "device-revoked",
    "device-blocked": "device-blocked",
    "server-key-mismatch": "server-changed",
}


def checked_address(server: str) -> str:
    """The server's address without a trailing slash.

    Raises Trouble `server-address` for what is no address, `plain-http` for an unencrypted one
    beyond this machine.
    """
    address = server.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Trouble("server-address") from None
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or port == 0
        or parts.query
        or parts.fragment
    ):
        raise Trouble("server-address")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise Trouble("plain-http")
    return address


def ours(read: Callable[[bytes], T], body: bytes) -> T:
    """Read an answer that must be ours; anything else is a stranger answering (`server-strange`)."""
    try:
        return read(body)
    except Malformed:
        raise Trouble("server-strange", status=200) from None


def _read(response: requests.Response, most: int, ticks: Callable[[], float]) -> bytes:
    """The body, stopped at the cap, and given up when it only drips.

    A server can neither fill this laptop's memory nor hold it: after a while at least some bytes a
    second must have come, far fewer than the worst line carries.
    """
    parts: list[bytes] = []
    size, start = 0, ticks()
    while part := response.raw.read1(_CHUNK):
        size += len(part)
        if size > most:
            raise Trouble("server-strange", status=response.status_code)
        parts.append(part)
        passed = ticks() - start
        if passed > _GRACE_SECONDS and size < passed * _LEAST_BYTES_A_SECOND:
            raise Trouble("offline")
    return b"".join(parts)


def _retry_after(response: requests.Response) -> int | None:
    """Seconds to wait as the header says; its other form, a date, is read against the answer's own Date."""
    value = response.headers.get("Retry-After", "")
    if value.isdigit():
        return int(value)
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(response.headers["Date"])
        return max(0, round(wait.total_seconds()))
    except (KeyError, TypeError, ValueError):
        return None


def _fingerprint(receipt_key: bytes) -> bytes:
    return hashlib.sha256(receipt_key).digest()
