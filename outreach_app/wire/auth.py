"""How a device says who it is: it signs the server's challenge, and gets a token for minutes.

The signature covers the fingerprint of the receipt key that the device has pinned, so an answer
caught by a server in the middle is worth nothing at the real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outreach_app.wire import cbor, envelope, limits
from outreach_app.wire.envelope import Context, Signed
from outreach_app.wire.problems import Malformed

SESSION = "session"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device signs: `receipt_fingerprint` is SHA-256 of the pinned receipt key."""

    receipt_fingerprint: bytes
    team: bytes
    device: bytes
    challenge: bytes
    action: str = SESSION


@dataclass(frozen=True, slots=True)
class SignedAnswer:
    """An answer taken apart and not yet believed: call `verify` with its device's key."""

    answer: Answer
    signed: Signed

    def verify(self, public: bytes) -> None:
        """Pass only if the device signed it. Raises `Forged`."""
        self.signed.verify(Context.AUTH, public)


class Access(StrEnum):
    """What the token is good for: everything, late deliveries only, or asking about a join."""

    MEMBER = "member"
    REMOVED = "removed"
    JOINING = "joining"


@dataclass(frozen=True, slots=True)
class Session:
    """The server's token; `token` goes into `Authorization: Bearer`."""

    token: str
    expires_at: datetime
    access: Access


def encode_challenge(challenge: bytes) -> bytes:
    """The server's challenge."""
    return cbor.encode({1: challenge})


def read_challenge(raw: bytes) -> bytes:
    """Read the server's challenge. Raises `Malformed`."""
    fields = cbor.Fields(cbor.decode(raw, limits.SMALL_BODY, "challenge"), "challenge")
    challenge = fields.octets(1, 16, limits.CHALLENGE)
    fields.done()
    return challenge


def sign_answer(answer: Answer, signing: Ed25519PrivateKey) -> bytes:
    """The body of a POST to auth/response."""
    payload = cbor.encode(
        {
            1: limits.PROTOCOL,
            2: answer.receipt_fingerprint,
            3: answer.action,
            4: answer.team,
            5: answer.device,
            6: answer.challenge,
        }
    )
    return envelope.sign(Context.AUTH, signing, answer.device, payload)


def read_answer(raw: bytes) -> SignedAnswer:
    """Take an answer apart without believing it. Raises `Malformed`."""
    signed = envelope.read_signed(raw, limits.SMALL_BODY, "auth")
    fields = cbor.Fields(cbor.decode(signed.payload, limits.SMALL_BODY, "auth"), "auth")
    fields.number(1, limits.PROTOCOL, limits.PROTOCOL)
    answer = Answer(
        receipt_fingerprint=fields.octets(2, limits.HASH),
        action=fields.text(3, 32),
        team=fields.octets(4, limits.ID),
        device=fields.octets(5, limits.ID),
        challenge=fields.octets(6, 16, limits.CHALLENGE),
    )
    fields.done()
    if signed.kid != answer.device:
        raise Malformed("auth")
    return SignedAnswer(answer, signed)


def encode_session(session: Session) -> bytes:
    """The server's answer to a good response."""
    return cbor.encode({1: session.token, 2: cbor.milliseconds(session.expires_at), 3: session.access.value})


def read_session(raw: bytes) -> Session:
    """Read the server's token. Raises `Malformed`."""
    fields = cbor.Fields(cbor.decode(raw, limits.SMALL_BODY, "session"), "session")
    session = Session(fields.text(1, limits.TOKEN), fields.moment(2), fields.word(3, Access))
    fields.done()
    return session
