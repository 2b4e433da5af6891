"""The roster as this laptop has verified it: the whole chain, and what follows from it.

A book begins at an anchor (root fingerprint, version and hash from the invite, or the founding) and
grows only by entries whose version, `prev` and signers are right. Public keys come from here and never
from the server on trust. Everything that is decided about a batch is a function of the book and the
batch's header, never of the order in which things arrived.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from outreach_app.domain.trouble import Trouble
from outreach_app.keys import phrase
from outreach_app.keys.identity import Identity
from outreach_app.keys.roster_rules import Past, check_first, check_step
from outreach_app.keys.wraps import EpochKey, WrapPlace, unwrap
from outreach_app.wire.batch import SignedHeader
from outreach_app.wire.invite import Invite, JoinRequest, comparison
from outreach_app.wire.problems import Malformed
from outreach_app.wire.roster import (
    Entry,
    Pin,
    Role,
    SignedEntry,
    Stream,
    Wrap,
    fingerprint,
    read_entry,
)


class Anchor(NamedTuple):
    """What this laptop believes before it has seen any roster."""

    team: bytes
    root_fingerprint: bytes
    version: int
    hash: bytes

    @classmethod
    def of_invite(cls, invite: Invite) -> Anchor:
        """The anchor that the inviter handed over."""
        return cls(invite.team, invite.root_fingerprint, invite.roster_version, invite.roster_hash)


class Author(NamedTuple):
    """Who signed under which entry: the key to verify with, and whose rights count."""

    member: bytes
    role: Role
    sign_public: bytes
    version: int


class Counting(StrEnum):
    """What becomes of a batch."""

    COUNTS = "counts"
    LATE = "late"
    REFUSED = "refused"
    WAITS = "waits"


class Verdict(NamedTuple):
    """`reason` is empty when the batch counts; otherwise a code that `sync` has words for.

    `author` is None only where the named entry does not list the laptop, or is not known (yet).
    """

    counting: Counting
    reason: str
    author: Author | None


class Unopened(NamedTuple):
    """A wrap for this laptop that gave no key, and the trouble's code."""

    stream: bytes
    epoch: int
    code: str


@dataclass(frozen=True, slots=True)
class Opened:
    """Epoch keys by (stream, number), each checked against its commitment, and the wraps that failed."""

    keys: dict[tuple[bytes, int], EpochKey] = field(repr=False)
    unopened: tuple[Unopened, ...]


@dataclass(frozen=True, eq=False)
class Book:
    """The verified chain from entry 1; never empty. `past` is every laptop there ever was."""

    anchor: Anchor
    entries: tuple[SignedEntry, ...]
    past: Past

    @classmethod
    def of(cls, anchor: Anchor, entries: tuple[SignedEntry, ...]) -> Book:
        """A chain that was judged before."""
        devices = [device for signed in entries for device in signed.entry.devices]
        used = Past(frozenset(each.id for each in devices), frozenset(each.sign_public for each in devices))
        return cls(anchor, entries, used)

    def with_next(self, signed: SignedEntry) -> Book:
        """One entry more, which was judged."""
        devices = signed.entry.devices
        used = Past(
            self.past.devices | {each.id for each in devices},
            self.past.keys | {each.sign_public for each in devices},
        )
        return Book(self.anchor, (*self.entries, signed), used)

    @property
    def head(self) -> SignedEntry:
        """The newest entry as it was signed."""
        return self.entries[-1]

    @property
    def entry(self) -> Entry:
        """The newest state."""
        return self.head.entry

    @property
    def version(self) -> int:
        return self.entry.version

    @property
    def hash(self) -> bytes:
        """What batches and invites name."""
        return self.head.hash

    @property
    def raws(self) -> tuple[bytes, ...]:
        """The chain for keeping: what `reopen` takes."""
        return tuple(signed.raw for signed in self.entries)

    def find(self, hash: bytes) -> Entry | None:
        """The entry that a batch names."""
        return self._by_hash.get(hash)

    def stream(self, name: str) -> Stream | None:
        """The team's stream of that name."""
        return next((stream for stream in self.entry.streams if stream.name == name), None)

    @cached_property
    def _by_hash(self) -> dict[bytes, Entry]:
        return {signed.hash: signed.entry for signed in self.entries}

    @cached_property
    def _pinned(self) -> dict[tuple[bytes, bytes], list[tuple[int, Pin]]]:
        """For each laptop and stream: the versions at which a pin was set, in order."""
        pinned: dict[tuple[bytes, bytes], list[tuple[int, Pin]]] = {}
        for signed in self.entries:
            for pin in signed.entry.pins:
                history = pinned.setdefault((pin.device, pin.stream), [])
                if not history or history[-1][1] != pin:
                    history.append((signed.entry.version, pin))
        return pinned

    def pin_after(self, version: int, device: bytes, stream: bytes) -> Pin | None:
        """The first pin set by an entry later than `version`: where that state's batches end."""
        return next((pin for at, pin in self._pinned.get((device, stream), ()) if at > version), None)


# ------------------------------------------------------------------------------------------ the chain


def open_book(anchor: Anchor, raws: Iterable[bytes]) -> Book:
    """Verify a chain from entry 1, as far as it goes; it must reach the anchor and agree with it.

    Raises Trouble: roster-anchor (another team, root or history than the invite says), roster-short (the
    server holds less than the inviter saw), and those of `read_on`.
    """
    chain = iter(raws)
    raw = next(chain, None)
    if raw is None:
        raise Trouble("roster-short", version=0, expected=anchor.version)
    first = _read(raw)
    if (first.entry.team, fingerprint(first.entry.root_public)) != (anchor.team, anchor.root_fingerprint):
        raise Trouble("roster-anchor")
    check_first(first)
    book = read_on(Book.of(anchor, (first,)), chain)
    if book.version < anchor.version:
        raise Trouble("roster-short", version=book.version, expected=anchor.version)
    if book.entries[anchor.version - 1].hash != anchor.hash:
        raise Trouble("roster-anchor")
    return book


def reopen(anchor: Anchor, raws: Iterable[bytes]) -> Book:
    """The book as this laptop kept it in its own encrypted file: read, not judged again."""
    return Book.of(anchor, tuple(_read(raw) for raw in raws))


def read_on(book: Book, raws: Iterable[bytes]) -> Book:
    """The book with these entries; those it has already are passed over.

    Raises Trouble: roster-gap (not the next version, or another `prev`), roster-refused (with the rule),
    roster-fork (a second rightful entry of a version we have: stop sealing, a lead decides).
    """
    for raw in raws:
        signed = _read(raw)
        book = accept(book, signed)
    return book


def accept(book: Book, signed: SignedEntry) -> Book:
    """One step of `read_on`."""
    version = signed.entry.version
    if version <= book.version:
        _compare_with_known(book, signed)
        return book
    if version != book.version + 1 or signed.entry.prev != book.hash:
        raise Trouble("roster-gap", version=version, expected=book.version + 1)
    check_step(book.entry, signed, book.past)
    return book.with_next(signed)


def _compare_with_known(book: Book, signed: SignedEntry) -> None:
    """The same entry again is nothing new; another one of the same version is a fork, if it is rightful."""
    version = signed.entry.version
    if signed.hash == book.entries[version - 1].hash:
        return
    if version == 1:
        check_first(signed)
    else:
        before = Book.of(book.anchor, book.entries[: version - 1])
        if signed.entry.prev != before.hash:
            raise Trouble("roster-gap", version=version, expected=book.version + 1)
        check_step(before.entry, signed, before.past)
    raise Trouble("roster-fork", version=version)


def _read(raw: bytes) -> SignedEntry:
    try:
        return read_entry(raw)
    except Malformed:
        raise Trouble("roster-refused", version=0, rule="malformed") from None


# ------------------------------------------------------------------------------------ what follows


def rights(book: Book, roster: bytes, device: bytes) -> Author | None:
    """Whose laptop this was, and in which role, in the entry of that hash; None if it was not listed."""
    entry = book.find(roster)
    found = None if entry is None else entry.device(device)
    if entry is None or found is None:
        return None
    # The wire's own check: a listed laptop belongs to an active member.
    role = next(member.role for member in entry.members if member.id == found.member)
    return Author(found.member, role, found.sign_public, entry.version)


def counts(book: Book, signed: SignedHeader, before: bytes | None = None) -> Verdict:
    """Whether a batch counts; `before` is the roster hash that the batch before it (by `seq`) names.

    The signature is not verified here: use `author.sign_public`. Reasons: roster-unknown (waits for the
    roster), team-wrong, device-unknown, roster-older, stream-unknown, not-entitled, epoch-wrong,
    pin-contradicted, late.
    """
    header = signed.preamble
    entry = book.find(header.roster)
    if entry is None:
        return Verdict(Counting.WAITS, "roster-unknown", None)
    author = rights(book, header.roster, header.device)
    if author is None:
        return Verdict(Counting.REFUSED, "device-unknown", None)
    reason = _objection(book, signed, entry, before)
    if reason:
        return Verdict(Counting.REFUSED, reason, author)
    pin = book.pin_after(entry.version, header.device, header.stream)
    if pin is not None and header.seq > pin.seq:
        return Verdict(Counting.LATE, "late", author)
    if pin is not None and header.seq == pin.seq and signed.batch_id != pin.batch:
        return Verdict(Counting.REFUSED, "pin-contradicted", author)
    return Verdict(Counting.COUNTS, "", author)


def _objection(book: Book, signed: SignedHeader, entry: Entry, before: bytes | None) -> str:
    """Why a batch that a known laptop signed is not believed; empty if there is nothing against it."""
    header = signed.preamble
    earlier = book.find(before) if before is not None else None
    stream = entry.stream(header.stream)
    if header.team != entry.team:
        return "team-wrong"
    if earlier is not None and earlier.version > entry.version:
        return "roster-older"
    if stream is None:
        return "stream-unknown"
    if header.sealed_lane_key is None and entry.grant(header.device, stream.id) is None:
        return "not-entitled"
    if header.epoch != stream.epochs[-1].number:
        return "epoch-wrong"
    return ""


def reads_from(book: Book, device: bytes, stream: bytes) -> int | None:
    """The first epoch of the stream that this laptop was given; None if it was given none of it.

    Batches of earlier epochs count as "before you", not as missing.
    """
    grant = book.entry.grant(device, stream)
    return None if grant is None else grant.from_epoch


def newest_epoch(book: Book, stream: bytes) -> int:
    """The only epoch to seal under. KeyError for a stream that the roster does not have."""
    found = book.entry.stream(stream)
    if found is None:
        raise KeyError(stream)
    return found.epochs[-1].number


def open_wraps(book: Book, roster: bytes, wraps: Iterable[Wrap], device: bytes, identity: Identity) -> Opened:
    """This laptop's epoch keys among the wraps that came with the entry of that hash.

    A wrap that gives no key, or another key than the entry committed to ("epoch-key-wrong": an alarm,
    somebody gives readers different keys), does not keep the others from opening.
    """
    keys: dict[tuple[bytes, int], EpochKey] = {}
    unopened: list[Unopened] = []
    for wrap in wraps:
        if wrap.recipient != device:
            continue
        commitment = find_commitment(book, roster, wrap.stream, wrap.epoch)
        if commitment is None:
            unopened.append(Unopened(wrap.stream, wrap.epoch, "epoch-unknown"))
            continue
        place = WrapPlace(
            team=book.anchor.team, stream=wrap.stream, epoch=wrap.epoch, roster=roster, recipient=device
        )
        try:
            keys[wrap.stream, wrap.epoch] = unwrap(wrap.sealed, identity.hybrid, place, commitment)
        except Trouble as trouble:
            unopened.append(Unopened(wrap.stream, wrap.epoch, trouble.code))
    return Opened(keys, tuple(unopened))


def find_commitment(book: Book, roster: bytes, stream: bytes, epoch: int) -> bytes | None:
    """What the entry of that hash says of an epoch's key."""
    entry = book.find(roster)
    found = None if entry is None else entry.stream(stream)
    epochs = () if found is None else found.epochs
    return next((each.commitment for each in epochs if each.number == epoch), None)


def head_words(book: Book) -> tuple[str, ...]:
    """The six words of the Team screen: the same on every laptop that believes the same roster."""
    return phrase.six_words("outreach/v1/roster-words", book.hash)


def join_words(anchor: Anchor, role: Role, request: JoinRequest) -> tuple[str, ...]:
    """The six words that inviter and joiner compare: over root, roster, role and the joiner's keys."""
    compared = comparison(anchor.root_fingerprint, anchor.hash, role, request)
    return phrase.six_words("outreach/v1/join-words", compared)
