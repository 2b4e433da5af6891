"""Inside a batch, and what is believed of it."""

from __future__ import annotations

import msgspec
import pytest
from fakes.chance import Randomness

from outreach_app.domain.ids import MemberId, RecordId
from outreach_app.domain.operation import Held, stamp
from outreach_app.sync import content
from outreach_app.sync.intake import PARKED, believe
from outreach_app.wire.problems import Malformed

SAM, JO = MemberId("a" * 32), MemberId("b" * 32)
chance = Randomness("content")


def said(kind: str = "engagement", author: MemberId = SAM, **values: object) -> Held:
    return stamp(
        kind=kind,
        record=RecordId("c" * 32),
        author=author,
        role="worker",
        at=5,
        zone=0,
        salt=chance(16),
        set=values or {"depth": 2},
    )


def test_operations_travel_byte_for_byte() -> None:
    ops = [said(depth=1), said(depth=2), said(note="Straße, 東京, 🙂")]
    elsewhere = {"d" * 32: (3, "e" * 64)}
    plain = content.write(ops, elsewhere)
    back = content.read(plain, content.op_hash(ops))
    assert back.raws == tuple(one.raw for one in ops)
    assert back.elsewhere == elsewhere


def test_ids_bytes_and_header_must_belong_together() -> None:
    ops = [said(depth=1), said(depth=2)]
    plain = content.write(ops, {})
    with pytest.raises(Malformed):
        content.read(plain, content.op_hash(ops[:1]))
    with pytest.raises(Malformed):
        content.read(plain.replace(b'"depth":1', b'"depth":3'), content.op_hash(ops))
    for garbage in (b"", b"[]", b"{", b'{"ids":[]}'):
        with pytest.raises(Malformed):
            content.read(garbage, content.op_hash([]))


def believed(*held: Held, role: str = "worker", stream: str = "team") -> dict[str, str]:
    sorted_out = believe([one.raw for one in held], member=SAM, role=role, stream=stream)
    return {msgspec.json.decode(one.raw)["salt"]: one.reason for one in sorted_out.refused}


def test_what_its_author_may_say_where_he_may_say_it_is_believed_with_his_role() -> None:
    sorted_out = believe([said().raw], member=SAM, role="lead", stream="team")
    assert [one.role for one in sorted_out.ops] == ["lead"]
    assert sorted_out.refused == ()


def test_a_claimed_author_a_wrong_stream_and_a_missing_right_are_parked_alone() -> None:
    good, forged = said(), said(author=JO)
    astray = said(kind="member", name="x")
    assert believed(good, forged, astray) == {forged.op.salt: "author-forged", astray.op.salt: "stream-wrong"}
    hotspot = said(kind="hotspot", name="x")
    assert believed(hotspot, stream="config") == {hotspot.op.salt: "not-entitled"}
    assert believed(hotspot, stream="config", role="lead") == {}


def test_unknown_kinds_are_kept_and_unknown_types_wait_for_an_update() -> None:
    assert believed(said(kind="lantern", glow=1)) == {}
    later = msgspec.json.encode({"type": "wave", "salt": "s"})
    strange = msgspec.json.encode({"type": "set", "salt": "t"})
    sorted_out = believe([later, strange, b"\xff"], member=SAM, role="worker", stream="team")
    assert [one.reason for one in sorted_out.refused] == [
        "needs-update",
        "operation-malformed",
        "operation-malformed",
    ]
    assert {one.reason for one in sorted_out.refused} <= set(PARKED)


def test_an_over_for_a_field_it_does_not_set_is_no_operation() -> None:
    raw = msgspec.json.encode({**msgspec.json.decode(said().raw), "over": {"note": ["x"]}})
    assert [one.reason for one in believe([raw], member=SAM, role="worker", stream="team").refused] == [
        "operation-malformed"
    ]


def test_every_reason_has_a_sentence() -> None:
    assert all(sentence.endswith(".") for sentence in PARKED.values())
