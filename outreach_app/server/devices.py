"""Who is knocking: challenges and session tokens that any process can check without a table.

Both are bytes under an HMAC whose key follows from the receipt key, so every process over one
database takes what another gave out. A token names a device and an end; what the device may do is
read from the newest roster at each call.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from datetime import datetime, timedelta

from outreach_app.server.identity import Identity
from outreach_app.server.refusal import Refusal
from outreach_app.server.shelf import Caller, Randomness, Shelf
from outreach_app.wire import cbor, limits
from outreach_app.wire.auth import SESSION, Session, SignedAnswer
from outreach_app.wire.problems import Forged, Malformed

_NONCE, _MOMENT, _TAG = 16, 8, 32


class Sessions:
    """Gives out challenges and tokens, and reads them back."""

    def __init__(self, identity: Identity, shelf: Shelf, randomness: Randomness) -> None:
        self._identity = identity
        self._shelf = shelf
        self._randomness = randomness

    def challenge(self, at: datetime) -> bytes:
        """Random bytes and their end, sealed by this server."""
        ends_at = at + timedelta(seconds=limits.CHALLENGE_SECONDS)
        body = self._randomness(_NONCE) + cbor.milliseconds(ends_at).to_bytes(_MOMENT, "big")
        return body + self._tag(b"challenge", body)

    def open(self, signed: SignedAnswer, at: datetime) -> Session:
        """A session for a device that signed our challenge with the key the roster lists.

        Raises `Refusal`: `server-key-mismatch` tells a laptop that it was led to another server.
        """
        answer = signed.answer
        if answer.receipt_fingerprint != self._identity.fingerprint or answer.action != SESSION:
            raise Refusal("server-key-mismatch")
        body, tag = answer.challenge[:-_TAG], answer.challenge[-_TAG:]
        is_ours = hmac.compare_digest(self._tag(b"challenge", body), tag)
        if not is_ours or int.from_bytes(body[_NONCE:], "big") < cbor.milliseconds(at):
            raise Refusal("challenge-invalid")
        caller = Caller(answer.team, answer.device)
        standing = self._shelf.standing(caller)
        if standing is None:
            raise Refusal("device-unknown")
        try:
            signed.verify(standing.sign_public)
        except Forged:
            raise Refusal("challenge-invalid") from None
        self._shelf.note_visit(caller, at)
        expires_at = at + timedelta(seconds=limits.TOKEN_SECONDS)
        return Session(self._token(caller, expires_at), expires_at, standing.access)

    def read(self, authorization: str | None, at: datetime) -> Caller:
        """Whose token this is, if it is ours and not over. Raises `Refusal`."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or len(token) > limits.TOKEN:
            raise Refusal("token-invalid")
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
            if _spell(sealed) != token:  # base64 has spare bits at its end; one token has one spelling
                raise Refusal("token-invalid")
            body, tag = sealed[:-_TAG], sealed[-_TAG:]
            if not hmac.compare_digest(self._tag(b"token", body), tag):
                raise Refusal("token-invalid")
            fields = cbor.Fields(cbor.decode(body, limits.TOKEN, "token"), "token")
        except (binascii.Error, ValueError, Malformed):
            raise Refusal("token-invalid") from None
        caller = Caller(fields.octets(1, limits.ID), fields.octets(2, limits.ID))
        if fields.moment(3) <= at:
            raise Refusal("token-invalid")
        return caller

    def _token(self, caller: Caller, expires_at: datetime) -> str:
        body = cbor.encode({1: caller.team, 2: caller.device, 3: cbor.milliseconds(expires_at)})
        return _spell(body + self._tag(b"token", body))

    def _tag(self, purpose: bytes, body: bytes) -> bytes:
        return hmac.digest(self._identity.token_secret, purpose + b"\0" + body, "sha256")


def _spell(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")
