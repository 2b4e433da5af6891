"""Searching from one field: what was found, told in a line that gives nothing away over a shoulder."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from outreach_app.domain.field import read_moment
from outreach_app.domain.kind import Record
from outreach_app.domain.kinds import KINDS
from outreach_app.store import search
from outreach_app.work.desk import Desk
from outreach_app.work.roll import name_of

_MOMENTS = ("occurred_at", "arrived_at", "opened_at", "started_at", "at")
_DETAILS = ("phone", "web", "address", "code")


class Find(NamedTuple):
    """One record. `name` is what a place, service, member or card is called; empty for a record of a
    moment, whose words are found and never shown. `shift` is the shift it belongs to, or is.
    """

    id: str
    kind: str
    kind_words: str
    name: str
    detail: str
    at: datetime | None
    place: str
    shift: str
    is_void: bool


def find(desk: Desk, text: str, limit: int = 6) -> list[Find]:
    """Records whose words begin with what was typed; names first, then the newest."""
    return [_told(desk, hit.record) for hit in search.search(desk.db, text, limit)]


def _told(desk: Desk, record: Record) -> Find:
    kind = KINDS.get(record.kind)
    named = kind is not None and not kind.when
    moment = next((record.get(field) for field in _MOMENTS if isinstance(record.get(field), str)), None)
    shift = record.id if record.kind == "shift" else record.get("shift")
    place = record.get("hotspot")
    return Find(
        id=record.id,
        kind=record.kind,
        kind_words=kind.label if kind else record.kind,
        name=str(record.get("name") or record.get("code") or "") if named else "",
        detail=_detail(record) if named and record.kind != "person" else "",
        at=desk.local(read_moment(moment)) if moment else None,
        place=name_of(desk, place) if isinstance(place, str) else "",
        shift=shift if isinstance(shift, str) else "",
        is_void=record.state == "voided",
    )


def _detail(record: Record) -> str:
    return next((str(record.get(field)) for field in _DETAILS if record.get(field)), "")
