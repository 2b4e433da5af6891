"""Editions: who reads a summary, what they are not shown, and why.

An edition is stamped on every page and file, so a copy that travels says who it was made for.
"""

from __future__ import annotations

from typing import NamedTuple


class LeftOut(NamedTuple):
    """Something this reader is not shown, and the reason, in words for the reader."""

    what: str
    why: str


class Edition(NamedTuple):
    """One kind of reader."""

    name: str
    label: str
    reader: str
    left_out: tuple[LeftOut, ...]


TEAM = Edition(
    name="team",
    label="Team edition",
    reader="Team leader",
    left_out=(
        LeftOut(
            "Notes of engagements and visits", "They are read in the record itself, where reads are kept."
        ),
        LeftOut("What young people gained, in words", "Recorded outcomes are counted here, not quoted."),
        LeftOut("Names of young people", "The team works with codes; who they are is never in a summary."),
    ),
)

EDITIONS: dict[str, Edition] = {edition.name: edition for edition in (TEAM,)}
"""Editions that can be made, by name."""
