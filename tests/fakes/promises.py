"""What must be true of a simulated world: after every step, and once everybody has come to rest.

Written from the protocol, not from the code it judges: merging is done here once more in a dozen lines, and
what a laptop claims is held against receipts, against the server's own tables and against the lead's file.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

from fakes.world import MARK, Person, World

from outreach_app.domain.operation import Held
from outreach_app.server import archive
from outreach_app.store import batches, checkup, oplog, views
from outreach_app.wire.receipt import first_head, read_receipt

# --------------------------------------------------------------------------------------- after every step


def hold(world: World) -> None:
    """Everything that must be true at any moment, whatever has just gone wrong."""
    for person in world.people.values():
        nothing_acknowledged_is_missing(person)
        times_never_go_back(person)
        claims_are_covered(world, person)
        cursors_fit(world, person)
    assert_no_bug_logged(world)


def nothing_acknowledged_is_missing(person: Person) -> None:
    """P1: what was said to be saved stands in the file, byte for byte, and shows in its record."""
    own = person.own()
    for op_id, held in person.saved.items():
        assert op_id in own, f"{person.name} lost {op_id} of {held.op.record}"
        assert own[op_id] == held.raw
    shown = {row[0] for row in person.db.rows("select id from record")}
    counted = {row[0] for row in person.db.rows("select record from op where is_own = 1 and is_counted = 1")}
    assert counted <= shown, f"{person.name} hides {counted - shown}"


def times_never_go_back(person: Person) -> None:
    """A device's own operations carry times that never decrease, whatever its clock did."""
    at = [row[0] for row in person.db.rows("select at from op where is_own = 1 order by number")]
    assert at == sorted(at), f"{person.name}: {at}"


def claims_are_covered(world: World, person: Person) -> None:
    """P14: each of the four truths is no more than can be proven, and none overtakes the one before."""
    said = batches.truths(person.db)
    assert said.saved >= said.on_server >= said.verified >= said.seen_by_lead
    assert said.waiting == said.saved - said.on_server
    cursors = {name: batches.cursor(person.db, name) for name in ("config", "team")}
    proven: dict[str, set[str]] = {"saved": set(), "receipted": set(), "read": set(), "seen": set()}
    rows = person.db.rows(
        "select o.record, o.id, b.id, b.stream, b.receipt from op o left join batch b on b.number = o.batch"
        " where o.is_own = 1"
    )
    at_the_lead = oplog.known(world.people["lee"].db, [row[1].hex() for row in rows])
    missing: dict[str, set[str]] = defaultdict(set)
    for record, op, batch, stream, raw in rows:
        proven["saved"].add(record)
        if op.hex() not in at_the_lead:
            missing["seen"].add(record)
        if raw is None:
            missing["receipted"].add(record)
            continue
        receipt = read_receipt(raw, world.house.receipt_public)
        assert receipt.batch == batch
        cursor = cursors[stream]
        if cursor.history != receipt.history or cursor.team_seq < receipt.team_seq:
            missing["read"].add(record)
    receipted = proven["saved"] - missing["receipted"]
    read = receipted - missing["read"]
    assert said.saved == len(proven["saved"])
    assert said.on_server <= len(receipted)
    assert said.verified <= len(read), f"{person.name} says {said}, has read back {len(read)}"
    assert said.seen_by_lead <= len(read - missing["seen"])


def cursors_fit(world: World, person: Person) -> None:
    """A cursor stands on a head that the server has, and everything before it is on the shelf."""
    shelf = {row[0] for row in person.db.rows("select id from batch")}
    with world.house.database.reading() as db:
        streams = db.exec_driver_sql("select id, name, history, team_seq from stream").all()
        stored = defaultdict(dict)
        for stream, seq, batch, head in db.exec_driver_sql("select stream, team_seq, id, head from batch"):
            stored[stream][seq] = (batch, head)
    for stream, name, history, team_seq in streams:
        for batch, seq in person.db.rows(
            "select id, team_seq from batch where stream = ? and history = ? and receipt is not null",
            (name, history),
        ):
            assert stored[stream][seq][0] == batch, f"{person.name}: the server lost what it receipted"
        cursor = batches.cursor(person.db, name)
        if cursor.history != history:
            continue  # never read, or not yet told that the server was restored
        assert cursor.team_seq <= team_seq
        head = stored[stream][cursor.team_seq][1] if cursor.team_seq else first_head(stream)
        assert cursor.head == head
        before = {batch for seq, (batch, _) in stored[stream].items() if seq <= cursor.team_seq}
        assert before <= shelf, f"{person.name} passed over {len(before - shelf)} batches of {name}"


def assert_no_bug_logged(world: World) -> None:
    """The server had no accident of its own, and its log holds no word of anybody's."""
    for line in world.log_lines():
        assert line["event"] != "bug", line
        assert MARK not in str(line)


# ------------------------------------------------------------------------------------------------ at rest


def rest(world: World) -> None:
    """Everything that must be true when everybody has synced in fair weather."""
    hold(world)
    team = [person for person in world.people.values() if person.me.is_enrolled and world.is_listed(person)]
    lead = world.people["lee"]
    ops = counted(lead)
    for person in team:
        assert not any(waiting(person)), f"{person.name} still holds back {waiting(person)}"
        assert set(person.saved) <= set(ops), f"{person.name}'s work has not reached the lead"
        assert not unhealed(world, person, team), f"{person.name}: {unhealed(world, person, team)}"
        assert table(person) == table(lead), f"{person.name} and the lead differ"
        assert set(counted(person)) == set(ops)
        assert not gaps(person, team)
        assert checkup.check(person.db) == []
        said = batches.truths(person.db)
        assert said.saved == said.verified == said.seen_by_lead, f"{person.name}: {said}"
    assert conflicts(lead) == expected_conflicts(ops.values())
    begun = [held.op.set["note"] for held in ops.values() if "shift" in held.op.set]
    assert len(begun) == len(set(begun)), "somebody's engagement stands there twice"
    server_keeps_its_books(world)


def counted(person: Person) -> dict[str, Held]:
    """The operations that make this laptop's records."""
    return {
        held.id: held
        for (record,) in person.db.rows("select distinct record from op")
        for held in oplog.ops_of(person.db, record)
    }


def waiting(person: Person) -> tuple[int, int]:
    """Operations not sealed, batches without a receipt."""
    return batches.count_waiting(person.db), len(batches.unsent(person.db))


def table(person: Person) -> list[tuple[object, ...]]:
    """The table `record` as every laptop must have it, byte for byte."""
    return person.db.rows("select id, kind, happened, state, conflicts, flags, body from record order by id")


def gaps(person: Person, team: Iterable[Person]) -> list[batches.Gap]:
    """Places missing in the chains of those who still belong to the team.

    Whoever was removed reads nothing, so cannot hear that a server lost the late work it had receipted.
    """
    devices = {bytes.fromhex(one.me.device) for one in team}
    return [gap for gap in batches.gaps(person.db) if gap.device in devices]


def unhealed(world: World, person: Person, team: Iterable[Person]) -> list[batches.Parked]:
    """What is parked although some laptop could put it right: all of it, but for batches that the server's
    disk spoilt before anybody of the team had read them."""
    lost = {
        batch
        for batch in world.flipped
        if not any((held := batches.sealed(one.db, batch)) and held.reason is None for one in team)
    }
    return [one for one in batches.parked(person.db) if one.batch not in lost]


def conflicts(person: Person) -> dict[str, tuple[str, ...]]:
    """The open questions that a laptop shows."""
    return {one.id: one.conflicts for one in views.Records(person.db).conflicts()}


def expected_conflicts(ops: Iterable[Held]) -> dict[str, tuple[str, ...]]:
    """The open questions there must be: a field's values that no operation names as seen, if they differ."""
    by_record: dict[str, list[Held]] = defaultdict(list)
    for held in ops:
        by_record[held.op.record].append(held)
    found = {}
    for record, some in by_record.items():
        fields = {field for held in some for field in held.op.set}
        open_fields = []
        for field in sorted(fields):
            seen = {one for held in some for one in held.op.over.get(field, ())}
            left = [held.op.set[field] for held in some if field in held.op.set and held.id not in seen]
            if len({json.dumps(value, sort_keys=True) for value in left}) > 1:
                open_fields.append(field)
        if open_fields:
            found[record] = tuple(open_fields)
    return found


def server_keeps_its_books(world: World) -> None:
    """Heads, numbers, hashes and signatures replay, but for flipped bits; its files hold no clear word."""
    told = archive.verify(world.house.data, world.house.database)
    damaged = {bytes.fromhex(one["batch"]) for one in told["damaged"] if one.get("batch")}
    assert damaged <= world.flipped, told
    assert all(one.get("batch") for one in told["damaged"]), told
    for file in world.folder.glob("server*/*"):
        content = file.read_bytes()
        for word in (MARK, MARK.encode().hex()):
            assert word.encode() not in content, f"{file.name} holds a clear word"
