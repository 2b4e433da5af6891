"""How a laptop comes in: an invite out, a join request back.

Everything is made from one 128-bit secret that never reaches the server: an invite id (all that
the server sees), a key that proves possession, and a key for the joiner's name. The rest of the
invite lets the joiner check the team, its root and its roster without trusting the server.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outreach_app.wire import cbor, envelope, limits
from outreach_app.wire.envelope import Context, Signed
from outreach_app.wire.problems import Altered, Forged, Malformed
from outreach_app.wire.roster import Role

PREFIX = "outreach-invite:"
_VERSION = "1"
_CHECKSUM = 6
_NAME_BUCKET = 64
_NONCE = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """What the lead hands over. `member` is set when it is for a second laptop of that member."""

    server: str
    team: bytes
    root_fingerprint: bytes
    roster_version: int
    roster_hash: bytes
    role: Role
    expires_at: datetime
    inviter: bytes
    secret: bytes
    member: bytes | None = None

    def encode(self) -> str:
        """The text form: prefix, version, URL-safe base64, checksum; the same in a QR code or a file."""
        raw = cbor.encode(
            cbor.compact(
                {
                    1: self.server,
                    2: self.team,
                    3: self.root_fingerprint,
                    4: self.roster_version,
                    5: self.roster_hash,
                    6: self.role.value,
                    7: cbor.milliseconds(self.expires_at),
                    8: self.inviter,
                    9: self.secret,
                    10: self.member,
                }
            )
        )
        body = base64.urlsafe_b64encode(raw).decode().rstrip("=")
        return f"{PREFIX}{_VERSION}:{body}:{_checksum(body)}"


@dataclass(frozen=True, slots=True)
class InviteKeys:
    """What the secret makes: the id is public, the others stay with inviter and joiner."""

    id: bytes
    mac: bytes
    name: bytes


@dataclass(frozen=True, slots=True)
class InviteRegistration:
    """What the server is told of an invite: that it exists and until when."""

    id: bytes
    expires_at: datetime

    def encode(self) -> bytes:
        """The body of a POST to invites."""
        return cbor.encode({1: self.id, 2: cbor.milliseconds(self.expires_at)})


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinRequest:
    """A joiner's keys and sealed name, under the invite's id."""

    team: bytes
    invite: bytes
    device: bytes
    member: bytes
    sign_public: bytes
    hpke_public: bytes
    sealed_name: bytes

    def fields(self) -> dict[int, cbor.Value]:
        """The labels that the MAC covers."""
        return {
            1: limits.PROTOCOL,
            2: self.team,
            3: self.invite,
            4: self.device,
            5: self.member,
            6: self.sign_public,
            7: self.hpke_public,
            8: self.sealed_name,
        }


@dataclass(frozen=True, slots=True)
class SignedJoin:
    """A join request taken apart; `verify_self` is for anybody, `verify_invited` for the inviter alone."""

    raw: bytes
    request: JoinRequest
    mac: bytes
    signed: Signed

    def verify_self(self) -> None:
        """Pass only if the device signed its own keys. Raises `Forged`."""
        self.signed.verify(Context.JOIN, self.request.sign_public)

    def verify_invited(self, keys: InviteKeys) -> None:
        """Pass only if whoever made this held the invite's secret. Raises `Forged`."""
        if self.request.invite != keys.id or not hmac.compare_digest(_mac(keys.mac, self.request), self.mac):
            raise Forged("join")


class JoinState(StrEnum):
    """The server's answer to a joiner."""

    WAITING = "waiting"
    ADMITTED = "admitted"
    EXPIRED = "expired"


def derive_keys(secret: bytes) -> InviteKeys:
    """HKDF-SHA256 of the secret under three purposes."""
    return InviteKeys(
        _derive(secret, b"outreach/v1/invite/id", limits.ID),
        _derive(secret, b"outreach/v1/invite/mac", 32),
        _derive(secret, b"outreach/v1/invite/name", 32),
    )


def read_invite(text: str) -> Invite:
    """Read an invite as people paste it, blanks and line breaks anywhere.

    Raises `Altered("invite")` if it is one whose characters were changed or lost, `Malformed("invite")`
    if it never was one, `Malformed("invite-version")` if a later program made it.
    """
    compacted = "".join(text.split())
    if not compacted.startswith(PREFIX) or len(compacted) > limits.INVITE_TEXT:
        raise Malformed("invite")
    version, _, rest = compacted.removeprefix(PREFIX).partition(":")
    body, _, checksum = rest.partition(":")
    if not hmac.compare_digest(_checksum(body).encode(), checksum.encode()):
        raise Altered("invite")
    if version != _VERSION:
        raise Malformed("invite-version")
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Malformed("invite") from None
    fields = cbor.Fields(cbor.decode(raw, limits.INVITE_TEXT, "invite"), "invite")
    invite = Invite(
        server=fields.text(1, limits.SERVER_URL),
        team=fields.octets(2, limits.ID),
        root_fingerprint=fields.octets(3, limits.HASH),
        roster_version=fields.number(4, least=1),
        roster_hash=fields.octets(5, limits.HASH),
        role=fields.word(6, Role),
        expires_at=fields.moment(7),
        inviter=fields.octets(8, limits.ID),
        secret=fields.octets(9, limits.SECRET),
        member=fields.octets(10, limits.ID) if fields.has(10) else None,
    )
    fields.done()
    return invite


def read_registration(raw: bytes) -> InviteRegistration:
    """Take the body of a POST to invites apart. Raises `Malformed`."""
    fields = cbor.Fields(cbor.decode(raw, limits.SMALL_BODY, "invite-registration"), "invite-registration")
    registration = InviteRegistration(fields.octets(1, limits.ID), fields.moment(2))
    fields.done()
    return registration


def seal_name(keys: InviteKeys, request_member: bytes, name: str, nonce: bytes) -> bytes:
    """The display name for the inviter alone, padded to steps of 64 bytes.

    `nonce` is 12 fresh random bytes: one invite's key may seal a name twice, when a joiner corrects it.
    """
    encoded = name.encode()
    if not 1 <= len(name) <= limits.NAME_CHARACTERS or len(nonce) != _NONCE:
        raise Malformed("name")
    packed = len(encoded).to_bytes(2, "big") + encoded
    padded = packed.ljust(-(-len(packed) // _NAME_BUCKET) * _NAME_BUCKET, b"\0")
    return nonce + AESGCM(keys.name).encrypt(nonce, padded, _name_binding(keys, request_member))


def open_name(keys: InviteKeys, request: JoinRequest) -> str:
    """The joiner's display name. Raises `Forged` under another secret, `Malformed` for another shape."""
    nonce, sealed = request.sealed_name[:_NONCE], request.sealed_name[_NONCE:]
    try:
        padded = AESGCM(keys.name).decrypt(nonce, sealed, _name_binding(keys, request.member))
        end = 2 + int.from_bytes(padded[:2], "big")
        name = padded[2:end].decode()
    except (InvalidTag, ValueError):
        raise Forged("name") from None
    if padded[end:].strip(b"\0") or not 1 <= len(name) <= limits.NAME_CHARACTERS:
        raise Malformed("name")
    return name


def sign_join(request: JoinRequest, keys: InviteKeys, signing: Ed25519PrivateKey) -> bytes:
    """The body of a POST to joins: MAC by the invite, signature by the device's own key."""
    payload = cbor.encode({**request.fields(), 9: _mac(keys.mac, request)})
    return envelope.sign(Context.JOIN, signing, request.device, payload)


def read_join(raw: bytes) -> SignedJoin:
    """Take a join request apart without believing it. Raises `Malformed`."""
    signed = envelope.read_signed(raw, limits.JOIN, "join")
    fields = cbor.Fields(cbor.decode(signed.payload, limits.JOIN, "join"), "join")
    fields.number(1, limits.PROTOCOL, limits.PROTOCOL)
    request = JoinRequest(
        team=fields.octets(2, limits.ID),
        invite=fields.octets(3, limits.ID),
        device=fields.octets(4, limits.ID),
        member=fields.octets(5, limits.ID),
        sign_public=fields.octets(6, limits.SIGN_PUBLIC),
        hpke_public=fields.octets(7, limits.HPKE_PUBLIC),
        sealed_name=fields.octets(8, _NONCE + 16, limits.SEALED_NAME),
    )
    mac = fields.octets(9, 32)
    fields.done()
    if signed.kid != request.device:
        raise Malformed("join")
    return SignedJoin(raw, request, mac, signed)


def encode_joins(joins: tuple[bytes, ...]) -> bytes:
    """The waiting requests of a team, for a lead."""
    return cbor.encode(list(joins))


def read_joins(raw: bytes) -> tuple[SignedJoin, ...]:
    """Take the waiting requests apart. Raises `Malformed`."""
    items = cbor.as_list(cbor.decode(raw, limits.JOINS_PAGE, "joins"), limits.DEVICES, "joins")
    return tuple(read_join(cbor.as_octets(item, 1, limits.JOIN, "joins")) for item in items)


def encode_join_state(state: JoinState) -> bytes:
    """The answer to a joiner who asks."""
    return cbor.encode({1: state.value})


def read_join_state(raw: bytes) -> JoinState:
    """Read the answer to a joiner. Raises `Malformed`."""
    fields = cbor.Fields(cbor.decode(raw, limits.SMALL_BODY, "join-state"), "join-state")
    state = fields.word(1, JoinState)
    fields.done()
    return state


def comparison(root_fingerprint: bytes, roster_hash: bytes, role: Role, request: JoinRequest) -> bytes:
    """What the six words are made of: both sides compute it from what they hold themselves."""
    joiner: list[cbor.Value] = [request.device, request.sign_public, request.hpke_public]
    shared = cbor.encode([root_fingerprint, roster_hash, role.value, *joiner])
    return hashlib.sha256(b"outreach/v1/compare" + shared).digest()


def _derive(secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, None, info).derive(secret)


def _mac(key: bytes, request: JoinRequest) -> bytes:
    return hmac.digest(key, cbor.encode(request.fields()), "sha256")


def _name_binding(keys: InviteKeys, member: bytes) -> bytes:
    return b"outreach/v1/invite/name" + keys.id + member


def _checksum(body: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest()).decode()[:_CHECKSUM]
