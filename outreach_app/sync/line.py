"""What one round works with: the laptop's lanes, and who it is on the wire just now."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from outreach_app.domain.ids import Clock, Randomness
from outreach_app.domain.trouble import Trouble
from outreach_app.keys.identity import Identity
from outreach_app.keys.roster_book import Book, open_book, open_wraps, read_on
from outreach_app.keys.roster_change import Extension
from outreach_app.keys.wraps import EpochKey
from outreach_app.store.database import Database
from outreach_app.store.membership import Membership
from outreach_app.store.oplog import Changed
from outreach_app.sync import kept
from outreach_app.sync.post import Answered, Post, ours
from outreach_app.wire import limits, paths, roster
from outreach_app.wire.roster import Role, RosterPost, Stream

T = TypeVar("T")
STREAMS = ("config", "team")
"""The streams that are switched on; a name of the roster for each."""


class Ask(Protocol):
    """Runs a function of the database on the store lane and waits for it."""

    def __call__(self, verb: Callable[[Database], T], /) -> T: ...


def _never() -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Laptop:
    """What a round is given. `is_cancelled` is looked at between requests."""

    ask: Ask
    post: Post
    clock: Clock
    randomness: Randomness
    is_cancelled: Callable[[], bool] = _never

    def go_on(self) -> None:
        """Stop here if somebody asked for it; raises Trouble `cancelled`. What is done stays done."""
        if self.is_cancelled():
            raise Trouble("cancelled")


@dataclass(slots=True)
class Line:
    """One round's view: membership, keys and roster, renewed as the round learns more."""

    laptop: Laptop
    me: Membership
    identity: Identity
    book: Book | None
    keys: dict[tuple[bytes, int], EpochKey]
    changed: Changed = field(default_factory=Changed)

    @property
    def ask(self) -> Ask:
        """The store lane."""
        return self.laptop.ask

    @property
    def post(self) -> Post:
        """The HTTP session."""
        return self.laptop.post

    @property
    def team(self) -> bytes:
        """The team's id."""
        return bytes.fromhex(self.me.team)

    @property
    def device(self) -> bytes:
        """This device's id."""
        return bytes.fromhex(self.me.device)

    @property
    def receipt_key(self) -> bytes:
        """The key of the server's receipts: the one the roster pins; before there is one, what it showed."""
        if self.book is not None and self.book.entry.receipt_keys:
            return self.book.entry.receipt_keys[-1]
        return bytes.fromhex(self.me.receipt_key)

    @property
    def roster(self) -> Book:
        """The verified roster; raises Trouble `not-admitted` before there is one."""
        if self.book is None:
            raise Trouble("not-admitted")
        return self.book

    @property
    def role(self) -> Role | None:
        """This device's role in the newest entry; None when it is not listed."""
        entry = self.roster.entry
        device = entry.device(self.device)
        return next((one.role for one in entry.members if device and one.id == device.member), None)

    def stream(self, name: str) -> Stream | None:
        """The stream, if the roster lets this device read it."""
        stream = self.roster.stream(name)
        if stream is None or self.roster.entry.grant(self.device, stream.id) is None:
            return None
        return stream

    def note(self, changed: Changed) -> None:
        """Add to what this round moved."""
        self.changed = together((self.changed, changed))


def together(changes: Iterable[Changed]) -> Changed:
    """What several writes touched."""
    kinds: set[str] = set()
    ids: set[str] = set()
    for changed in changes:
        kinds |= changed.kinds
        ids |= changed.ids
    return Changed(frozenset(kinds), frozenset(ids))


def open_line(laptop: Laptop, me: Membership) -> Line:
    """Read who this laptop is from its file."""
    identity, book, keys = laptop.ask(lambda db: (kept.identity(db), kept.book(db, me), kept.keys(db)))
    return Line(laptop, me, identity, book, keys)


def read_roster(line: Line) -> bool:
    """Fetch new entries, believe what follows, keep them with their wraps; whether a key or entry is new."""
    is_new = False
    while True:
        line.laptop.go_on()
        after = line.book.version if line.book else 0
        path = paths.fill(paths.ROSTER, team=line.team)
        raw = line.post.get(path, limits.ROSTER_PAGE_HARD, {"after": after, "wraps": "all"})
        fetched = ours(roster.read_posts, raw)
        if not fetched:
            return is_new
        is_new |= _believe(line, fetched)
        if line.book is not None and line.book.version == after:
            return is_new


def _believe(line: Line, fetched: tuple[RosterPost, ...]) -> bool:
    """Extend the book by these entries and take their keys; one transaction."""
    raws = [post.entry for post in fetched]
    before = line.book.version if line.book else 0
    book = read_on(line.book, raws) if line.book else open_book(kept.anchor(line.me), raws)
    keys: dict[tuple[bytes, int], EpochKey] = {}
    by_entry = {post.entry: post for post in fetched}
    accepted = [(signed, by_entry[signed.raw]) for signed in book.entries[before:]]
    for signed, post in accepted:
        opened = open_wraps(book, signed.hash, post.wraps, line.device, line.identity)
        for wrong in opened.unopened:
            if wrong.code == "epoch-key-wrong":
                raise Trouble("epoch-key-wrong", epoch=wrong.epoch)
        keys.update(opened.keys)
    _keep(line, {signed.entry.version: post for signed, post in accepted}, keys)
    line.book = book
    line.keys.update(keys)
    return bool(accepted or keys)


def post_roster(line: Line, make: Callable[[], Extension | None]) -> None:
    """Extend the team's roster by what `make` makes of the newest one, however often somebody else is first.

    `make` gives None when somebody else has done it meanwhile. New keys are kept before the entry is
    posted: an entry on the server without its key would be a stream that nobody can read.
    """
    for _ in range(8):
        line.laptop.go_on()
        extension = make()
        if extension is None:
            return
        _keep(line, {}, extension.new_keys)
        try:
            line.post.send("POST", paths.fill(paths.ROSTER, team=line.team), extension.post.encode())
        except Answered as answered:
            if answered.report.code != "roster-version":
                raise
            if not read_roster(line):
                # Nothing newer is there, so the server came back from a backup and is behind.
                give_back_roster(line)
            continue
        _keep(line, {extension.book.version: extension.post}, {})
        line.book = extension.book
        line.keys.update(extension.new_keys)
        return
    raise Trouble("roster-busy")


def give_back_roster(line: Line) -> None:
    """Post the entries that a restored server no longer has, with all their wraps, oldest first."""
    path = paths.fill(paths.ROSTER, team=line.team)
    there = ours(roster.read_posts, line.post.get(path, limits.ROSTER_PAGE_HARD, {"after": 0}))
    for post in line.ask(kept.posts)[len(there) :]:
        try:
            line.post.send("POST", path, post.encode())
        except Answered as answered:
            if answered.report.code != "roster-version":
                raise


def _keep(line: Line, posts: Mapping[int, RosterPost], keys: Mapping[tuple[bytes, int], EpochKey]) -> None:
    """Entries with their wraps and epoch keys, in one transaction."""

    def keep(db: Database) -> None:
        with db.atomic():
            for version, post in posts.items():
                kept.keep_post(db, version, post)
            kept.keep_keys(db, keys)

    line.ask(keep)
