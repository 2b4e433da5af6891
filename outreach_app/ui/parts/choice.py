"""One thing a person can pick."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Choice(NamedTuple):
    """A code with its words; `under` is the quiet second line, `letter` the key that picks it."""

    code: str
    words: str
    under: str = ""
    letter: str = ""


def lettered(choices: Sequence[Choice]) -> list[Choice]:
    """Give each choice a letter of its own: the one it asks for, else the first free one of its words.

    A choice whose letters are all taken goes without; it can still be clicked and tabbed to.
    """
    taken = {choice.letter.upper() for choice in choices if choice.letter}
    given = []
    for choice in choices:
        letter = choice.letter.upper()
        if not letter:
            letter = next((sign for sign in choice.words.upper() if sign.isalpha() and sign not in taken), "")
            taken.add(letter)
        given.append(choice._replace(letter=letter))
    return given
