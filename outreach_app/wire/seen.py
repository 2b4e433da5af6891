"""How far a device has read a stream, said by the device itself.

Others learn from it which batches arrived where, which ones the server holds damaged, and that
the server shows all of them one history.
"""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from outreach_app.wire import cbor, envelope, limits
from outreach_app.wire.envelope import Context, Signed
from outreach_app.wire.problems import Malformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Cursor, batches found damaged, and (sealed, opaque to the server) what was parked."""

    team: bytes
    stream: bytes
    device: bytes
    history: bytes
    team_seq: int
    head: bytes
    damaged: tuple[bytes, ...] = ()
    sealed_parked: bytes = b""


@dataclass(frozen=True, slots=True)
class SignedSeen:
    """A statement taken apart and not yet believed: call `verify` with its device's key."""

    raw: bytes
    seen: Seen
    signed: Signed

    def verify(self, public: bytes) -> None:
        """Pass only if the device signed it. Raises `Forged`."""
        self.signed.verify(Context.SEEN, public)


def sign_seen(seen: Seen, signing: Ed25519PrivateKey) -> bytes:
    """The body of a PUT to seen."""
    payload = cbor.encode(
        {
            1: limits.PROTOCOL,
            2: seen.team,
            3: seen.stream,
            4: seen.device,
            5: seen.history,
            6: seen.team_seq,
            7: seen.head,
            8: sorted(seen.damaged),
            9: seen.sealed_parked,
        }
    )
    return envelope.sign(Context.SEEN, signing, seen.device, payload)


def read_seen(raw: bytes) -> SignedSeen:
    """Take a statement apart without believing it. Raises `Malformed`."""
    signed = envelope.read_signed(raw, limits.SEEN, "seen")
    fields = cbor.Fields(cbor.decode(signed.payload, limits.SEEN, "seen"), "seen")
    fields.number(1, limits.PROTOCOL, limits.PROTOCOL)
    seen = Seen(
        team=fields.octets(2, limits.ID),
        stream=fields.octets(3, limits.ID),
        device=fields.octets(4, limits.ID),
        history=fields.octets(5, limits.ID),
        team_seq=fields.number(6),
        head=fields.octets(7, limits.HASH),
        damaged=tuple(
            cbor.as_octets(item, limits.HASH, limits.HASH, "seen") for item in fields.items(8, limits.DAMAGED)
        ),
        sealed_parked=fields.octets(9, 0, limits.SEALED_PARKED),
    )
    fields.done()
    if signed.kid != seen.device or list(seen.damaged) != sorted(set(seen.damaged)):
        raise Malformed("seen")
    return SignedSeen(raw, seen, signed)


def encode_all_seen(statements: tuple[bytes, ...]) -> bytes:
    """The statements of a stream's devices, as they were signed."""
    return cbor.encode(list(statements))


def read_all_seen(raw: bytes) -> tuple[SignedSeen, ...]:
    """Take the statements apart without believing them. Raises `Malformed`."""
    items = cbor.as_list(cbor.decode(raw, limits.SEEN_PAGE, "seen"), limits.DEVICES, "seen")
    return tuple(read_seen(cbor.as_octets(item, 1, limits.SEEN, "seen")) for item in items)
