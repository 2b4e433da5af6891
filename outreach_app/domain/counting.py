"""Counting rules: what stands behind each figure of a summary, in code and in words.

Every screen and report counts through here, so two figures of one name can never differ.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from outreach_app.domain.engagement import Engagement
from outreach_app.domain.field import read_moment
from outreach_app.domain.kind import Record, answers
from outreach_app.domain.referral import status_of

RULES = {
    "conversations": "Depth 1 or more. A pair's double entry counts once; void records never.",
    "declined": "Young people who walked on stand beside the conversations, not among them.",
    "young_people": "Headcounts of conversations added up; somebody met twice counts twice.",
    "full_referrals": "Full referrals once they are sent. Signposts are counted apart.",
    "minutes": "Minutes between arriving and leaving, as the pair recorded them.",
    "pair_hours": "One pair out for one hour, breaks taken off; person-hours multiply by workers.",
    "not_recorded": "Ages, genders, new or known may add up to less than the headcount; the rest is “not recorded”.",
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


class Referred(NamedTuple):
    """How many referrals of each kind count: full and statutory once sent, others once opened."""

    full: int
    signposts: int
    supported: int
    statutory: int


def referred(referrals: Iterable[Record], events: Sequence[Record]) -> Referred:
    """Count referrals by kind (see `RULES["full_referrals"]`)."""
    counts = {"full": 0, "signpost": 0, "supported": 0, "statutory": 0}
    for referral in referrals:
        kind = referral.get("kind_of")
        if referral.state == "voided" or kind not in counts:
            continue
        standing = status_of(referral, [event for event in events if event.get("referral") == referral.id])
        if standing.status in ("entered_in_error", "cancelled") and standing.sent_at is None:
            continue
        if kind in ("full", "statutory") and (
            standing.sent_at is None or standing.status == "entered_in_error"
        ):
            continue
        counts[kind] += 1
    return Referred(counts["full"], counts["signpost"], counts["supported"], counts["statutory"])
