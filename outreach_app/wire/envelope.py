"""COSE_Sign1 with Ed25519 and COSE_Encrypt0 with AES-256-GCM (RFC 9052, RFC 9053), untagged.

What is signed is bound to a context, sent nowhere and passed as COSE's external data: a signature
made for a roster can never be shown as one for a batch. Algorithms are pinned with the version;
there is nothing to negotiate and so nothing to downgrade.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from outreach_app.wire import cbor, limits
from outreach_app.wire.problems import Forged, Malformed

_ALG, _KID = 1, 4
_EDDSA, _A256GCM = -8, 3
_ENCRYPT_HEADER = cbor.encode({_ALG: _A256GCM})
# Each seal has its own key (see `batch`), so the nonce is a constant and is not sent.
NONCE = bytes(12)


class Context(Enum):
    """What a signature is for."""

    BATCH = b"outreach/v1/batch"
    ROSTER = b"outreach/v1/roster"
    AUTH = b"outreach/v1/auth"
    JOIN = b"outreach/v1/join"
    REDACTION = b"outreach/v1/redaction"
    SEEN = b"outreach/v1/seen"
    RECEIPT = b"outreach/v1/receipt"
    HEAD = b"outreach/v1/head"
    HISTORY = b"outreach/v1/history"


@dataclass(frozen=True, slots=True)
class Signed:
    """A COSE_Sign1 taken apart and not yet believed: call `verify`."""

    raw: bytes
    kid: bytes
    payload: bytes
    protected: bytes
    signature: bytes

    def verify(self, context: Context, public: bytes) -> None:
        """Pass only if this 32-byte Ed25519 public key signed it in this context. Raises `Forged`."""
        check_signature(public, self.signature, self.protected, context, self.payload)


def sign(context: Context, key: Ed25519PrivateKey, kid: bytes, payload: bytes) -> bytes:
    """A COSE_Sign1 that carries its payload; `kid` names the key and is signed too."""
    protected = protected_header(kid)
    signature = key.sign(signature_input(protected, context.value, payload))
    return cbor.encode([protected, {}, payload, signature])


def read_signed(raw: bytes, cap: int, what: str) -> Signed:
    """Take a COSE_Sign1 apart without believing it. Raises `Malformed(what)`."""
    parts = cbor.as_list(cbor.decode(raw, cap, what), 4, what)
    if len(parts) != 4 or parts[1] != {}:
        raise Malformed(what)
    protected = cbor.as_octets(parts[0], 1, 128, what)
    payload = cbor.as_octets(parts[2], 1, cap, what)
    signature = cbor.as_octets(parts[3], limits.SIGNATURE, limits.SIGNATURE, what)
    return Signed(raw, read_kid(protected, what), payload, protected, signature)


def protected_header(kid: bytes) -> bytes:
    """The protected header of every signature here: EdDSA and the key's id."""
    return cbor.encode({_ALG: _EDDSA, _KID: kid})


def read_kid(protected: bytes, what: str) -> bytes:
    """The key id of a protected header that says EdDSA and nothing more. Raises `Malformed(what)`."""
    fields = cbor.Fields(cbor.decode(protected, 128, what), what)
    fields.number(_ALG, _EDDSA, _EDDSA)
    kid = fields.octets(_KID, limits.ID, limits.HASH)
    fields.done()
    return kid


def check_signature(
    public: bytes, signature: bytes, protected: bytes, context: Context, payload: bytes
) -> None:
    """Pass only if the signature holds. Raises `Forged`, also for a key that is no point of the curve."""
    try:
        key = Ed25519PublicKey.from_public_bytes(public)
        key.verify(signature, signature_input(protected, context.value, payload))
    except (InvalidSignature, ValueError):
        raise Forged(context.value.decode()) from None


def signature_input(protected: bytes, external: bytes, payload: bytes) -> bytes:
    """Sig_structure of RFC 9052 section 4.4 for COSE_Sign1: what Ed25519 signs."""
    return cbor.encode(["Signature1", protected, external, payload])


def seal(key: bytes, plain: bytes, external: bytes) -> bytes:
    """A COSE_Encrypt0 under a 32-byte key that is used this once; `external` is bound, not sent."""
    sealed = AESGCM(key).encrypt(NONCE, plain, encryption_input(_ENCRYPT_HEADER, external))
    return cbor.encode([_ENCRYPT_HEADER, {}, sealed])


def open_sealed(key: bytes, raw: bytes, external: bytes, cap: int, what: str) -> bytes:
    """What was sealed. `Malformed(what)` for another shape, `Forged(what)` for another key or bytes."""
    parts = cbor.as_list(cbor.decode(raw, cap, what), 3, what)
    if len(parts) != 3 or parts[0] != _ENCRYPT_HEADER or parts[1] != {}:
        raise Malformed(what)
    sealed = cbor.as_octets(parts[2], 16, cap, what)
    try:
        return AESGCM(key).decrypt(NONCE, sealed, encryption_input(_ENCRYPT_HEADER, external))
    except InvalidTag:
        raise Forged(what) from None


def encryption_input(protected: bytes, external: bytes) -> bytes:
    """Enc_structure of RFC 9052 section 5.3 for COSE_Encrypt0: the associated data."""
    return cbor.encode(["Encrypt0", protected, external])
