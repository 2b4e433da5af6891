"""What an organisation prints and locks away: the root sheet and three recovery sheets.

    root sheet        the Ed25519 key that signed the roster's first entry; never stored on a laptop
    recovery sheets   three holders, one key each; every epoch key is wrapped to each pair of them,
                      HPKE inside HPKE, so that any two holders together open it and no one alone does

A sheet is 32 secret bytes with the team's id, printed as `printed` says and as a QR code of the same
characters. A recovery key pair is made from its 32 bytes by HKDF, so that a sheet stays typeable.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import combinations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from outreach_app.domain.ids import Randomness
from outreach_app.domain.trouble import Trouble
from outreach_app.keys import printed
from outreach_app.keys.identity import HYBRID_PRIVATE, HybridKey
from outreach_app.keys.wraps import EpochKey, WrapPlace, check_commitment, open_sealed, seal_to
from outreach_app.wire import limits
from outreach_app.wire.roster import RecoveryKey, RecoverySet, Wrap, fingerprint, pair_id

HOLDERS = 3

_SEED = 32
_ROOT = 0
_SETS = {RecoverySet.TEAM: 1, RecoverySet.SAFEGUARDING: 2}
_BODY = 2 + limits.ID + _SEED
_SUM = "outreach/v1/sheet"
_ROOT_PREFIX = "OUTREACH-ROOT:"
_RECOVERY_PREFIX = "OUTREACH-RECOVERY:"
_INNER = "outreach/v1/epoch-recovery-inner"
_OUTER = "outreach/v1/epoch-recovery-outer"


@dataclass(frozen=True, slots=True)
class RootSheet:
    """The team's root key on paper."""

    team: bytes
    seed: bytes = field(repr=False)

    @property
    def signer(self) -> Ed25519PrivateKey:
        """The root private key."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public(self) -> bytes:
        """The 32 bytes that stand in every roster entry."""
        return self.signer.public_key().public_bytes_raw()

    @property
    def text(self) -> str:
        """Groups of five characters, 22 of them."""
        return _print(_ROOT, 0, self.team, self.seed)

    @property
    def qr(self) -> str:
        """The same characters for a QR code, in its alphanumeric alphabet."""
        return _ROOT_PREFIX + self.text.replace("-", "")


@dataclass(frozen=True, slots=True)
class RecoverySheet:
    """One holder's part; `holder` counts from 1."""

    team: bytes
    belongs_to: RecoverySet
    holder: int
    seed: bytes = field(repr=False)

    @property
    def key(self) -> HybridKey:
        """The holder's private key."""
        return HybridKey(HKDFExpand(SHA256(), HYBRID_PRIVATE, b"outreach/v1/recovery-key").derive(self.seed))

    @property
    def public(self) -> RecoveryKey:
        """What the roster carries: an id that is the key's own, and the key."""
        public = self.key.public
        return RecoveryKey(fingerprint(public)[: limits.ID], self.belongs_to, public)

    @property
    def text(self) -> str:
        """Groups of five characters, 22 of them."""
        return _print(_SETS[self.belongs_to], self.holder, self.team, self.seed)

    @property
    def qr(self) -> str:
        """The same characters for a QR code, in its alphanumeric alphabet."""
        return _RECOVERY_PREFIX + self.text.replace("-", "")


def make_root(team: bytes, randomness: Randomness = os.urandom) -> RootSheet:
    """A new root key, to be printed and then forgotten."""
    return RootSheet(team, randomness(_SEED))


def make_recovery(
    team: bytes, belongs_to: RecoverySet, randomness: Randomness = os.urandom
) -> tuple[RecoverySheet, ...]:
    """Three new holders' sheets; their `public` halves go into the roster."""
    holders = range(1, HOLDERS + 1)
    return tuple(RecoverySheet(team, belongs_to, holder, randomness(_SEED)) for holder in holders)


def read_root_sheet(text: str, team: bytes) -> RootSheet:
    """The root sheet as typed or scanned.

    Raises Trouble: sheet-typo (`group`; 0 for the whole), sheet-of-another-team, sheet-of-another-kind.
    """
    kind, _, seed = _read(text, team)
    if kind != _ROOT:
        raise Trouble("sheet-of-another-kind")
    return RootSheet(team, seed)


def read_recovery_sheet(text: str, team: bytes) -> RecoverySheet:
    """A holder's sheet as typed or scanned. Raises Trouble: as `read_root_sheet`."""
    kind, holder, seed = _read(text, team)
    for belongs_to, number in _SETS.items():
        if kind == number and 1 <= holder <= HOLDERS:
            return RecoverySheet(team, belongs_to, holder, seed)
    raise Trouble("sheet-of-another-kind")


def wrap_to_pairs(
    key: EpochKey,
    keys: Iterable[RecoveryKey],
    belongs_to: RecoverySet,
    *,
    team: bytes,
    stream: bytes,
    epoch: int,
    roster: bytes,
) -> tuple[Wrap, ...]:
    """The epoch key for every pair of the set's holders: the greater key id inside, the lesser around it."""
    holders = sorted(each for each in keys if each.belongs_to is belongs_to)
    wraps = []
    for first, second in combinations(holders, 2):
        pair = pair_id(first.id, second.id)
        place = WrapPlace(team=team, stream=stream, epoch=epoch, roster=roster, recipient=pair)
        inner = seal_to(key, second.hpke_public, place.bind(_INNER))
        wraps.append(Wrap(stream, epoch, pair, seal_to(inner, first.hpke_public, place.bind(_OUTER))))
    return tuple(wraps)


def open_with_two(
    one: RecoverySheet, other: RecoverySheet, sealed: bytes, place: WrapPlace, commitment: bytes
) -> EpochKey:
    """The epoch key of a pair's wrap. Raises Trouble: sheets-same, wrap-wrong, epoch-key-wrong."""
    if one.seed == other.seed:
        raise Trouble("sheets-same")
    first, second = sorted((one, other), key=lambda sheet: sheet.public.id)
    inner = open_sealed(sealed, first.key, place.bind(_OUTER))
    key = EpochKey(open_sealed(inner, second.key, place.bind(_INNER)))
    check_commitment(key, commitment)
    return key


def pair_of(one: RecoverySheet, other: RecoverySheet) -> bytes:
    """The recipient id under which two holders find their wraps."""
    return pair_id(one.public.id, other.public.id)


def _print(kind: int, holder: int, team: bytes, seed: bytes) -> str:
    return printed.write(printed.with_sum(_SUM, bytes((kind, holder)) + team + seed))


def _read(text: str, team: bytes) -> tuple[int, int, bytes]:
    characters = text.strip()
    for prefix in (_ROOT_PREFIX, _RECOVERY_PREFIX):
        if characters.upper().startswith(prefix):
            characters = characters[len(prefix) :]
    try:
        summed = printed.read(characters, printed.summed_size(_BODY))
        body = printed.without_sum(_SUM, summed, _BODY)
    except printed.Misread as slip:
        raise Trouble("sheet-typo", group=slip.group) from None
    if body[2 : 2 + limits.ID] != team:
        raise Trouble("sheet-of-another-team")
    return body[0], body[1], body[2 + limits.ID :]
