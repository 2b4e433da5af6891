"""From operations to a record: a set union, the same in any order and any number of times.

A field's leaves are the values that no operation supersedes. One leaf, or equal leaves: that is the
value. Several: a conflict that people see and settle; until then the leaf with the greatest
(at, operation id) is shown. Merge never rejects for a domain rule: two laptops may each have been
right alone. (PROTOCOL 3; a multi-value register for each field.)
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from outreach_app.domain.field import Json
from outreach_app.domain.ids import may_have_begun
from outreach_app.domain.kind import Record
from outreach_app.domain.kinds import KINDS
from outreach_app.domain.operation import VOIDED, Held, Operation
from outreach_app.domain.trouble import Bug


class Leaf(NamedTuple):
    """One standing answer to a field, and who gave it when."""

    value: Json
    op: str
    at: int
    author: str


class Merged(NamedTuple):
    """A record with the standing leaves of every field, newest first: what a form must know."""

    record: Record
    leaves: Mapping[str, tuple[Leaf, ...]]

    def over(self, fields: Iterable[str]) -> dict[str, list[str]]:
        """The `over` of an operation that answers these fields, having seen this state."""
        return {field: [leaf.op for leaf in self.leaves[field]] for field in fields if field in self.leaves}

    def over_everything(self) -> list[str]:
        """Every standing operation: what a void names as seen."""
        return sorted({leaf.op for leaves in self.leaves.values() for leaf in leaves})


def merge(operations: Sequence[Held]) -> Merged:
    """The state that these operations of one record leave it in.

    Raises `Bug` when they are none, or of more than one record: callers group them.
    """
    if not operations:
        raise Bug("no operations to merge")
    if len(operations) == 1:
        return _alone(operations[0])
    ops = sorted({held.id: held for held in operations}.values(), key=lambda held: (held.op.at, held.id))
    first = _beginning(ops)
    if any(held.op.record != first.record for held in ops):
        raise Bug("operations of several records")
    flags = []
    counted = [held for held in ops if _may_void(held, first.author)]
    if len(counted) < len(ops):
        flags.append("void-without-right")

    superseded: dict[str, set[str]] = defaultdict(set)
    for held in counted:
        for field, seen in held.op.over.items():
            superseded[field].update(seen)
    leaves: dict[str, list[Leaf]] = {}
    for held in reversed(counted):
        for field, value in held.op.set.items():
            if held.id not in superseded[field]:
                leaves.setdefault(field, []).append(Leaf(value, held.id, held.op.at, held.op.author))

    conflicts = tuple(sorted(field for field, standing in leaves.items() if _differ(standing)))
    values = {field: standing[0].value for field, standing in leaves.items() if standing[0].value is not None}
    reason = values.pop(VOIDED, None)
    if reason is not None and _edited_unseen(leaves, superseded[VOIDED]):
        flags.append("edited-while-voided")
    if len({held.op.kind for held in counted}) > 1:
        flags.append("two-kinds")
    readable, rule_flags = _sift(first.kind, values)
    record = Record(
        id=first.record,
        kind=first.kind,
        author=first.author,
        made_at=first.at,
        changed_at=ops[-1].op.at,
        state=_state(reason, counted),
        values=dict(readable),
        voided=None if reason is None else str(reason),
        conflicts=conflicts,
        flags=tuple(flags) + rule_flags,
    )
    return Merged(record, {field: tuple(standing) for field, standing in leaves.items()})


def _beginning(ops: Sequence[Held]) -> Operation:
    """The operation that began the record: by the author its id is bound to, else the earliest.

    Nobody becomes the author of a colleague's record by claiming an earlier time.
    """
    if len({held.op.author for held in ops}) > 1:
        for held in ops:
            if may_have_begun(held.op.record, held.op.author):
                return held.op
    return ops[0].op


def _alone(held: Held) -> Merged:
    """The common case: one operation's answers stand as they are."""
    op = held.op
    leaves = {field: (Leaf(value, held.id, op.at, op.author),) for field, value in op.set.items()}
    return Merged(begun(held), leaves)


def begun(held: Held) -> Record:
    """`merge([held]).record`: the record that one operation makes, kept quick for whole weeks of them."""
    op = held.op
    values = {field: value for field, value in op.set.items() if value is not None}
    reason = values.pop(VOIDED, None)
    readable, rule_flags = _sift(op.kind, values)
    return Record(
        id=op.record,
        kind=op.kind,
        author=op.author,
        made_at=op.at,
        changed_at=op.at,
        state="final" if reason is None else "voided",
        values=dict(readable),
        voided=None if reason is None else str(reason),
        flags=rule_flags,
    )


def _may_void(held: Held, author: str) -> bool:
    """Authors and leads void; anybody else's void is kept, flagged, and does nothing."""
    return VOIDED not in held.op.set or held.op.author == author or held.role in ("lead", "dsl")


def _differ(standing: Sequence[Leaf]) -> bool:
    return any(leaf.value != standing[0].value for leaf in standing[1:])


def _edited_unseen(leaves: Mapping[str, Sequence[Leaf]], seen: set[str]) -> bool:
    voids = {leaf.op for leaf in leaves.get(VOIDED, ())}
    return any(
        leaf.op not in seen and leaf.op not in voids
        for field, standing in leaves.items()
        if field != VOIDED
        for leaf in standing
    )


def _state(reason: Json, ops: Sequence[Held]) -> Literal["final", "amended", "voided"]:
    if reason is not None:
        return "voided"
    return "amended" if sum(any(field != VOIDED for field in held.op.set) for held in ops) > 1 else "final"


def _sift(kind_name: str, values: Mapping[str, Json]) -> tuple[Mapping[str, Json], tuple[str, ...]]:
    """What readers may meet of the merged answers, and what the record's own rules say: never refused."""
    kind = KINDS.get(kind_name)
    return (values, ("kind-unknown",)) if kind is None else kind.sift(values)
