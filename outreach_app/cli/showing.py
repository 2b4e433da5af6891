"""How records look: flat for scripts, a line each for people. What could lead to a person is masked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from outreach_app.domain.field import (
    Field,
    Json,
    MemberOr,
    Note,
    Polygon,
    Ref,
    Refs,
    Rows,
    Text,
    Unfit,
    Yes,
    spell_moment,
)
from outreach_app.domain.kind import Kind, Record
from outreach_app.domain.kinds import KINDS
from outreach_app.work import roll
from outreach_app.work.desk import Desk

MASK = "•••"

_UNKNOWN = "…"
_LONGEST_CELL = 40
_CELLS = 5


def flat(record: Record, *, is_revealed: bool = False) -> dict[str, Json]:
    """A record as one flat object: every declared field is there, unanswered ones as null.

    Nothing in it depends on the laptop: two that have synced print the same bytes.
    """
    kind = KINDS[record.kind]
    return {
        "id": record.id,
        "kind": record.kind,
        "state": record.state,
        "author": record.author,
        **{name: shown(kind, name, record.get(name), is_revealed=is_revealed) for name in kind.fields},
    }


def full(record: Record, *, is_revealed: bool = False) -> dict[str, Json]:
    """What `show` and the verbs that change one record print: flat, and what has to be said of it."""
    kind = KINDS[record.kind]
    hidden = [name for name in kind.masked if not is_revealed and record.get(name) is not None]
    return {
        **flat(record, is_revealed=is_revealed),
        "voided": record.voided,
        "made_at": spell_moment(_moment(record.made_at)),
        "changed_at": spell_moment(_moment(record.changed_at)),
        "conflicts": list(record.conflicts),
        "flags": list(record.flags),
        "masked": hidden,
        "needs_update": {name: value for name, value in record.values.items() if name not in kind.fields},
    }


def shown(kind: Kind, field: str, value: Json, *, is_revealed: bool = False) -> Json:
    """An answer, or the mask in its place."""
    if value is None or is_revealed or field not in kind.masked:
        return value
    return MASK


def page(desk: Desk, record: Record, *, is_revealed: bool = False) -> list[str]:
    """One record in lines: label and answer, references by name."""
    kind = KINDS[record.kind]
    lines = [f"{kind.label} {record.id}"]
    if record.state != "final":
        lines[0] += f" ({record.state})"
    rows = [
        (
            field.label,
            cell(desk, kind, name, shown(kind, name, record.get(name), is_revealed=is_revealed)),
        )
        for name, field in kind.fields.items()
        if record.get(name) is not None
    ]
    rows.append(("Recorded by", roll.name_of(desk, record.author)))
    if record.voided is not None:
        rows.append(("Void because", one_line(record.voided)))
    if record.conflicts:
        rows.append(("In conflict", ", ".join(record.conflicts)))
    if record.flags:
        rows.append(("Flagged", ", ".join(record.flags)))
    return [*lines, *(f"  {label}  {answer}" for label, answer in _padded(rows))]


def listing(desk: Desk, kind: Kind, records: Iterable[Record]) -> list[str]:
    """A line for each record: id, time, and the first few answers."""
    lines = []
    for record in records:
        cells = [record.id]
        if record.state != "final":
            cells.append(f"({record.state})")
        for name, field in kind.fields.items():
            value = record.get(name)
            if value is None or isinstance(field, Polygon | Rows | Note) or _is_nameless(desk, field, value):
                continue
            if len(cells) > _CELLS:
                break
            answer = cell(desk, kind, name, shown(kind, name, value))
            if isinstance(field, Yes):
                answer = field.label if value is True else ""
            if answer:
                cells.append(answer)
        lines.append("  ".join(cells))
    return lines or [f"No {kind.plural.lower()}."]


def cell(desk: Desk, kind: Kind, name: str, value: Json) -> str:
    """An answer on one line, as a person reads it."""
    field = kind.fields[name]
    if value == MASK:
        return MASK
    if isinstance(field, Ref):
        return called(desk, str(value))
    if isinstance(field, MemberOr) and value not in field.codes:
        return called(desk, str(value))
    if isinstance(field, Refs) and isinstance(value, list):
        return ", ".join(called(desk, str(one)) for one in value)
    if isinstance(field, Text):
        return one_line(str(value))
    try:
        return one_line(field.show(value))
    except (Unfit, TypeError, ValueError, AttributeError, KeyError):  # another laptop wrote what does not fit
        return one_line(str(value))


def called(desk: Desk, record_id: str) -> str:
    """A name where people have one, else the beginning of the id."""
    name = roll.name_of(desk, record_id)
    return record_id if name == _UNKNOWN else name


def _is_nameless(desk: Desk, field: Field, value: Json) -> bool:
    """A reference to something that people have no name for, such as a shift."""
    return isinstance(field, Ref) and roll.name_of(desk, str(value)) == _UNKNOWN


def one_line(words: str) -> str:
    """Text of any shape on one line of a terminal."""
    plain = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(plain.split())


def table(rows: Sequence[Mapping[str, Json]], columns: Sequence[str]) -> list[str]:
    """Rows of plain answers in columns, with a heading."""
    cells = [
        tuple(_short(str("" if row.get(name) is None else row[name])) for name in columns) for row in rows
    ]
    heads = tuple(name.replace("_", " ") for name in columns)
    return [line.rstrip() for line in _columns([heads, *cells])]


def _short(words: str) -> str:
    plain = one_line(words)
    return plain if len(plain) <= _LONGEST_CELL else plain[: _LONGEST_CELL - 1] + "…"


def _columns(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    return ["  ".join(part.ljust(width) for part, width in zip(row, widths, strict=True)) for row in rows]


def _padded(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    width = max((len(label) for label, _ in rows), default=0)
    return [(label.ljust(width), answer) for label, answer in rows]


def _moment(millis: int) -> datetime:
    from outreach_app.domain.ids import from_millis

    return from_millis(millis)
