"""Numbers with their nouns.

    counted(3, self.tr("%1 conversation"), self.tr("%1 conversations"))   # "3 conversations"

Qt's own plural forms need a translation even for English; two whole phrases need none, and a
translator sees both.
"""

from __future__ import annotations


def counted(number: int, one: str, many: str) -> str:
    """`one` or `many` with the number in place of "%1"."""
    return (one if number == 1 else many).replace("%1", f"{number:,}")
