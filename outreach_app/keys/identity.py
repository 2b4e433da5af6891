"""A device's own keys: one to sign with, one to be written to.

    sign    Ed25519 (RFC 8032), 32-byte seed
    seal    HPKE hybrid MLKEM768-X25519; the library has no serialisation for it, so ours is
            private = 64-byte ML-KEM seed (FIPS 203) || 32-byte X25519     public = 1184 || 32

They are made on the laptop, live in its encrypted file and nowhere else, and are never sent.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import MLKEM768X25519PrivateKey, MLKEM768X25519PublicKey

from outreach_app.domain.ids import Randomness
from outreach_app.domain.trouble import Bug, Trouble

SIGN_SEED = 32
_LATTICE_SEED = 64
_LATTICE_PUBLIC = 1184
_CURVE = 32
HYBRID_PRIVATE = _LATTICE_SEED + _CURVE
HYBRID_PUBLIC = _LATTICE_PUBLIC + _CURVE
_FORMAT = b"\x01"


@dataclass(frozen=True)
class HybridKey:
    """A private MLKEM768-X25519 key of 96 bytes."""

    private: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.private) != HYBRID_PRIVATE:
            raise Bug(f"a hybrid private key of {len(self.private)} bytes")

    @cached_property
    def opener(self) -> MLKEM768X25519PrivateKey:
        """What `Suite.decrypt` takes."""
        return MLKEM768X25519PrivateKey(self._lattice, self._curve)

    @cached_property
    def public(self) -> bytes:
        """The 1,216 bytes that others seal to."""
        return self._lattice.public_key().public_bytes_raw() + self._curve.public_key().public_bytes_raw()

    @cached_property
    def _lattice(self) -> MLKEM768PrivateKey:
        return MLKEM768PrivateKey.from_seed_bytes(self.private[:_LATTICE_SEED])

    @cached_property
    def _curve(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.private[_LATTICE_SEED:])


def read_hybrid_public(public: bytes) -> MLKEM768X25519PublicKey:
    """What `Suite.encrypt` takes, of 1,216 bytes from a roster. Raises Trouble "key-malformed"."""
    try:
        return MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(public[:_LATTICE_PUBLIC]),
            X25519PublicKey.from_public_bytes(public[_LATTICE_PUBLIC:]),
        )
    except ValueError:
        raise Trouble("key-malformed") from None


@dataclass(frozen=True)
class Identity:
    """Who this device is to its team."""

    sign_seed: bytes = field(repr=False)
    hybrid: HybridKey = field(repr=False)

    @classmethod
    def make(cls, randomness: Randomness = os.urandom) -> Identity:
        """New keys from the machine's randomness."""
        return cls(randomness(SIGN_SEED), HybridKey(randomness(_LATTICE_SEED) + randomness(_CURVE)))

    @classmethod
    def from_bytes(cls, kept: bytes) -> Identity:
        """The identity that `to_bytes` wrote; Bug for anything else, since only our own file holds it."""
        if len(kept) != len(_FORMAT) + SIGN_SEED + HYBRID_PRIVATE or not kept.startswith(_FORMAT):
            raise Bug("the kept identity has another shape")
        keys = kept.removeprefix(_FORMAT)
        return cls(keys[:SIGN_SEED], HybridKey(keys[SIGN_SEED:]))

    def to_bytes(self) -> bytes:
        """129 secret bytes, for the encrypted file only."""
        return _FORMAT + self.sign_seed + self.hybrid.private

    @cached_property
    def signer(self) -> Ed25519PrivateKey:
        """What the envelopes of `wire` are signed with."""
        return Ed25519PrivateKey.from_private_bytes(self.sign_seed)

    @cached_property
    def sign_public(self) -> bytes:
        """32 bytes: what others verify with."""
        return self.signer.public_key().public_bytes_raw()

    @property
    def seal_public(self) -> bytes:
        """1,216 bytes: what others seal to."""
        return self.hybrid.public
