"""What stands at the top of the window: whose team, which shift, with whom."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from outreach_app.domain.field import read_moment
from outreach_app.work.desk import Desk
from outreach_app.work.roll import name_of
from outreach_app.work.shift import current_shift


class TopLine(NamedTuple):
    """The team, and the shift that runs: its day, its planned hours on the wall, the others of the pair.

    Without a shift the hours are None and there are no colleagues; the day is today.
    """

    team: str
    on: date
    starts_at: datetime | None
    ends_at: datetime | None
    colleagues: tuple[str, ...]
    is_out: bool


def read_top_line(desk: Desk) -> TopLine:
    """Read it from the records of this laptop; the team's name is empty before it has arrived."""
    team = desk.records.get(desk.team)
    name = str(team.get("name") or "") if team else ""
    shift = current_shift(desk)
    if shift is None:
        return TopLine(name, desk.today(), None, None, (), is_out=False)
    starts, ends = (
        desk.local(read_moment(shift.get(field))) if shift.get(field) else None
        for field in ("planned_start_at", "planned_end_at")
    )
    others = tuple(name_of(desk, one) for one in shift.get("workers") or () if one != desk.me)
    return TopLine(name, desk.today(), starts, ends, others, is_out=True)
