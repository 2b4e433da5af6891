"""Counting rules: what stands behind each figure of a summary, in code and in words.

Every screen and report counts through here, so two figures of one name can never differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple

from outreach_app.domain.engagement import Engagement
from outreach_app.domain.field import read_moment
from outreach_app.domain.ids import to_millis
from outreach_app.domain.kind import Record, answers
from outreach_app.domain.referral import OPEN, Referral, Standing, status_of
from outreach_app.domain.shift import Shift

RULES = {
    "conversations": "Depth 1 or more. A pair's double entry counts once; void records never.",
    "declined": "Young people who walked on stand beside the conversations, not among them.",
    "young_people": "Headcounts of conversations added up; somebody met twice counts twice.",
    "full_referrals": "Full referrals count once they are sent; signposts stand apart.",
    "minutes": "Minutes between arriving and leaving, as the pair recorded them.",
    "pair_hours": "One pair out for one hour, breaks taken off; person-hours multiply by workers.",
    "alone": "Hours of a worker alone are person-hours, never pair-hours.",
    "signposts": "Services a young person was told of; nothing was sent.",
    "supported": "Referrals made together with the young person.",
    "statutory": "Referrals under a duty, once they are sent.",
    "visits": "Each arrival in a hotspot; coming back is another visit.",
    "topics": "One conversation may touch on several, and counts once for each.",
    "due": "Open referrals with a date within seven days; past it they are overdue.",
    "late_entries": "Recorded more than 24 hours after it happened, or changed after approval.",
    "not_recorded": "Headcounts in no band: ages, genders, new or known may add up to less than the heads.",
    "shifts": "Shifts that were not cancelled.",
    "hotspots_visited": "Hotspots with one visit or more.",
    "recorded_outcomes": "Written down with where they started, what happened and what they gained.",
    "views": "What young people would change, written down in their words.",
    "breaks": "As the pair recorded them; no part of the hours.",
    "handover": "Passed on, and neither done nor dropped.",
    "missed": "Check-ins recorded as missed.",
}


class Meeting(NamedTuple):
    """An engagement that counts, with its answers typed."""

    record: Record
    said: Engagement

    @property
    def is_conversation(self) -> bool:
        """Depth 1 or more."""
        return (self.said.depth or 0) >= 1


def meetings(records: Iterable[Record]) -> list[Meeting]:
    """The engagements that count: void ones gone, a pair's double entries reduced to one.

    `same_as` points from one entry at the other; a chain or a circle of them is one meeting, and the
    entry that counts is the one everything points at (in a circle, the smallest id). An entry whose
    twin is void or has not arrived counts itself.
    """
    live = {
        record.id: record for record in records if record.kind == "engagement" and record.state != "voided"
    }
    counted = {_twin(record_id, live) for record_id in live}
    return [Meeting(live[one], answers(Engagement, live[one])) for one in live if one in counted]


def _twin(record_id: str, live: Mapping[str, Record]) -> str:
    path = [record_id]
    while isinstance(onward := live[path[-1]].get("same_as"), str) and onward in live:
        if onward in path:
            return min(path[path.index(onward) :])
        path.append(onward)
    return path[-1]


class Met(NamedTuple):
    """How many engagements, and how many young people they were with."""

    engagements: int
    young_people: int


def met(counted: Iterable[Meeting]) -> Met:
    """Engagements and their headcounts added up; the caller says which (conversations, declines, a depth)."""
    engagements = young_people = 0
    for meeting in counted:
        engagements += 1
        young_people += meeting.said.headcount or 0
    return Met(engagements, young_people)


def conversations(counted: Iterable[Meeting]) -> list[Meeting]:
    """Those that count as conversations (see `RULES["conversations"]`)."""
    return [meeting for meeting in counted if meeting.is_conversation]


def at_depth(counted: Iterable[Meeting], depth: int | None) -> list[Meeting]:
    """Those that reached exactly that depth; None for the ones whose depth is not known."""
    return [meeting for meeting in counted if meeting.said.depth == depth]


def mentions(counted: Iterable[Meeting], field: str) -> dict[str, int]:
    """In how many engagements each code of a list field (`topics`, `given`, `outcome`) was ticked."""
    totals: dict[str, int] = {}
    for meeting in counted:
        for code in dict.fromkeys(getattr(meeting.said, field) or ()):
            totals[code] = totals.get(code, 0) + 1
    return totals


class Bands(NamedTuple):
    """People by band, and how many of the headcount nobody placed in one."""

    counts: Mapping[str, int]
    not_recorded: int


def bands(counted: Sequence[Meeting], field: str) -> Bands:
    """Add up a count map (`ages`, `genders`, `acquaintance`) over conversations."""
    totals: dict[str, int] = {}
    heads = 0
    for meeting in counted:
        if meeting.is_conversation:
            heads += meeting.said.headcount or 0
            for band, count in (getattr(meeting.said, field) or {}).items():
                totals[band] = totals.get(band, 0) + count
    return Bands(totals, max(0, heads - sum(totals.values())))


class Stay(NamedTuple):
    """One visit's minutes; an open one runs until the shift's end or now, and says so."""

    visit: Record
    hotspot: str
    arrived_at: datetime
    left_at: datetime | None
    minutes: int


def stays(visits: Iterable[Record], until: datetime | None = None) -> list[Stay]:
    """Visits in time order with whole minutes; `until` closes an open one (None: it counts nothing yet)."""
    found = []
    for visit in visits:
        arrived, left = visit.get("arrived_at"), visit.get("left_at")
        if visit.state == "voided" or not isinstance(arrived, str):
            continue
        start = read_moment(arrived)
        end = read_moment(left) if isinstance(left, str) else None
        stop = end or until
        minutes = max(0, int((stop - start).total_seconds() // 60)) if stop else 0
        found.append(Stay(visit, str(visit.get("hotspot")), start, end, minutes))
    return sorted(found, key=lambda stay: (stay.arrived_at, stay.visit.id))


class Spent(NamedTuple):
    """Minutes that one shift took: of a pair, of its people, and of its breaks.

    `is_running` says that the shift has no end yet and was counted up to the moment asked for.
    """

    pair_minutes: int
    person_minutes: int
    break_minutes: int
    planned_minutes: int
    is_running: bool


def spent(shift: Record, until: datetime | None = None) -> Spent:
    """Minutes of a shift from start to end without breaks; `until` ends one that still runs.

    A shift that never started, or was cancelled before it did, took no time. One worker alone gives
    person-minutes and no pair-minutes.
    """
    said = answers(Shift, shift)
    planned = _minutes(said.planned_start_at, said.planned_end_at)
    if said.started_at is None:
        return Spent(0, 0, 0, planned, False)
    pause = said.break_minutes or 0
    out = max(0, _minutes(said.started_at, said.ended_at or until) - pause)
    workers = len(said.workers or ())
    return Spent(out if workers > 1 else 0, out * workers, pause, planned, said.ended_at is None)


def _minutes(start: datetime | None, end: datetime | None) -> int:
    return max(0, int((end - start).total_seconds() // 60)) if start and end else 0


def is_late_entry(record: Record, happened_at: datetime | None, approved_at: datetime | None) -> bool:
    """Whether a record came long after the event or changed after approval (`RULES["late_entries"]`)."""
    late = happened_at is not None and record.made_at > to_millis(happened_at + timedelta(hours=24))
    return late or (approved_at is not None and record.changed_at > to_millis(approved_at))


SOON = timedelta(days=7)


def chase(referral: Record, standing: Standing, at: datetime) -> Literal["overdue", "due"] | None:
    """Whether an open referral wants attention now, within a week, or not (`RULES["due"]`).

    `at` carries the local zone: a day to chase on is over when it ends on the team's own clocks.
    """
    if standing.status not in OPEN:
        return None
    said = answers(Referral, referral)
    today = at.date()
    if (said.due_at and said.due_at < at) or (said.next_chase_on and said.next_chase_on < today):
        return "overdue"
    days: list[date] = [day for day in (said.next_chase_on,) if day]
    if said.due_at:
        days.append(said.due_at.astimezone(at.tzinfo).date())
    return "due" if any(day <= today + SOON for day in days) else None


class Referred(NamedTuple):
    """How many referrals of each kind count: full and statutory once sent, others once opened."""

    full: int
    signposts: int
    supported: int
    statutory: int


def by_referral(events: Iterable[Record]) -> dict[str, list[Record]]:
    """Events sorted to the referrals they belong to."""
    sorted_out: dict[str, list[Record]] = {}
    for event in events:
        sorted_out.setdefault(str(event.get("referral")), []).append(event)
    return sorted_out


def referred(referrals: Iterable[Record], events: Sequence[Record]) -> Referred:
    """Count referrals by kind (see `RULES["full_referrals"]`)."""
    counts = {"full": 0, "signpost": 0, "supported": 0, "statutory": 0}
    steps = by_referral(events)
    for referral in referrals:
        kind = referral.get("kind_of")
        if referral.state == "voided" or kind not in counts:
            continue
        standing = status_of(referral, steps.get(referral.id, ()))
        if standing.status in ("entered_in_error", "cancelled") and standing.sent_at is None:
            continue
        if kind in ("full", "statutory") and (
            standing.sent_at is None or standing.status == "entered_in_error"
        ):
            continue
        counts[kind] += 1
    return Referred(counts["full"], counts["signpost"], counts["supported"], counts["statutory"])
