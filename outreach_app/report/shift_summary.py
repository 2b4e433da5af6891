"""Counting a summary out of records: pure, for one shift or for the shifts of a period.

`compute` reads records through `domain.kind.LookUp` (the store's `Records` is one) and counts through
`domain.counting` alone. A period is the same computation over more shifts: there is no second set of
figures that could differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from outreach_app.domain import codes, counting
from outreach_app.domain.counting import Meeting
from outreach_app.domain.ids import from_millis
from outreach_app.domain.kind import LookUp
from outreach_app.domain.trouble import Trouble
from outreach_app.report.editions import TEAM, Edition
from outreach_app.report.hotspot_lines import hotspot_lines
from outreach_app.report.reading import Outing, Period, Shelf, each, in_time, outings_of, shift_on
from outreach_app.report.referral_desk import referral_desk, referrals_of
from outreach_app.report.shift_lines import handover_lines, safety_of, shift_line, weekday_lines
from outreach_app.report.soundness import completeness_of, fingerprint
from outreach_app.report.summary import (
    Arrivals,
    Engagements,
    HandoverLine,
    LeftOutLine,
    Referrals,
    Rule,
    Safety,
    Summary,
    Totals,
    Trail,
)
from outreach_app.report.talks import engagements_of


def shifts_between(sources: LookUp, period: Period) -> list[str]:
    """Ids of the shifts of a period in order; raises Trouble `period-backwards`."""
    first, last = period.since.isoformat(), period.until.isoformat()
    if last < first:
        raise Trouble("period-backwards", since=first, until=last)
    inside = [shift for shift in sources.find("shift") if first <= str(shift.get("date")) <= last]
    return [shift.id for shift in sorted(inside, key=in_time)]


def compute(
    sources: LookUp,
    shift_ids: Sequence[str],
    *,
    at: datetime,
    zone: tzinfo,
    period: Period | None = None,
    edition: Edition = TEAM,
    arrivals: Arrivals | None = None,
    made_by: str = "",
    version: int = 1,
    is_example: bool = False,
) -> Summary:
    """Count these shifts, each once.

    Without `period` it is the summary of one shift; with it, of every shift given, which may be none.
    `at` is now: shifts and visits that still run count up to it, and dues are judged by it. `made_by`
    is the name of whoever asks, `version` counts how often this summary was issued.
    Raises Trouble `shift-unknown` and `shift-voided`, ValueError for several shifts without a period.
    """
    if period is None and len(shift_ids) != 1:
        raise ValueError("a summary without a period is about one shift")
    shelf = Shelf(sources)
    now = at.astimezone(zone)
    outings = outings_of(shelf, [shift_on(shelf, one) for one in dict.fromkeys(shift_ids)], now)
    met = [meeting for outing in outings for meeting in outing.meetings]
    if period is None:
        started = outings[0].said.started_at
        day = outings[0].said.date or (started or now).astimezone(zone).date()
        since, until = day, day
    else:
        since, until = period
    desk = referral_desk(shelf, outings, period, now)
    safety = safety_of(shelf, outings, zone)
    hotspots = hotspot_lines(shelf, outings, zone)
    engagements = engagements_of(shelf, met, zone)
    referrals = referrals_of(shelf, desk, outings, period, now)
    handover = handover_lines(shelf, outings)
    counted = shelf.counted()
    lines = tuple(shift_line(shelf, outing, zone) for outing in outings)
    return Summary(
        team=shelf.team(),
        scope="shift" if period is None else "period",
        since=since,
        until=until,
        edition=edition.name,
        is_example=is_example,
        totals=_totals(outings, met, engagements, referrals, safety, handover),
        completeness=completeness_of(shelf, outings, desk, counted, arrivals),
        shifts=lines,
        safety=safety,
        hotspots=hotspots,
        engagements=engagements,
        referrals=referrals,
        handover=handover,
        weekdays=weekday_lines(outings) if period else (),
        rules=tuple(Rule(name=name, words=words) for name, words in counting.RULES.items()),
        left_out=tuple(LeftOutLine(what=one.what, why=one.why) for one in edition.left_out),
        trail=Trail(
            authors=each(line.author for line in lines),
            approvers=each(line.approved_by for line in lines),
            made_at=now,
            made_by=made_by,
            version=version,
            edition=edition.label,
            reader=edition.reader,
            code_list_version=codes.LIST_VERSION,
            records=len(counted),
            newest_at=from_millis(max(one.changed_at for one in counted)).astimezone(zone)
            if counted
            else None,
            fingerprint=fingerprint(counted),
            time_zone=str(zone),
        ),
    )


def _totals(
    outings: Sequence[Outing],
    met: Sequence[Meeting],
    engagements: Engagements,
    referrals: Referrals,
    safety: Safety,
    handover: Sequence[HandoverLine],
) -> Totals:
    talks = counting.conversations(met)
    talked = counting.met(talks)
    declined = counting.met(counting.at_depth(met, 0))
    counted = {line.code: line.counted for line in referrals.by_kind}
    stays = [stay for outing in outings for stay in outing.stays]
    return Totals(
        shifts=sum(outing.status != "cancelled" for outing in outings),
        conversations=talked.engagements,
        young_people=talked.young_people,
        declined=declined.engagements,
        declined_young_people=declined.young_people,
        new_young_people=next(band.count for band in engagements.acquaintance if band.code == "new"),
        recorded_outcomes=sum(len(meeting.said.recorded_outcome or ()) for meeting in talks),
        views=len(engagements.voices),
        full_referrals=counted["full"],
        statutory=counted["statutory"],
        supported=counted["supported"],
        signposts=counted["signpost"],
        referrals_due=sum(not line.is_overdue for line in referrals.due),
        referrals_overdue=sum(line.is_overdue for line in referrals.due),
        hotspots_visited=len({stay.hotspot for stay in stays}),
        visits=len(stays),
        hotspot_minutes=sum(stay.minutes for stay in stays),
        pair_minutes=sum(outing.spent.pair_minutes for outing in outings),
        person_minutes=sum(outing.spent.person_minutes for outing in outings),
        break_minutes=sum(outing.spent.break_minutes for outing in outings),
        handover_open=sum(line.is_open for line in handover),
        check_ins_missed=next(tally.count for tally in safety.check_ins if tally.code == "missed"),
    )
