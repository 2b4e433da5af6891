"""Plain British English for pages: numbers with their nouns, days and times on local clocks.

Names of days and months are written here because `strftime` follows whatever locale the process was
given, and a summary must read the same on every laptop.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, datetime

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

EXAMPLE = "Example data – fictitious"
"""The ribbon on everything that a demonstration produces."""

# Explicit embeddings, overrides and isolates (Unicode Bidirectional Algorithm, UAX 9, section 2): a name
# that carries one would turn around the words that follow it.
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
_UNFIT = frozenset(_TURNING + "\ufffe\uffff")
_LINE_BREAK = re.compile("\r\n|[\r\u0085\u2028\u2029]")


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: "1 visit", "2 visits", "1,204 visits"."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(parts: Iterable[str], last: str = "and") -> str:
    """ "A", "A and B", "A, B and C"."""
    words = list(parts)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def sentence(words: str) -> str:
    """The words with a capital first letter and a full stop, unless they end in one already."""
    text = words[:1].upper() + words[1:]
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def long_day(day: date) -> str:
    """ "Tuesday 24 November 2026"."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]} {day.year}"


def short_day(day: date) -> str:
    """ "Tue 24 Nov"."""
    return f"{DAYS[day.weekday()][:3]} {day.day} {MONTHS[day.month - 1][:3]}"


def span(since: date, until: date) -> str:
    """A run of days without repeating what both ends share: "16–22 November 2026"."""
    if since == until:
        return long_day(since)
    end = f"{until.day} {MONTHS[until.month - 1]} {until.year}"
    if since.year != until.year:
        return f"{since.day} {MONTHS[since.month - 1]} {since.year} – {end}"
    if since.month != until.month:
        return f"{since.day} {MONTHS[since.month - 1]} – {end}"
    return f"{since.day}–{end}"


def clock(moment: datetime | None, on: date | None = None) -> str:
    """ "14:02"; with the day behind it when it is another one than `on`. Empty for None."""
    if moment is None:
        return ""
    text = f"{moment:%H:%M}"
    return text if on is None or moment.date() == on else f"{text} ({short_day(moment.date())})"


def stamp(moment: datetime) -> str:
    """ "Wed 25 Nov 2026, 08:41"."""
    return f"{short_day(moment.date())} {moment.year}, {moment:%H:%M}"


def hours(minutes: int) -> str:
    """ "5 h 42 min", "40 min", "6 h"."""
    whole, rest = divmod(minutes, 60)
    if not whole:
        return f"{rest} min"
    return f"{whole:,} h {rest} min" if rest else f"{whole:,} h"


def plain(text: str) -> str:
    """Text that cannot disturb a page, a cell or a file: no control characters, no turning of direction.

    U+FFFE and U+FFFF go too: they are no characters, and no XML file (a workbook is several) may hold
    them. Line breaks of every kind become one kind.
    """
    unified = _LINE_BREAK.sub("\n", text).replace("\t", " ")
    kept = (letter for letter in unified if letter == "\n" or unicodedata.category(letter) != "Cc")
    return "".join(letter for letter in kept if letter not in _UNFIT).strip()


def one_line(text: str) -> str:
    """`plain` text on one line, as names and labels stand in tables."""
    return " ".join(plain(text).split())


_LONGEST_WORD = 24
_PIECE = 12
_LONG_WORD = re.compile(rf"\S{{{_LONGEST_WORD},}}")


def breakable(text: str) -> str:
    """Text whose long words may end in the middle of a narrow column (zero width spaces, U+200B)."""
    return _LONG_WORD.sub(
        lambda word: "\u200b".join(word[0][at : at + _PIECE] for at in range(0, len(word[0]), _PIECE)), text
    )


def tallied(counts: Sequence[tuple[str, int]], between: str) -> str:
    """ "Calm ×2 · Tense" out of labels and how often each was ticked."""
    return between.join(f"{label} ×{number}" if number > 1 else label for label, number in counts)
