"""Records as screens, rules and reports read them: derived from operations, rebuildable at any time.

Two tables: `record` (one row for each record; `body` is the `Record` itself) and `link` (which records
point at which, in whatever field, in the order in which they happened). They carry no foreign keys
between records, because children may arrive before their parents, and no CHECK on domain fields,
because they must take whatever merge gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from outreach_app.domain.field import Field
from outreach_app.domain.kind import Record
from outreach_app.domain.kinds import KINDS
from outreach_app.domain.merge import begun, merge
from outreach_app.domain.operation import Held
from outreach_app.store import operations, search
from outreach_app.store.database import Database, Progress

TWO_KINDS = "two-kinds"
"""Why every operation of a record is parked that two laptops call by two kinds."""

_LONGEST_MOMENT = 40

_POINTING = {
    kind.name: [
        (name, field) for name, field in kind.fields.items() if type(field).references is not Field.references
    ]
    for kind in KINDS.values()
}
"""The fields of each kind that can point at another record."""

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Record)

_INSERT = (
    "insert into record (number, id, kind, happened, state, conflicts, flags, body)"
    " values (?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE = (
    "update record set kind = ?, happened = ?, state = ?, conflicts = ?, flags = ?, body = ? where number = ?"
)
_LINK = "insert into link (target, kind, happened, record, is_voided) values (?, ?, ?, ?, ?)"
_UNLINK = "delete from link where target = ? and kind = ? and happened = ? and record = ?"


def apply(database: Database, ops: Sequence[Held]) -> None:
    """Bring the views up to date with operations just written to `op`, none of which was there before.

    Quick for records that begin with them; inside the transaction that wrote them.
    """
    first = {held.op.record: held for held in ops}
    several = operations.with_several(database, first)
    _add(database, [begun(held) for record, held in first.items() if record not in several])
    refresh(database, [record for record in first if record in several])


def refresh(database: Database, records: Iterable[str]) -> None:
    """Derive these records anew from their operations; one without any that counts disappears."""
    for record_id in records:
        ops = operations.of_record(database, record_id)
        has_two_kinds = len({held.op.kind for held in ops}) > 1
        _park_two_kinds(database, record_id, ops if has_two_kinds else ())
        row = database.row("select number, body from record where id = ?", (record_id,))
        if not ops or has_two_kinds:
            if row is not None:
                _remove(database, row[0], _decoder.decode(row[1]))
        elif row is None:
            _add(database, [merge(ops).record])
        else:
            _replace(database, row[0], _decoder.decode(row[1]), merge(ops).record)


def rebuild(database: Database, progress: Progress | None = None) -> None:
    """Throw the views away and derive them all from the operations, in one transaction."""
    with database.atomic():
        total = int(database.value("select count(distinct record) from op where is_counted = 1"))
        database.execute("delete from record")
        database.execute("delete from link")
        database.execute("delete from parked_op where reason = ?", (TWO_KINDS,))
        search.clear(database)
        alone: list[Record] = []
        for done, ops in enumerate(operations.by_record(database), 1):
            if len({held.op.kind for held in ops}) > 1:
                _park_two_kinds(database, ops[0].op.record, ops)
            else:
                alone.append(merge(ops).record)
            if len(alone) == operations.CHUNK:
                _add(database, alone)
                alone = []
                if progress is not None:
                    progress(done, total)
        _add(database, alone)


def differing(database: Database) -> int:
    """How many records, links and index entries are not what the operations say they must be."""
    wrong = found = linked = indexed = 0
    for ops in operations.by_record(database):
        expected = None if len({held.op.kind for held in ops}) > 1 else merge(ops).record
        row = database.row(
            "select number, kind, happened, state, conflicts, flags, body from record where id = ?",
            (ops[0].op.record,),
        )
        if row is None or expected is None:
            wrong += (row is None) != (expected is None)
            found += row is not None
            continue
        found += 1
        links = sum(
            database.value(
                "select count(*) from link where target = ? and kind = ? and happened = ? and record = ?"
                " and is_voided = ?",
                link,
            )
            for link in _links(row[0], expected)
        )
        is_indexed = bool(database.row("select 1 from search_docsize where id = ?", (row[0],)))
        wrong += (
            row[1:] != _columns(expected)
            or links != len(_links(row[0], expected))
            or is_indexed != any(search.texts(expected))
        )
        linked += links
        indexed += is_indexed
    # What stands there beyond that belongs to nobody.
    for table, right in (("record", found), ("link", linked), ("search_docsize", indexed)):
        wrong += int(database.value(f"select count(*) from {table}")) - right
    return wrong


class Records:
    """The records of this laptop, to look up and to list. Answers `domain.kind.LookUp`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, record_id: str) -> Record | None:
        """A record by id, void ones included."""
        body = self._database.value("select body from record where id = ?", (record_id,))
        return None if body is None else _decoder.decode(body)

    def find(
        self,
        kind: str,
        *,
        shift: str | None = None,
        person: str | None = None,
        hotspot: str | None = None,
        visit: str | None = None,
        engagement: str | None = None,
        referral: str | None = None,
        since: str | None = None,
        until: str | None = None,
        include_voided: bool = False,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> list[Record]:
        """Records of a kind, in the order of when they happened, then of their ids.

        `shift`, `person` and the like keep those that point at that record, in whichever field (an
        engagement points at each of its `persons`). `since` and `until` compare the text of the kind's
        time, both included; `until="2026-11-24"` takes in that whole day of UTC.
        """
        asked = _Asked(
            kind, (shift, person, hotspot, visit, engagement, referral), since, until, include_voided
        )
        rows = self._database.rows(*asked.bodies(newest_first=newest_first, limit=limit))
        return [_decoder.decode(body) for (body,) in rows]

    def count(
        self,
        kind: str,
        *,
        shift: str | None = None,
        person: str | None = None,
        hotspot: str | None = None,
        visit: str | None = None,
        engagement: str | None = None,
        referral: str | None = None,
        since: str | None = None,
        until: str | None = None,
        include_voided: bool = False,
    ) -> int:
        """How many records `find` would give."""
        asked = _Asked(
            kind, (shift, person, hotspot, visit, engagement, referral), since, until, include_voided
        )
        return int(self._database.value(*asked.number()))

    def conflicts(self) -> list[Record]:
        """Records on which two laptops gave different answers, void ones included."""
        rows = self._database.rows("select body from record where conflicts > 0 order by id")
        return [_decoder.decode(body) for (body,) in rows]

    def flagged(self) -> list[Record]:
        """Records that merge or a rule has something to say about, for a person to look at."""
        rows = self._database.rows("select body from record where flags > 0 order by id")
        return [_decoder.decode(body) for (body,) in rows]


class _Asked:
    """A question to the records, as SQL.

    Where it names a record that others point at, the answer is a stretch of `link`, which is in order
    and knows what is void; otherwise it is a stretch of `record_by_time`.
    """

    def __init__(
        self,
        kind: str,
        targets: Iterable[str | None],
        since: str | None,
        until: str | None,
        include_voided: bool,
    ) -> None:
        pointed_at = [target for target in targets if target is not None]
        self._is_linked = bool(pointed_at)
        self._table = "link t" if self._is_linked else "record t"
        where, self._values = ["t.kind = ?"], [kind]
        if self._is_linked:
            where.append("t.target = ?")
            self._values.append(pointed_at[0])
        for target in pointed_at[1:]:
            where.append(
                "exists (select 1 from link o where o.target = ? and o.kind = t.kind"
                " and o.happened = t.happened and o.record = t.record)"
            )
            self._values.append(target)
        if since is not None:
            where.append("t.happened >= ?")
            self._values.append(since)
        if until is not None:
            # '~' sorts after everything a date or a moment is written with, so a day takes in its hours.
            where.append("t.happened < ?")
            self._values.append(until + "~")
        if not include_voided:
            where.append("t.is_voided = 0" if self._is_linked else "t.state <> 'voided'")
        self._where = " and ".join(where)

    def bodies(self, *, newest_first: bool, limit: int | None) -> tuple[str, list[object]]:
        """The records themselves, in order."""
        down = "desc" if newest_first else ""
        # Cross join: first the stretch of `link`, then each of its records.
        source = self._table + (" cross join record r on r.number = t.record" if self._is_linked else "")
        r = "r" if self._is_linked else "t"
        return (
            f"select {r}.body from {source} where {self._where}"
            f" order by t.happened {down}, {r}.id {down} limit ?",
            [*self._values, -1 if limit is None else limit],
        )

    def number(self) -> tuple[str, list[object]]:
        """How many they are, read from an index alone."""
        return f"select count(*) from {self._table} where {self._where}", [*self._values]


def _add(database: Database, records: Sequence[Record]) -> None:
    if not records:
        return
    start = int(database.value("select coalesce(max(number), 0) from record")) + 1
    numbered = list(enumerate(records, start))
    database.executemany(_INSERT, [(number, record.id, *_columns(record)) for number, record in numbered])
    database.executemany(_LINK, [link for number, record in numbered for link in _links(number, record)])
    search.index(database, numbered)


def _replace(database: Database, number: int, old: Record, new: Record) -> None:
    if _encoder.encode(new) == _encoder.encode(old):
        return  # byte for byte: equal answers in another order would differ from what a rebuild writes
    database.execute(_UPDATE, (*_columns(new), number))
    before, after = set(_links(number, old)), set(_links(number, new))
    database.executemany(_UNLINK, [link[:4] for link in before - after])
    database.executemany(_LINK, after - before)
    if search.texts(old) != search.texts(new):
        search.unindex(database, [number])
        search.index(database, [(number, new)])


def _remove(database: Database, number: int, old: Record) -> None:
    database.execute("delete from record where number = ?", (number,))
    database.executemany(_UNLINK, [link[:4] for link in _links(number, old)])
    search.unindex(database, [number])


def _columns(record: Record) -> tuple[str, str, str, int, int, bytes]:
    return (
        record.kind,
        _happened(record),
        record.state,
        len(record.conflicts),
        len(record.flags),
        _encoder.encode(record),
    )


def _happened(record: Record) -> str:
    """The text of when it happened; empty where the kind has no time or the record none that fits."""
    kind = KINDS.get(record.kind)
    when = record.values.get(kind.when) if kind and kind.when else None
    return when if isinstance(when, str) and len(when) <= _LONGEST_MOMENT else ""


def _links(number: int, record: Record) -> list[tuple[str, str, str, int, int]]:
    """The rows of `link` that start from a record."""
    happened, is_voided = _happened(record), int(record.state == "voided")
    return [(target, record.kind, happened, number, is_voided) for target in _targets(record)]


def _targets(record: Record) -> set[str]:
    """Ids of the records that this one points at."""
    return {
        target
        for name, field in _POINTING.get(record.kind, ())
        if (value := record.values.get(name)) is not None
        for _, target in field.references(value)
    }


def _park_two_kinds(database: Database, record_id: str, ops: Sequence[Held]) -> None:
    database.execute("delete from parked_op where record = ? and reason = ?", (record_id, TWO_KINDS))
    database.executemany(
        "insert into parked_op (id, batch, record, reason) values (?, null, ?, ?)",
        [(bytes.fromhex(held.id), record_id, TWO_KINDS) for held in ops],
    )
