"""The two kinds of error.

    Exception
      Trouble   the world's fault: it has a code and carries facts; people get words for it
      Bug       ours: a broken promise inside the program

A `Trouble` is raised wherever it is met and turned into words in exactly one place at each door
(`ui.operation`, `cli`). Its facts are ids, numbers, names of fields and files: never free text
from a record, because troubles are logged.

The words live in `words.WORDS`: what happened, what is safe, what to do next. Facts fill the braces.
"""

from __future__ import annotations

from outreach_app.domain.words import WORDS, Words


class Trouble(Exception):
    """The world's fault: expected, explained, and nothing was changed."""

    def __init__(self, code: str, **facts: object) -> None:
        super().__init__(code)
        self.code = code
        self.facts = facts

    def __str__(self) -> str:
        return self.code

    @property
    def words(self) -> Words:
        """The catalogue's sentences with this trouble's facts filled in."""
        return Words(*(part.format_map(_Facts(self.facts)) for part in WORDS[self.code]))

    @property
    def line(self) -> str:
        """One line for a terminal: code, what happened, what to do."""
        words = self.words
        return " ".join(part for part in (f"{self.code}: {words.happened}", words.safe, words.next) if part)


class Bug(Exception):
    """Ours: an invariant of the program does not hold."""


class _Facts(dict[str, object]):
    """A fact that was not given shows as an ellipsis rather than raising a second error."""

    def __init__(self, facts: dict[str, object]) -> None:
        super().__init__(facts)

    def __missing__(self, key: str) -> str:
        return "…"


__all__ = ["WORDS", "Bug", "Trouble", "Words"]
