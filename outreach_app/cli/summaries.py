"""Summaries in a file: one shift, or the shifts of a period."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec

from outreach_app.cli import records
from outreach_app.cli.call import Answer, Call, Misused
from outreach_app.domain.wall_clock import WallClock
from outreach_app.report import export, shift_summary
from outreach_app.report.arriving import arrivals
from outreach_app.report.editions import EDITIONS
from outreach_app.report.reading import Period
from outreach_app.store import audit


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
        arrivals=arrivals(desk.db),
        made_by=desk.membership.name,
        is_example=desk.membership.is_example,
    )
    out = Path(asked.out)
    totals = export.export(counted, asked.format, out)
    about = asked.shift or f"{since}/{until}"
    audit.note(desk.db, f"export-{asked.edition}-{asked.format}", at=desk.now(), who=desk.me, about=about)
    document = {"file": str(out), "edition": asked.edition, "totals": msgspec.to_builtins(totals)}
    return Answer(document, [str(out)])
