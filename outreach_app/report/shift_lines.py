"""The shifts themselves: who was out and when, how they kept in touch, what they handed over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, tzinfo

from outreach_app.domain import codes, counting
from outreach_app.domain.handover import NEXT_PAIR, HandoverItem
from outreach_app.domain.kind import answers
from outreach_app.domain.shift import CheckIn, Shift
from outreach_app.report.phrases import DAYS
from outreach_app.report.reading import LONG_AGO, Outing, Shelf, local, words
from outreach_app.report.summary import CheckInLine, HandoverLine, Safety, ShiftLine, Tally, WeekdayLine

_STATUSES = {
    "planned": "not started",
    "open": "still running",
    "ended": "ended",
    "submitted": "to approve",
    "approved": "approved",
    "cancelled": "cancelled",
}


def shift_line(shelf: Shelf, outing: Outing, zone: tzinfo) -> ShiftLine:
    """One shift in words and with its own figures."""
    said = outing.said
    talked = counting.met(counting.conversations(outing.meetings))
    ready = said.readiness
    return ShiftLine(
        id=outing.record.id,
        date=said.date,
        pair_label=said.pair_label or "",
        workers=tuple(shelf.member(one) for one in said.workers or ()),
        status=outing.status,
        status_label=_STATUSES[outing.status],
        planned_start_at=local(said.planned_start_at, zone),
        planned_end_at=local(said.planned_end_at, zone),
        started_at=local(said.started_at, zone),
        ended_at=local(said.ended_at, zone),
        submitted_at=local(said.submitted_at, zone),
        approved_at=local(said.approved_at, zone),
        approved_by=shelf.member(said.approved_by),
        author=shelf.member(outing.record.author),
        cancelled_reason=words(Shift, "cancelled_reason", said.cancelled_reason),
        single_reason=words(Shift, "single_reason", said.single_reason),
        single_allowed_by=shelf.member(said.single_allowed_by),
        weather=words(Shift, "weather", said.weather),
        context=tuple(codes.CONTEXT.label(one) for one in said.context or ()),
        readiness=tuple(codes.READINESS.label(one) for one in ready or ()),
        readiness_open=tuple(
            code.label for code in codes.READINESS.on_offer if ready is not None and code.value not in ready
        ),
        risk_level=words(Shift, "risk_level", said.risk_level),
        risk_note=said.risk_note or "",
        went_well=said.went_well or "",
        hard=said.hard or "",
        next_time=said.next_time or "",
        conversations=talked.engagements,
        young_people=talked.young_people,
        declined=counting.met(counting.at_depth(outing.meetings, 0)).engagements,
        visits=len(outing.stays),
        hotspot_minutes=sum(stay.minutes for stay in outing.stays),
        pair_minutes=outing.spent.pair_minutes,
        person_minutes=outing.spent.person_minutes,
        break_minutes=outing.spent.break_minutes,
        planned_minutes=outing.spent.planned_minutes,
    )


def safety_of(shelf: Shelf, outings: Sequence[Outing], zone: tzinfo) -> Safety:
    """Check-ins: how many of each kind, nobody's too, and each in time order."""
    records = [
        record for outing in outings for record in shelf.count(shelf.find("check_in", shift=outing.record.id))
    ]
    said = sorted((answers(CheckIn, record) for record in records), key=lambda one: one.at or LONG_AGO)
    counts: dict[str, int] = {}
    for one in said:
        if one.kind_of:
            counts[one.kind_of] = counts.get(one.kind_of, 0) + 1
    return Safety(
        check_ins=tuple(
            Tally(code=str(code.value), label=code.label, count=counts.get(str(code.value), 0))
            for code in codes.CHECK_IN_KINDS
        ),
        lines=tuple(
            CheckInLine(
                at=local(one.at, zone),
                due_at=local(one.due_at, zone),
                code=one.kind_of or "",
                label=words(CheckIn, "kind_of", one.kind_of),
                hotspot=shelf.hotspot(one.hotspot),
            )
            for one in said
        ),
    )


def handover_lines(shelf: Shelf, outings: Sequence[Outing]) -> tuple[HandoverLine, ...]:
    """Open items first, then by day; what has no day comes last."""
    items = [
        answers(HandoverItem, record)
        for outing in outings
        for record in shelf.count(shelf.find("handover_item", shift=outing.record.id))
    ]
    lines = [
        HandoverLine(
            text=item.text or "",
            about=words(HandoverItem, "about", item.about),
            person=shelf.person(item.person),
            hotspot=shelf.hotspot(item.hotspot),
            owner=NEXT_PAIR.label(item.owner) if item.owner in NEXT_PAIR else shelf.member(item.owner),
            due_on=item.due_on,
            status=words(HandoverItem, "status", item.status or "open"),
            is_open=item.status not in ("done", "dropped"),
        )
        for item in items
    ]
    return tuple(sorted(lines, key=lambda line: (not line.is_open, line.due_on or date.max)))


def weekday_lines(outings: Sequence[Outing]) -> tuple[WeekdayLine, ...]:
    """The days of the week that had a shift, from Monday."""
    days: defaultdict[int, list[Outing]] = defaultdict(list)
    for outing in outings:
        if outing.said.date:
            days[outing.said.date.weekday()].append(outing)
    lines = []
    for day in sorted(days):
        talked = counting.met(
            counting.conversations(meeting for outing in days[day] for meeting in outing.meetings)
        )
        lines.append(
            WeekdayLine(
                weekday=DAYS[day],
                shifts=len(days[day]),
                pair_minutes=sum(outing.spent.pair_minutes for outing in days[day]),
                hotspot_minutes=sum(stay.minutes for outing in days[day] for stay in outing.stays),
                conversations=talked.engagements,
                young_people=talked.young_people,
            )
        )
    return tuple(lines)
