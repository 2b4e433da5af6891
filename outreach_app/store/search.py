"""Finding records by their words: an FTS5 index that holds no text, only where each word stands.

What is typed is never read as a query language: each word becomes a quoted prefix, so quotes, brackets and
operators are ordinary characters. The snippet is cut from the record itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

import msgspec

from outreach_app.domain.kind import Record
from outreach_app.domain.kinds import KINDS
from outreach_app.store.database import Database


class Hit(msgspec.Struct, frozen=True):
    """A record that was found and a line of its text; `[` and `]` stand around what matched."""

    record: Record
    snippet: str


_decoder = msgspec.json.Decoder(Record)

_INSERT = "insert into search (rowid, name, words) values (?, ?, ?)"
_FIND = (
    "select r.body from search s join record r on r.number = s.rowid"
    " where search match ? and {state} order by s.rowid desc limit ?"
)


def texts(record: Record) -> tuple[str, str]:
    """What is searched of a record: (its names, its words).

    People, places, services and members are found by what they are called; records of a moment by what
    was said in them. The names are looked through first.
    """
    kind = KINDS.get(record.kind)
    words = kind.searched_words(record.values) if kind else ""
    return ("", words) if kind and kind.when else (words, "")


def index(database: Database, rows: Iterable[tuple[int, Record]]) -> None:
    """Add new records, given with their numbers. Records without words take no room."""
    filled = [(number, *found) for number, record in rows if any(found := texts(record))]
    if filled:
        database.executemany(_INSERT, filled)


def unindex(database: Database, numbers: Iterable[int]) -> None:
    """Take records out."""
    database.executemany("delete from search where rowid = ?", [(number,) for number in numbers])


def clear(database: Database) -> None:
    """Empty the index before a rebuild."""
    database.execute("insert into search (search) values ('delete-all')")


def search(database: Database, text: str, limit: int = 50) -> list[Hit]:
    """Records that contain a word beginning with each typed word.

    Those of that name come first, then the newest; void ones come last.
    """
    words = _words(text)
    if not words:
        return []
    every = " ".join(f'"{word}"*' for word in words)
    found: dict[str, Record] = {}
    for query, state in (
        (f"name : ({every})", "r.state <> 'voided'"),
        (every, "r.state <> 'voided'"),
        (every, "r.state = 'voided'"),
    ):
        if len(found) < limit:
            for (body,) in database.rows(_FIND.format(state=state), (query, limit)):
                record = _decoder.decode(body)
                found.setdefault(record.id, record)
    return [Hit(record, snippet(record, words)) for record in list(found.values())[:limit]]


def snippet(record: Record, words: Sequence[str], around: int = 40) -> str:
    """The first place where one of the words begins, with some text on each side."""
    text = " ".join("\n".join(part for part in texts(record) if part).split())
    plain, origin = _plain(text)
    for word in sorted(words, key=len, reverse=True):
        bare = _plain(word)[0]
        match = re.search(rf"(?<!\w){re.escape(bare)}\w*", plain)
        if match and match.end() > match.start():
            start, end = origin[match.start()], origin[match.end() - 1] + 1
            left, right = max(0, start - around), min(len(text), end + around)
            return (
                f"{'…' if left else ''}{text[left:start]}[{text[start:end]}]{text[end:right]}"
                f"{'…' if right < len(text) else ''}"
            )
    return text[: 2 * around] + ("…" if len(text) > 2 * around else "")


def _words(text: str) -> list[str]:
    """Typed text cut where the index cuts: at everything that is neither letter nor digit."""
    letters = "".join(
        letter if letter.isalnum() or unicodedata.category(letter).startswith("M") else " " for letter in text
    )
    return list(dict.fromkeys(word for word in letters.split() if any(map(str.isalnum, word))))[:12]


def _plain(text: str) -> tuple[str, list[int]]:
    """Text without case and accents, and for each of its letters the place it came from."""
    letters: list[str] = []
    origin: list[int] = []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFKD", letter).casefold():
            if not unicodedata.combining(part):
                letters.append(part)
                origin.append(place)
    return "".join(letters), origin
