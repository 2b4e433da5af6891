"""Saving, amending, voiding and settling records of any kind.

The rules come from the declarations; these verbs only ask them, stamp an operation and store it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from outreach_app.domain.field import Json, Unfit
from outreach_app.domain.kind import Finding, Kind, Record
from outreach_app.domain.kinds import kind_named
from outreach_app.domain.merge import Merged
from outreach_app.domain.operation import VOIDED
from outreach_app.domain.person import new_code
from outreach_app.domain.trouble import Trouble, Words
from outreach_app.keys.phrase import code_words
from outreach_app.store import oplog
from outreach_app.work.changes import Changes, Done
from outreach_app.work.desk import Desk


class Refused(Trouble):
    """A record breaks a rule; nothing was saved. Carries every finding, for the form to point at.

    Its code is that of the first finding; `row` counts from 1 where several records came at once.
    """

    def __init__(self, findings: Sequence[Finding], row: int | None = None) -> None:
        first = findings[0]
        super().__init__(first.code, field=first.field, row=row)
        self.findings = tuple(findings)
        self.row = row

    @property
    def words(self) -> Words:
        first = self.findings[0]
        where = "" if self.row is None else f"Line {self.row}: "
        more = len(self.findings) - 1
        also = f" ({more} more to put right.)" if more else ""
        field = f" [field {first.field}]"
        if first.level == "ask":
            return Words(
                f"{where}{first.words}{field}{also}", "Nothing was saved.", "Confirm it, or correct it."
            )
        return Words(f"{where}{first.words}{field}{also}", "Nothing was saved.", "Correct it and save again.")


class Said(NamedTuple):
    """One record to save: its kind and answers; the draft it grew from, and what that draft had seen."""

    kind: str
    values: Mapping[str, Json]
    draft: str | None = None


def check(
    desk: Desk, kind_name: str, values: Mapping[str, Json], record_id: str | None = None
) -> list[Finding]:
    """Everything the rules say about these answers now: what a form shows while one types."""
    kind = kind_named(kind_name)
    canonical, findings = kind.check(_filled(desk, kind, values))
    return findings + kind.check_against(canonical, desk.look_up, record_id)


def save(desk: Desk, said: Said, *, is_confirmed: bool = False) -> Done[Record]:
    """Save one new record. "Saved on this device" is true when this returns."""
    done = save_all(desk, [said], is_confirmed=is_confirmed)
    record = desk.records.get(done.result[0])
    assert record is not None
    return Done(record, done.changes)


def save_all(desk: Desk, many: Sequence[Said], *, is_confirmed: bool = False) -> Done[list[str]]:
    """Save many new records, all or nothing, and give their ids in order.

    Raises `Refused` with the row (from 1) that broke a rule; `is_confirmed` answers yes to rules
    that only ask.
    """
    ids: list[str] = []
    changes: list[Changes] = []
    with desk.db.atomic():
        for row, said in enumerate(many, 1):
            kind = kind_named(said.kind)
            _may_write(desk, kind)
            values, findings = kind.check(_filled(desk, kind, said.values))
            findings += kind.check_against(values, desk.look_up)
            _refuse(findings, row if len(many) > 1 else None, is_confirmed=is_confirmed)
            record_id = desk.new_id()
            operation = desk.stamp(kind.name, record_id, values)
            changes.append(oplog.add_own(desk.db, [operation], drop_draft=said.draft))
            ids.append(record_id)
    return Done(ids, _together(changes))


def amend(
    desk: Desk,
    record_id: str,
    said: Mapping[str, Json],
    *,
    over: Mapping[str, Sequence[str]] | None = None,
    draft: str | None = None,
    is_confirmed: bool = False,
) -> Done[Record]:
    """Change fields of a record; null clears one.

    `over` are the standing operations that were on screen when the form opened. What arrived since
    is not among them, so it stays visible as a conflict instead of being overwritten unseen.
    """
    with desk.db.atomic():
        merged = _merged(desk, record_id)
        kind = kind_named(merged.record.kind)
        _may_write(desk, kind)
        if merged.record.state == "voided":
            raise Trouble("record-voided", record=record_id)
        after = {
            name: value for name, value in {**merged.record.values, **said}.items() if name in kind.fields
        }
        stray = [
            Finding("refuse", name, "field-unknown", f"{kind.plural} have no such field.")
            for name in said
            if name not in kind.fields
        ]
        canonical, findings = kind.check(after)
        findings = stray + findings + kind.check_against(canonical, desk.look_up, record_id)
        _refuse(_about(findings, said), None, is_confirmed=is_confirmed)
        spoken = {name: canonical.get(name) for name in said}
        seen = (
            merged.over(spoken)
            if over is None
            else {name: list(over[name]) for name in spoken if name in over}
        )
        changed = {
            name: value
            for name, value in spoken.items()
            if value != merged.record.values.get(name) or name in merged.record.conflicts
        }
        if not changed:
            return Done(merged.record, _together([]))
        operation = desk.stamp(
            kind.name, record_id, changed, {name: seen[name] for name in changed if name in seen}
        )
        changes = oplog.add_own(desk.db, [operation], drop_draft=draft)
    return Done(_merged(desk, record_id).record, changes)


def void(desk: Desk, record_id: str, reason: str) -> Done[Record]:
    """Take a record out of every count, with a reason; it stays to be seen, and can come back.

    Authors void their own, leads anybody's.
    """
    if not reason.strip():
        raise Trouble("void-reason-missing")
    with desk.db.atomic():
        merged = _merged(desk, record_id)
        if desk.me != merged.record.author and desk.role not in ("lead", "dsl"):
            raise Trouble("void-not-yours", record=record_id)
        if merged.record.state == "voided":
            raise Trouble("record-voided", record=record_id)
        operation = desk.stamp(
            merged.record.kind, record_id, {VOIDED: reason}, {VOIDED: merged.over_everything()}
        )
        changes = oplog.add_own(desk.db, [operation])
    return Done(_merged(desk, record_id).record, changes)


def undo_void(desk: Desk, record_id: str) -> Done[Record]:
    """Bring a void record back."""
    with desk.db.atomic():
        merged = _merged(desk, record_id)
        if desk.me != merged.record.author and desk.role not in ("lead", "dsl"):
            raise Trouble("void-not-yours", record=record_id)
        if merged.record.state != "voided":
            raise Trouble("record-not-voided", record=record_id)
        operation = desk.stamp(
            merged.record.kind, record_id, {VOIDED: None}, {VOIDED: merged.over_everything()}
        )
        changes = oplog.add_own(desk.db, [operation])
    return Done(_merged(desk, record_id).record, changes)


def settle(
    desk: Desk, record_id: str, field: str, *, take: str | None = None, value: Json = None
) -> Done[Record]:
    """Settle a conflict: take one standing answer by its operation id, or give another value.

    One settlement, once it has travelled, settles it on every laptop.
    """
    with desk.db.atomic():
        merged = _merged(desk, record_id)
        if field not in merged.record.conflicts:
            raise Trouble("conflict-missing", record=record_id, field=field)
        kind = kind_named(merged.record.kind)
        _may_write(desk, kind)
        if field == VOIDED and desk.me != merged.record.author and desk.role not in ("lead", "dsl"):
            raise Trouble("void-not-yours", record=record_id)
        leaves = merged.leaves[field]
        if take is not None:
            chosen = [leaf for leaf in leaves if leaf.op == take]
            if not chosen:
                raise Trouble("conflict-choice-missing", record=record_id, field=field)
            value = chosen[0].value
        elif value is not None and field in kind.fields:
            try:
                value = kind.fields[field].check(value)
            except Unfit as unfit:
                label = kind.fields[field].label
                raise Refused([Finding("refuse", field, "field-unfit", f"{label} {unfit}.")]) from None
        operation = desk.stamp(kind.name, record_id, {field: value}, {field: [leaf.op for leaf in leaves]})
        changes = oplog.add_own(desk.db, [operation])
    return Done(_merged(desk, record_id).record, changes)


def _merged(desk: Desk, record_id: str) -> Merged:
    merged = oplog.merged(desk.db, record_id)
    if merged is None:
        raise Trouble("record-missing", record=record_id[:40])
    return merged


def _may_write(desk: Desk, kind: Kind) -> None:
    if desk.role not in kind.writers:
        raise Trouble("not-your-role", kind=kind.label.lower(), role=desk.role)


def _filled(desk: Desk, kind: Kind, values: Mapping[str, Json]) -> dict[str, Json]:
    """The answers with what the program makes itself: a person's code."""
    filled = dict(values)
    if kind.name == "person" and not filled.get("code"):
        taken = (str(person.get("code")) for person in desk.records.find("person", include_voided=True))
        filled["code"] = new_code(code_words(), taken, desk.randomness)
    return filled


def _refuse(findings: Iterable[Finding], row: int | None, *, is_confirmed: bool) -> None:
    stops = [one for one in findings if one.level == "refuse" or (one.level == "ask" and not is_confirmed)]
    if stops:
        raise Refused(sorted(stops, key=lambda one: one.level == "ask"), row)


def _about(findings: Iterable[Finding], said: Mapping[str, Json]) -> list[Finding]:
    """What an amendment answers for: a fault that stood before, in a field it leaves alone, is not its own.

    Rules across fields are always its own: it may have broken them from the other side.
    """
    alone = ("field-missing", "field-unfit", "reference-missing", "reference-voided")
    return [one for one in findings if one.code not in alone or one.field in said]


def _together(changes: Sequence[Changes]) -> Changes:
    return Changes(
        kinds=frozenset().union(*(one.kinds for one in changes)),
        ids=frozenset().union(*(one.ids for one in changes)),
    )
