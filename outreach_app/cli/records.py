"""Records of any kind: what they are made of, saved, changed, listed, found, settled."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Sequence
from datetime import date

from outreach_app.cli import reading, showing
from outreach_app.cli.call import Answer, Call
from outreach_app.domain.field import Json, Text, spell_moment
from outreach_app.domain.ids import from_millis
from outreach_app.domain.kind import Kind, Record
from outreach_app.domain.kinds import KINDS, kind_named
from outreach_app.domain.trouble import Trouble


def schema(call: Call) -> Answer:
    """What `record` accepts for a kind."""
    kind = kind_named(call.asked.kind)
    needed = set(kind.required)
    lines = [
        f"{name:<20} {'needed' if name in needed else '':<7} {field.label}"
        + (f": {field.help}" if field.help else "")
        for name, field in kind.fields.items()
    ]
    return Answer(kind.schema(), lines)


def record(call: Call) -> Answer:
    """Save new records of one kind, all or none."""
    kind = kind_named(call.asked.kind)
    found = reading.records(call.asked.file, call.outside.stdin)
    ids = save(call, [(kind.name, one) for one in found])
    return Answer({"ids": ids}, ids)


def save(call: Call, many: Sequence[tuple[str, reading.Numbered]]) -> list[str]:
    """Save records of any kinds; a rule that is broken is told with the line of the file it is on."""
    from outreach_app.work.record import Refused, Said, save_all

    said = [Said(kind, one.values) for kind, one in many]
    try:
        return save_all(call.desk, said, is_confirmed=call.asked.accept_warnings).result
    except Refused as refused:
        if refused.row is None:
            raise
        raise Refused(refused.findings, many[refused.row - 1][1].line) from None


def amend(call: Call) -> Answer:
    """Change fields of one record."""
    from outreach_app.work import record as work

    kind = kind_named(call.asked.kind)
    said = reading.record(call.asked.file, call.outside.stdin)
    _named(call, call.asked.id, kind)
    done = work.amend(call.desk, call.asked.id, said, is_confirmed=call.asked.accept_warnings)
    return Answer({"id": done.result.id}, [done.result.id])


def void(call: Call) -> Answer:
    """Take one record out of every count, or bring it back."""
    from outreach_app.work import record as work

    _named(call, call.asked.id, kind_named(call.asked.kind))
    if call.asked.undo:
        done = work.undo_void(call.desk, call.asked.id)
    else:
        done = work.void(call.desk, call.asked.id, call.asked.reason)
    return Answer({"id": done.result.id}, [done.result.id])


def list_records(call: Call) -> Answer:
    """Every record of a kind by its own time, then id."""
    kind = kind_named(call.asked.kind)
    since, until = period(call.asked)
    found = sorted(
        (
            one
            for one in call.desk.records.find(kind.name, include_voided=True)
            if _within(kind, one, since, until)
        ),
        key=lambda one: (_when(kind, one), one.id),
    )
    return Answer([showing.flat(one) for one in found], showing.listing(call.desk, kind, found))


def show(call: Call) -> Answer:
    """One record; a reveal is written down before it is shown."""
    desk = call.desk
    found = _named(call, call.asked.id)
    if call.asked.reveal and KINDS[found.kind].masked:
        from outreach_app.store import audit

        audit.note(desk.db, "reveal", at=desk.now(), who=desk.me, about=found.id)
    is_revealed = call.asked.reveal
    return Answer(
        showing.full(found, is_revealed=is_revealed), showing.page(desk, found, is_revealed=is_revealed)
    )


def search(call: Call) -> Answer:
    """Records with these words in them; masked answers are found and not shown."""
    from outreach_app.store import search as index

    desk = call.desk
    hits = [
        {
            "id": hit.record.id,
            "kind": hit.record.kind,
            "state": hit.record.state,
            "snippet": None if KINDS[hit.record.kind].masked else hit.snippet,
        }
        for hit in index.search(desk.db, " ".join(call.asked.text))
    ]
    return Answer(
        hits, showing.table(hits, ("id", "kind", "state", "snippet")) if hits else ["Nothing found."]
    )


def history(call: Call) -> Answer:
    """What was said about a record, oldest first."""
    from outreach_app.store import oplog
    from outreach_app.work.roll import name_of

    desk = call.desk
    found = _named(call, call.asked.id)
    held = sorted(oplog.ops_of(desk.db, found.id), key=lambda one: (one.op.at, one.id))
    said = [
        {
            "op": one.id,
            "at": spell_moment(from_millis(one.op.at)),
            "author": one.op.author,
            "role": one.role,
            "set": {
                name: showing.shown(KINDS[one.op.kind], name, value) for name, value in one.op.set.items()
            },
            "over": one.op.over,
        }
        for one in held
    ]
    lines = [
        f"{spell_moment(from_millis(one.op.at))}  {name_of(desk, one.op.author)}  {', '.join(one.op.set)}"
        for one in held
    ]
    return Answer(said, lines)


def conflicts(call: Call) -> Answer:
    """One item for each record and field that has several standing answers."""
    from outreach_app.store import oplog

    desk = call.desk
    found: list[dict[str, Json]] = []
    for one in sorted(desk.records.conflicts(), key=lambda one: (one.kind, one.id)):
        merged = oplog.merged(desk.db, one.id)
        assert merged is not None
        for field in one.conflicts:
            choices = [
                {
                    "op": leaf.op,
                    "value": showing.shown(KINDS[one.kind], field, leaf.value),
                    "at": spell_moment(from_millis(leaf.at)),
                    "author": leaf.author,
                }
                for leaf in merged.leaves[field]
            ]
            found.append(
                {
                    "id": one.id,
                    "kind": one.kind,
                    "field": field,
                    "shown": choices[0]["value"],
                    "choices": choices,
                }
            )
    lines = [
        f"{item['id']}  {item['kind']} {item['field']}: "
        + " | ".join(
            showing.one_line(f"{choice['value']} ({choice['op'][:12]})") for choice in item["choices"]
        )
        for item in found
    ]
    return Answer(found, lines or ["No conflicts."])


def resolve(call: Call) -> Answer:
    """Settle one field of one record."""
    from outreach_app.work import record as work

    found = _named(call, call.asked.id)
    field = call.asked.field
    if call.asked.take is not None:
        done = work.settle(call.desk, found.id, field, take=_whole(call, found, field, call.asked.take))
    else:
        value = reading.document_or_text(call.asked.value)
        declared = KINDS[found.kind].fields.get(field)
        if isinstance(declared, Text) and value is not None and not isinstance(value, str):
            value = call.asked.value
        done = work.settle(call.desk, found.id, field, value=value)
    return Answer(showing.full(done.result), showing.page(call.desk, done.result))


def period(asked: Namespace) -> tuple[str | None, str | None]:
    """--from and --to as they were checked; raises Trouble `date-unreadable`, `period-crossed`."""
    since, until = _date("--from", asked.first_on), _date("--to", asked.last_on)
    if since and until and until < since:
        raise Trouble("period-crossed")
    return since, until


def _date(option: str, given: str | None) -> str | None:
    if given is None:
        return None
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", given):
            return date.fromisoformat(given).isoformat()
    except ValueError:
        pass
    raise Trouble("date-unreadable", option=option)


def _within(kind: Kind, one: Record, since: str | None, until: str | None) -> bool:
    """Whether its own date lies in the period; a record without one lies in none."""
    if since is None and until is None:
        return True
    day = _when(kind, one)[:10]
    return bool(day) and (since or day) <= day <= (until or day)


def _when(kind: Kind, one: Record) -> str:
    when = one.get(kind.when) if kind.when else None
    return when if isinstance(when, str) else ""


def _named(call: Call, record_id: str, kind: Kind | None = None) -> Record:
    """The record of that id; raises Trouble `record-missing`, `record-other-kind`, `record-newer`."""
    found = call.desk.records.get(record_id)
    if found is None:
        raise Trouble("record-missing", record=record_id[:40])
    if kind is not None and found.kind != kind.name:
        raise Trouble("record-other-kind", kind=kind.name, found=found.kind)
    if found.kind not in KINDS:
        raise Trouble("record-newer", record=found.id)
    return found


def _whole(call: Call, found: Record, field: str, given: str) -> str:
    """An operation's id from its beginning, as the listing prints it."""
    from outreach_app.store import oplog

    merged = oplog.merged(call.desk.db, found.id)
    standing = [leaf.op for leaf in merged.leaves.get(field, ())] if merged else []
    fitting = [op for op in standing if len(given) >= 8 and op.startswith(given)]
    return fitting[0] if len(fitting) == 1 else given
