"""Epoch keys on their way to a reader: HPKE to the reader's key, committed to in the signed roster.

A wrap is bound (HPKE's `info`) to the team, stream, epoch, the roster entry that brought it and the
recipient, so it cannot be shown as another's. Because a lead could still wrap different keys for
different readers, every key is checked against the commitment in the signed entry before any use.

HPKE (RFC 9180) base mode: MLKEM768-X25519, HKDF-SHA256, AES-256-GCM; one wrap is 1,168 bytes.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from outreach_app.domain.ids import Randomness
from outreach_app.domain.trouble import Trouble
from outreach_app.keys.identity import HybridKey, read_hybrid_public

EpochKey = NewType("EpochKey", bytes)
"""What a stream's batches are sealed under for a while: 32 bytes."""

SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)

_KEY = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapPlace:
    """Where a wrap belongs: `roster` is the hash of the entry it came with, `recipient` a device or pair."""

    team: bytes
    stream: bytes
    epoch: int
    roster: bytes
    recipient: bytes

    def bind(self, purpose: str) -> bytes:
        """HPKE's info: the purpose and each part behind its length (four bytes, big endian)."""
        number = self.epoch.to_bytes(8, "big")
        parts = (purpose.encode(), self.team, self.stream, number, self.roster, self.recipient)
        return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def make_epoch_key(randomness: Randomness = os.urandom) -> EpochKey:
    """A new key for a new epoch."""
    return EpochKey(randomness(_KEY))


def commit(key: EpochKey) -> bytes:
    """HKDF-Expand-SHA256(key, "outreach/v1/commit"): 32 bytes that fix the key and do not show it.

    The key is uniformly random, so the extraction step would add nothing (RFC 5869, section 3.3).
    """
    return HKDFExpand(SHA256(), 32, b"outreach/v1/commit").derive(key)


def check_commitment(key: EpochKey, commitment: bytes) -> None:
    """Pass only for the key that the signed entry committed to. Raises Trouble "epoch-key-wrong"."""
    if not hmac.compare_digest(commit(key), commitment):
        raise Trouble("epoch-key-wrong")


def wrap(key: EpochKey, public: bytes, place: WrapPlace) -> bytes:
    """The key, sealed to a device's 1,216-byte public key. Raises Trouble "key-malformed"."""
    return seal_to(key, public, place.bind("outreach/v1/epoch"))


def unwrap(sealed: bytes, private: HybridKey, place: WrapPlace, commitment: bytes) -> EpochKey:
    """The epoch key, checked against its commitment.

    Raises Trouble "wrap-wrong" if the wrap is not for this key and place, "epoch-key-wrong" if the key in
    it is another than the team's: whoever made this epoch gives readers different keys.
    """
    key = EpochKey(open_sealed(sealed, private, place.bind("outreach/v1/epoch")))
    check_commitment(key, commitment)
    return key


def seal_to(plain: bytes, public: bytes, binding: bytes) -> bytes:
    """HPKE to a hybrid public key; the library draws the ephemeral key itself."""
    recipient = read_hybrid_public(public)
    try:
        return SUITE.encrypt(plain, recipient, binding)
    except ValueError:
        # A point of small order gives no shared secret; the library says so only here.
        raise Trouble("key-malformed") from None


def open_sealed(sealed: bytes, private: HybridKey, binding: bytes) -> bytes:
    """What `seal_to` was given. Raises Trouble "wrap-wrong"."""
    try:
        return SUITE.decrypt(sealed, private.opener, binding)
    except (InvalidTag, ValueError):
        raise Trouble("wrap-wrong") from None
