"""The log of what was looked at and what left: reveals, exports, overrides, failed unlocks.

Ids only, never names or text. Rows are only ever added, and each carries the hash of all before it, so a
row that was changed or taken out shows. Who can open the file can also cut rows off its end: the log keeps
honest people honest, and its head can be written down elsewhere.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from outreach_app.domain.ids import from_millis, to_millis
from outreach_app.store.database import Database

_BEGINNING = bytes(32)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line: what happened, when, who did it (a member's id), about which record or file."""

    number: int
    what: str
    at: datetime
    who: str
    about: str
    chain: bytes


def note(database: Database, what: str, at: datetime, who: str, about: str = "") -> Entry:
    """Add a line. Its time is kept to the millisecond."""
    millis = to_millis(at)
    with database.atomic():
        last = database.row("select number, chain from audit order by number desc limit 1")
        number, before = (last[0] + 1, last[1]) if last else (1, _BEGINNING)
        chain = _link(before, number, what, millis, who, about)
        database.execute(
            "insert into audit (number, what, at, who, about, chain) values (?, ?, ?, ?, ?, ?)",
            (number, what, millis, who, about, chain),
        )
    return Entry(number=number, what=what, at=from_millis(millis), who=who, about=about, chain=chain)


def entries(database: Database, limit: int = 1000) -> list[Entry]:
    """The newest lines, newest first."""
    return [
        Entry(number=number, what=what, at=from_millis(millis), who=who, about=about, chain=chain)
        for number, what, millis, who, about, chain in database.rows(
            "select number, what, at, who, about, chain from audit order by number desc limit ?", (limit,)
        )
    ]


def verify(database: Database) -> int | None:
    """The number of the first line that does not follow from those before it; None if all do."""
    before, expected = _BEGINNING, 1
    for number, what, millis, who, about, chain in database.each(
        "select number, what, at, who, about, chain from audit order by number"
    ):
        if number != expected or chain != _link(before, number, what, millis, who, about):
            return expected
        before, expected = chain, number + 1
    return None


def _link(before: bytes, number: int, what: str, millis: int, who: str, about: str) -> bytes:
    return hashlib.sha256(before + msgspec.json.encode([number, what, millis, who, about])).digest()
