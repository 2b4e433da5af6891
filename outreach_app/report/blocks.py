"""What a page is made of: the shapes that `page` fills and `resources/report/summary.typ` draws.

The tag of each shape is its name in the template.
"""

from __future__ import annotations

import msgspec


class Block(msgspec.Struct, frozen=True, kw_only=True, tag=True, tag_field="block"):
    """One thing on the page."""


class Section(Block, frozen=True, tag="section"):
    """A heading."""

    title: str


class Words(Block, frozen=True, tag="words"):
    """A paragraph; `is_quiet` for notes under figures, `is_warning` for what the leader must not miss."""

    text: str
    is_quiet: bool = False
    is_warning: bool = False


class Big(Block, frozen=True, tag="big"):
    """A headline figure: the number, its noun, and what stands beside it."""

    value: str
    label: str
    beside: str


class BigRow(Block, frozen=True, tag="bigs"):
    """Headline figures side by side."""

    figures: tuple[Big, ...]


class Bar(Block, frozen=True, tag="bar"):
    """A row with a bar: `share` is 0 to 1 of the longest; `cells` follow the number.

    `is_muted` is for what nobody recorded: a length, but not a finding.
    """

    label: str
    value: int
    share: float
    cells: tuple[str, ...] = ()
    is_muted: bool = False


class Bars(Block, frozen=True, tag="bars"):
    """Bars with their numbers, as a table: `heads` are those of label, number and further cells."""

    heads: tuple[str, ...]
    bars: tuple[Bar, ...]


class Short(Block, frozen=True, tag="short"):
    """A short table of a label, a bar and a number; its title is its head, `unit` that of the numbers."""

    title: str
    unit: str
    bars: tuple[Bar, ...]


class Columns(Block, frozen=True, tag="columns"):
    """Three columns of short tables, read column by column."""

    columns: tuple[tuple[Short, ...], ...]


class Head(Block, frozen=True, tag="head"):
    """A column of a grid: how wide (a share, 0 for as wide as its words) and whether it holds numbers."""

    label: str
    share: float = 0
    is_number: bool = False


class Grid(Block, frozen=True, tag="grid"):
    """A table of words and numbers."""

    heads: tuple[Head, ...]
    rows: tuple[tuple[str, ...], ...]


class Quote(Block, frozen=True, tag="quote"):
    """Somebody's words, and what they are about."""

    text: str
    about: str


class Fact(Block, frozen=True, tag="fact"):
    """A label and its answer."""

    label: str
    text: str


class Facts(Block, frozen=True, tag="facts"):
    """Labels and answers."""

    facts: tuple[Fact, ...]


AnyBlock = Section | Words | BigRow | Bars | Columns | Grid | Quote | Facts


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """All that the template needs."""

    title: str
    running: str
    ribbon: str
    subtitle: tuple[str, ...]
    footing: str
    author: str
    blocks: tuple[AnyBlock, ...]
