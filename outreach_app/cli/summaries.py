"""Summaries in a file: one shift, or the shifts of a period."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path

import msgspec

from outreach_app.cli import records
from outreach_app.cli.call import Answer, Call, Misused
from outreach_app.domain.ids import Clock
from outreach_app.report import export, shift_summary
from outreach_app.report.editions import EDITIONS
from outreach_app.report.reading import Period
from outreach_app.report.summary import Arrivals
from outreach_app.store import audit, batches
from outreach_app.store.database import Database


def summary(call: Call) -> Answer:
    """Count, lay out, write; the export is written down with its edition."""
    asked, desk = call.asked, call.desk
    since, until = records.period(asked)
    if asked.shift and (since or until):
        raise Misused("give --shift, or --from and --to, not both")
    if not asked.shift and not (since and until):
        raise Misused("give --shift ID, or --from DATE and --to DATE")
    period = None if asked.shift else Period(date.fromisoformat(str(since)), date.fromisoformat(str(until)))
    shifts = [asked.shift] if period is None else shift_summary.shifts_between(desk.records, period)
    counted = shift_summary.compute(
        desk.records,
        shifts,
        at=desk.now(),
        zone=WallClock(desk.clock),
        period=period,
        edition=EDITIONS[asked.edition],
        arrivals=_arrivals(desk.db),
        made_by=desk.membership.name,
        is_example=desk.membership.is_example,
    )
    out = Path(asked.out)
    totals = export.export(counted, asked.format, out)
    about = asked.shift or f"{since}/{until}"
    audit.note(desk.db, f"export-{asked.edition}-{asked.format}", at=desk.now(), who=desk.me, about=about)
    document = {"file": str(out), "edition": asked.edition, "totals": msgspec.to_builtins(totals)}
    return Answer(document, [str(out)])


def _arrivals(db: Database) -> Arrivals:
    """What may still come, as the shelf of sync knows it."""
    truths = batches.truths(db)
    missing = sum(max(0, gap.before - gap.after - 1) for gap in batches.gaps(db))
    return Arrivals(waiting=truths.waiting, missing=missing, parked=truths.parked)


class WallClock(tzinfo):
    """The time zone of the clock that was given in, for every moment of a period: summer time and winter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """How far the wall is ahead of UTC at a wall time; in the hour that comes twice, the second one."""
        if moment is None:
            return timedelta(0)
        as_utc = moment.replace(tzinfo=UTC)
        guess = as_utc - timedelta(minutes=self._clock.zone_minutes(as_utc))
        return timedelta(minutes=self._clock.zone_minutes(guess))

    def dst(self, moment: datetime | None) -> None:
        """Not told apart from the zone's own offset."""

    def tzname(self, moment: datetime | None) -> str:
        """The offset, as people write it."""
        minutes = int(self.utcoffset(moment).total_seconds() // 60)
        sign = "-" if minutes < 0 else "+"
        return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"

    def fromutc(self, moment: datetime) -> datetime:
        """A moment of UTC on the wall."""
        ahead = self._clock.zone_minutes(moment.replace(tzinfo=UTC))
        return moment + timedelta(minutes=ahead)

    def __str__(self) -> str:
        return "local time"
