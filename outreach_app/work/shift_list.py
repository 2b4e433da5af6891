"""The team's shifts as a list: when, who, how much, and where each one stands."""

from __future__ import annotations

from datetime import date
from typing import Literal, NamedTuple

from outreach_app.domain import counting
from outreach_app.domain.kind import Record
from outreach_app.work.desk import Desk
from outreach_app.work.roll import name_of

Standing = Literal["planned", "out", "with_pair", "to_approve", "approved", "cancelled"]
"""`with_pair`: ended but not handed in, or given back to the pair."""

MOST = 120


class ShiftLine(NamedTuple):
    """One shift. `is_mine`: this member is of the pair; `may_approve` and `may_reopen` say what the
    rules would allow this member now."""

    id: str
    on: date | None
    pair: tuple[str, ...]
    pair_label: str
    standing: Standing
    conversations: int
    young_people: int
    is_mine: bool
    may_approve: bool
    may_reopen: bool
    approved_by: str


class ShiftList(NamedTuple):
    """The newest shifts with their counts, and the day of every shift there is, cancelled ones left out."""

    lines: tuple[ShiftLine, ...]
    days: tuple[date, ...]
    today: date


def list_shifts(desk: Desk) -> ShiftList:
    """Read the list, newest first; at most `MOST` lines, every day."""
    every = desk.records.find("shift")
    ordered = sorted(every, key=_in_time, reverse=True)
    return ShiftList(
        tuple(_line(desk, shift) for shift in ordered[:MOST]),
        tuple(sorted({day for shift in every if (day := _day(shift)) and not shift.get("cancelled_reason")})),
        desk.today(),
    )


def standing_of(shift: Record) -> Standing:
    """Where a shift stands, from its own answers."""
    if shift.get("cancelled_reason"):
        return "cancelled"
    if shift.get("approved_at"):
        return "approved"
    if shift.get("ended_at"):
        return "to_approve" if shift.get("submitted_at") else "with_pair"
    return "out" if shift.get("started_at") else "planned"


def _line(desk: Desk, shift: Record) -> ShiftLine:
    talks = counting.conversations(counting.meetings(desk.records.find("engagement", shift=shift.id)))
    met = counting.met(talks)
    workers = shift.get("workers") or ()
    standing = standing_of(shift)
    is_mine = desk.me in workers
    is_lead = desk.role == "lead"
    return ShiftLine(
        id=shift.id,
        on=_day(shift),
        pair=tuple(name_of(desk, worker) for worker in workers),
        pair_label=str(shift.get("pair_label") or ""),
        standing=standing,
        conversations=met.engagements,
        young_people=met.young_people,
        is_mine=is_mine,
        may_approve=is_lead and not is_mine and standing in ("to_approve", "with_pair"),
        may_reopen=is_lead and standing in ("approved", "to_approve"),
        approved_by=name_of(desk, shift.get("approved_by")) if shift.get("approved_by") else "",
    )


def _day(shift: Record) -> date | None:
    said = shift.get("date")
    return date.fromisoformat(said) if isinstance(said, str) else None


def _in_time(shift: Record) -> tuple[str, str, str]:
    return str(shift.get("date")), str(shift.get("started_at") or ""), shift.id
