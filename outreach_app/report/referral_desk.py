"""Referrals: what was opened, what moved since the last shift, what is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from outreach_app.domain import codes, counting
from outreach_app.domain.field import YEARS
from outreach_app.domain.kind import Record, answers
from outreach_app.domain.referral import Referral, ReferralEvent, Standing, status_of
from outreach_app.domain.shift import Shift
from outreach_app.report.reading import Outing, Period, Shelf, local, tallies, words
from outreach_app.report.summary import ReferralKindLine, ReferralLine, ReferralMove, Referrals, Tally

_TAKEN_NO_FURTHER = ("declined", "rejected", "failed")
"""Ends of a referral that the leader asks about, beside the reasons a service was not available."""


_NEWS = frozenset(
    ("received", "accepted", "rejected", "on_hold", "in_progress", "completed", "failed", "cancelled")
)
"""Steps that tell the team how a referral went on; earlier ones are its own doing."""


class Desk(NamedTuple):
    """Referrals of the team with where each stands, and those that were opened in these shifts."""

    all: list[Record]
    steps: dict[str, list[Record]]
    standings: dict[str, Standing]
    opened: list[Record]


def referral_desk(shelf: Shelf, outings: Sequence[Outing], period: Period | None, now: datetime) -> Desk:
    """Every referral of the team, and which were opened in these shifts (or on these days, without one)."""
    every = shelf.find("referral")
    steps = counting.by_referral(shelf.find("referral_event"))
    shifts = {outing.record.id for outing in outings}
    written = {record.id for outing in outings for record in shelf.find("engagement", shift=outing.record.id)}

    def is_opened_here(referral: Record) -> bool:
        if referral.get("shift"):
            return referral.get("shift") in shifts
        if referral.get("engagement"):
            return referral.get("engagement") in written
        opened_at = answers(Referral, referral).opened_at
        return bool(
            period and opened_at and period.since <= opened_at.astimezone(now.tzinfo).date() <= period.until
        )

    standings = {referral.id: status_of(referral, steps.get(referral.id, ())) for referral in every}
    opened = [
        referral
        for referral in every
        if is_opened_here(referral) and standings[referral.id].status != "entered_in_error"
    ]
    for referral in shelf.count(opened):
        shelf.count(steps.get(referral.id, ()))
    return Desk(every, steps, standings, opened)


def _service(shelf: Shelf, said: Referral) -> str:
    return shelf.name(said.service, "A service not here yet") or words(
        Referral, "service_type", said.service_type
    )


def referrals_of(
    shelf: Shelf, desk: Desk, outings: Sequence[Outing], period: Period | None, now: datetime
) -> Referrals:
    since, until = _window(shelf, outings, period, now)
    return Referrals(
        by_kind=_by_kind(shelf, desk),
        not_taken=_not_taken(desk),
        moves_since=local(since, now.tzinfo or UTC),
        moves_until=local(until, now.tzinfo or UTC),
        moves=_moves(shelf, desk, since, until),
        due=_due(shelf, desk, now),
    )


def _by_kind(shelf: Shelf, desk: Desk) -> tuple[ReferralKindLine, ...]:
    counted = counting.referred(desk.opened, [step for steps in desk.steps.values() for step in steps])
    figures = {
        "signpost": counted.signposts,
        "supported": counted.supported,
        "full": counted.full,
        "statutory": counted.statutory,
    }
    lines = []
    for code in codes.REFERRAL_KINDS:
        kind = [referral for referral in desk.opened if referral.get("kind_of") == code.value]
        lines.append(
            ReferralKindLine(
                code=str(code.value),
                label=code.label,
                opened=len(kind),
                sent=sum(desk.standings[referral.id].sent_at is not None for referral in kind),
                counted=figures[str(code.value)],
                services=_by_service(shelf, kind),
            )
        )
    return tuple(lines)


def _by_service(shelf: Shelf, referrals: Sequence[Record]) -> tuple[Tally, ...]:
    names: dict[str, str] = {}
    counts: dict[str, int] = {}
    for referral in referrals:
        said = answers(Referral, referral)
        code = said.service or said.service_type or "not_recorded"
        names[code] = _service(shelf, said) or "Not recorded"
        counts[code] = counts.get(code, 0) + 1
    found = sorted(counts.items(), key=lambda item: (-item[1], names[item[0]].casefold()))
    return tuple(Tally(code=code, label=names[code], count=number) for code, number in found)


def _not_taken(desk: Desk) -> tuple[Tally, ...]:
    """Declined, turned down, fallen through; then why a service was not available."""
    ends: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for referral in desk.opened:
        status = desk.standings[referral.id].status
        if status in _TAKEN_NO_FURTHER:
            ends[status] = ends.get(status, 0) + 1
        reason = answers(Referral, referral).unavailable_reason
        if reason:
            reasons[reason] = reasons.get(reason, 0) + 1
    return (
        *tallies(ends, codes.REFERRAL_STATUSES),
        *(
            Tally(
                code=f"unavailable_{tally.code}",
                label=f"Not available, {words(Referral, 'unavailable_reason', tally.code).lower()}",
                count=tally.count,
            )
            for tally in tallies(reasons, codes.UNAVAILABLE_REASONS)
        ),
    )


def _window(
    shelf: Shelf, outings: Sequence[Outing], period: Period | None, now: datetime
) -> tuple[datetime, datetime]:
    """Since when "since the last shift" is: the end of the team's shift before, or the day's beginning."""
    zone = now.tzinfo or UTC
    if period:
        since = datetime.combine(max(period.since, date(YEARS.start, 1, 1)), time(), zone)
        last_on = min(period.until, now.date())  # the last day of the calendar has no day after it
        return since, min(now, datetime.combine(last_on + timedelta(days=1), time(), zone))
    shift = outings[0]
    begins = shift.said.started_at or shift.said.planned_start_at or now
    ends = (answers(Shift, other).ended_at for other in shelf.find("shift") if other.id != shift.record.id)
    before = [end for end in ends if end and end <= begins]
    midnight = datetime.combine(begins.astimezone(zone).date(), time(), zone)
    return max(before, default=midnight), shift.ends


def _moves(shelf: Shelf, desk: Desk, since: datetime, until: datetime) -> tuple[ReferralMove, ...]:
    """Answers of services and ends of referrals in that time, in order."""
    moves = []
    for referral in desk.all:
        said = answers(Referral, referral)
        for record in desk.steps.get(referral.id, ()):
            step = answers(ReferralEvent, record)
            if step.at is None or step.to not in _NEWS or not since < step.at <= until:
                continue
            shelf.count((referral, record))
            outcome = words(Referral, "outcome", said.outcome) if step.to in ("completed", "failed") else ""
            moves.append(
                ReferralMove(
                    at=step.at.astimezone(since.tzinfo),
                    kind=words(Referral, "kind_of", said.kind_of),
                    service=_service(shelf, said),
                    person=shelf.person(said.person),
                    status=codes.REFERRAL_STATUSES.label(step.to),
                    outcome=outcome,
                )
            )
    return tuple(sorted(moves, key=lambda move: (move.at, move.service, move.person)))


def _due(shelf: Shelf, desk: Desk, now: datetime) -> tuple[ReferralLine, ...]:
    lines = []
    for referral in desk.all:
        wants = counting.chase(referral, desk.standings[referral.id], now)
        if wants is None:
            continue
        shelf.count((referral, *desk.steps.get(referral.id, ())))
        said = answers(Referral, referral)
        days = [day for day in (said.next_chase_on,) if day]
        if said.due_at:
            days.append(said.due_at.astimezone(now.tzinfo).date())
        lines.append(
            ReferralLine(
                id=referral.id,
                kind=words(Referral, "kind_of", said.kind_of),
                service=_service(shelf, said),
                person=shelf.person(said.person) or "Without a card",
                status=codes.REFERRAL_STATUSES.label(desk.standings[referral.id].status),
                due_on=min(days, default=None),
                is_overdue=wants == "overdue",
            )
        )
    return tuple(sorted(lines, key=lambda line: (not line.is_overdue, line.due_on or date.max, line.id)))
