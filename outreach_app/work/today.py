"""What the Today screen and `outreach start` need to know, read in one go on the store lane."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from outreach_app.domain import codes, counting
from outreach_app.domain.field import read_moment
from outreach_app.domain.kind import Record
from outreach_app.domain.referral import is_overdue, status_of
from outreach_app.store import batches
from outreach_app.work.desk import Desk
from outreach_app.work.roll import hotspots, name_of
from outreach_app.work.shift import current_shift, open_visit


class HotspotToday(NamedTuple):
    """A hotspot of the list: minutes today by this pair, and when it was last left."""

    id: str
    name: str
    minutes: int
    last_left_at: datetime | None
    is_here: bool
    is_assigned: bool


class Moment(NamedTuple):
    """One line of the shift's timeline. `tick` is saved, on_server, verified or seen."""

    id: str
    kind: str
    at: datetime
    title: str
    detail: str
    codes: tuple[str, ...]
    tick: str
    has_conflict: bool
    is_void: bool
    flags: tuple[str, ...]
    is_strong: bool


class Passed(NamedTuple):
    """A handover item that is still open."""

    id: str
    text: str
    about: str
    owner: str
    person_code: str
    hotspot: str
    due_on: date | None


class Due(NamedTuple):
    """Something that should happen: chase a referral, tell somebody, do a follow-up."""

    id: str
    verb: str
    text: str
    detail: str
    is_overdue: bool


class Totals(NamedTuple):
    """The shift so far, by the counting rules."""

    conversations: int
    young_people: int
    declined: int
    referrals: int
    minutes: int


class Today(NamedTuple):
    """Everything on the Today screen. `shift` is None before the start."""

    now: datetime
    shift: Record | None
    colleagues: tuple[str, ...]
    here: Record | None
    here_name: str
    hotspots: tuple[HotspotToday, ...]
    timeline: tuple[Moment, ...]
    totals: Totals
    handover: tuple[Passed, ...]
    due: tuple[Due, ...]


def read_today(desk: Desk) -> Today:
    """Read the present state of this member's shift."""
    now = desk.now()
    shift = current_shift(desk)
    here = open_visit(desk, shift.id) if shift else None
    visits = list(desk.records.find("visit", shift=shift.id)) if shift else []
    engagements = list(desk.records.find("engagement", shift=shift.id, include_voided=True)) if shift else []
    referrals = list(desk.records.find("referral", shift=shift.id, include_voided=True)) if shift else []
    events = list(desk.records.find("referral_event"))
    colleagues = [one for one in (shift.get("workers") or ()) if one != desk.me] if shift else []
    return Today(
        now=now,
        shift=shift,
        colleagues=tuple(name_of(desk, one) for one in colleagues),
        here=here,
        here_name=name_of(desk, here.get("hotspot")) if here else "",
        hotspots=_hotspots(desk, shift, visits, here, now),
        timeline=_timeline(desk, visits, engagements, referrals, events),
        totals=_totals(engagements, visits, referrals, events, now),
        handover=_handover(desk, shift),
        due=_due(desk, events, now),
    )


def _hotspots(
    desk: Desk, shift: Record | None, visits: Sequence[Record], here: Record | None, now: datetime
) -> tuple[HotspotToday, ...]:
    assigned = set((shift.get("hotspots_assigned") or ()) if shift else ())
    stays = counting.stays(visits, until=now)
    rows = []
    for hotspot in hotspots(desk):
        mine = [stay for stay in stays if stay.hotspot == hotspot.id]
        rows.append(
            HotspotToday(
                id=hotspot.id,
                name=str(hotspot.get("name")),
                minutes=sum(stay.minutes for stay in mine),
                last_left_at=max((stay.left_at for stay in mine if stay.left_at), default=None),
                is_here=bool(here and here.get("hotspot") == hotspot.id),
                is_assigned=not assigned or hotspot.id in assigned,
            )
        )
    return tuple(rows)


def _timeline(
    desk: Desk,
    visits: Sequence[Record],
    engagements: Sequence[Record],
    referrals: Sequence[Record],
    events: Sequence[Record],
) -> tuple[Moment, ...]:
    moments = []
    for visit in visits:
        place = name_of(desk, visit.get("hotspot"))
        for stay in counting.stays([visit]):
            moments.append(_moment(desk, visit, stay.arrived_at, "Arrived", place))
            if stay.left_at:
                minutes = f"{place} after {_count(stay.minutes, 'minute')}"
                moments.append(_moment(desk, visit, stay.left_at, "Left", minutes))
    for one in engagements:
        if isinstance(one.get("occurred_at"), str):
            people = tuple(name_of(desk, person) for person in one.get("persons") or ())
            at = read_moment(one.get("occurred_at"))
            moments.append(_moment(desk, one, at, "Engagement", _met(one), people, is_strong=True))
    for one in referrals:
        standing = status_of(one, [event for event in events if event.get("referral") == one.id])
        service = name_of(desk, one.get("service")) if one.get("service") else ""
        kind = codes.REFERRAL_KINDS.label(one.get("kind_of")).lower()
        what = service or codes.SERVICE_TYPES.label(one.get("service_type"))
        status = codes.REFERRAL_STATUSES.label(standing.status).lower()
        people = (name_of(desk, one.get("person")),) if one.get("person") else ()
        at = read_moment(one.get("opened_at"))
        moments.append(
            _moment(desk, one, at, "Referral", f"{what} · {kind} · {status}", people, is_strong=True)
        )
    return tuple(
        sorted(moments, key=lambda moment: (moment.at, moment.title == "Left", moment.id), reverse=True)
    )


def _moment(
    desk: Desk,
    record: Record,
    at: datetime,
    title: str,
    detail: str,
    people: tuple[str, ...] = (),
    *,
    is_strong: bool = False,
) -> Moment:
    return Moment(
        id=record.id,
        kind=record.kind,
        at=at,
        title=title,
        detail=detail,
        codes=people,
        tick=batches.tick(desk.db, record.id) or "saved",
        has_conflict=bool(record.conflicts),
        is_void=record.state == "voided",
        flags=record.flags,
        is_strong=is_strong,
    )


def _met(record: Record) -> str:
    people = _count(record.get("headcount") or 0, "young person", "young people")
    depth = record.get("depth")
    if depth == 0:
        return f"declined · {people} walked on"
    topics = [codes.TOPICS.label(topic).lower() for topic in record.get("topics") or ()]
    return " · ".join([people, f"{codes.DEPTH.label(depth).lower()}", *topics[:3]])


def _totals(
    engagements: Sequence[Record],
    visits: Sequence[Record],
    referrals: Sequence[Record],
    events: Sequence[Record],
    now: datetime,
) -> Totals:
    counted = counting.meetings(engagements)
    talks = [one for one in counted if one.is_conversation]
    sent = counting.referred(referrals, events)
    return Totals(
        conversations=len(talks),
        young_people=sum(one.said.headcount or 0 for one in talks),
        declined=sum(one.said.headcount or 0 for one in counted if one.said.depth == 0),
        referrals=sent.full + sent.statutory,
        minutes=sum(stay.minutes for stay in counting.stays(visits, until=now)),
    )


def _handover(desk: Desk, shift: Record | None) -> tuple[Passed, ...]:
    """Open items of earlier shifts, for the next pair or for me."""
    items = []
    for item in desk.records.find("handover_item", newest_first=True):
        is_mine = item.get("owner") in (None, "next_pair", desk.me)
        if (
            item.get("status") in (None, "open")
            and is_mine
            and (shift is None or item.get("shift") != shift.id)
        ):
            due = item.get("due_on")
            items.append(
                Passed(
                    id=item.id,
                    text=str(item.get("text")),
                    about=codes.HANDOVER_ABOUT.label(item.get("about")),
                    owner=_owner(desk, item.get("owner")),
                    person_code=name_of(desk, item.get("person")) if item.get("person") else "",
                    hotspot=name_of(desk, item.get("hotspot")) if item.get("hotspot") else "",
                    due_on=date.fromisoformat(due) if isinstance(due, str) else None,
                )
            )
    return tuple(items)


def _owner(desk: Desk, owner: str | None) -> str:
    return "Next pair" if owner in (None, "next_pair") else name_of(desk, owner)


def _due(desk: Desk, events: Sequence[Record], now: datetime) -> tuple[Due, ...]:
    soon = now + timedelta(days=1)
    found = []
    for referral in desk.records.find("referral"):
        standing = status_of(referral, [event for event in events if event.get("referral") == referral.id])
        who = name_of(desk, referral.get("person")) if referral.get("person") else "without a card"
        what = codes.SERVICE_TYPES.label(referral.get("service_type"))
        if referral.get("service"):
            what = name_of(desk, referral.get("service"))
        if is_overdue(referral, standing, soon):
            late = is_overdue(referral, standing, now)
            found.append(Due(referral.id, "Chase", f"{what} referral", who, is_overdue=late))
        if (
            standing.status in ("accepted", "rejected", "completed")
            and referral.get("told_person") == "pending"
        ):
            status = codes.REFERRAL_STATUSES.label(standing.status).lower()
            found.append(Due(referral.id, "Tell", who, f"{what}: {status}", is_overdue=False))
    return tuple(sorted(found, key=lambda due: (not due.is_overdue, due.text, due.id)))


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
