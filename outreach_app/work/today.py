"""What the Today screen and `outreach start` need to know, read in one go on the store lane."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from outreach_app.domain import codes, counting
from outreach_app.domain.field import Json, read_moment
from outreach_app.domain.field import Moment as MomentField
from outreach_app.domain.handover import HANDOVER_ITEM
from outreach_app.domain.kind import Record
from outreach_app.domain.kinds import kind_named
from outreach_app.domain.referral import is_overdue, status_of
from outreach_app.domain.shift import SHIFT
from outreach_app.domain.visit import VISIT
from outreach_app.store import batches, drafts, oplog
from outreach_app.store.drafts import Draft
from outreach_app.work.amendment import Opened
from outreach_app.work.desk import Desk
from outreach_app.work.log import Option, options, read_opened
from outreach_app.work.roll import hotspots, name_of
from outreach_app.work.shift import current_shift, open_visit

SCREEN = "today"
"""The `place.screen` of drafts that belong to this screen and were open when last kept."""


class HotspotToday(NamedTuple):
    """A hotspot of the list: minutes of this shift up to now, and when it was last left.

    `since` is when the pair arrived, while it is here; `before_at` when anybody was last there before
    this shift.
    """

    id: str
    name: str
    minutes: int
    since: datetime | None
    last_left_at: datetime | None
    before_at: datetime | None
    is_here: bool
    is_assigned: bool


class Moment(NamedTuple):
    """One line of the shift's timeline. `part` tells a visit's two lines apart: arrived or left.

    `tick` is saved, on_server, verified or seen; `void_reason` says why a void record is void.
    """

    id: str
    kind: str
    part: str
    at: datetime
    title: str
    detail: str
    codes: tuple[str, ...]
    tick: str
    has_conflict: bool
    is_void: bool
    void_reason: str
    flags: tuple[str, ...]
    is_strong: bool


class Passed(NamedTuple):
    """A handover item: still open, or done during this shift."""

    id: str
    text: str
    about: str
    owner: str
    by: str
    passed_on: date | None
    person_code: str
    hotspot: str
    due_on: date | None
    is_done: bool


class Due(NamedTuple):
    """Something that should happen: chase a referral, tell somebody. `on` is the day it was due."""

    id: str
    verb: str
    text: str
    detail: str
    on: date | None
    is_overdue: bool


class Totals(NamedTuple):
    """The shift so far, by the counting rules. `declined` are young people who walked on."""

    conversations: int
    young_people: int
    declined: int
    referrals: int
    minutes: int
    hotspots_visited: int
    drafts_left: int


class Answer(NamedTuple):
    """One of several answers that stand on a field."""

    op: str
    words: str
    by: str
    is_mine: bool


class Divided(NamedTuple):
    """A field on which two laptops said different things, until somebody chooses."""

    record: str
    kind: str
    field: str
    label: str
    about: str
    answers: tuple[Answer, ...]


class Before(NamedTuple):
    """The team's shift before this one, and what it left for the next."""

    shift: str
    on: date | None
    pair: tuple[str, ...]
    next_time: str


class Today(NamedTuple):
    """Everything on the Today screen.

    `shift` is the one that runs, or (`is_over`) the one this member ended today; None before the start.
    `opened` is that shift with every answer that stands on it, for its end to go over.
    `usual` are the colleagues of this member's last shift. `drafts` are this screen's half-written forms.
    """

    now: datetime
    shift: Record | None
    opened: Opened | None
    is_over: bool
    colleagues: tuple[str, ...]
    here: Record | None
    here_name: str
    hotspots: tuple[HotspotToday, ...]
    timeline: tuple[Moment, ...]
    totals: Totals
    handover: tuple[Passed, ...]
    passing: tuple[Passed, ...]
    due: tuple[Due, ...]
    divided: tuple[Divided, ...]
    before: Before | None
    usual: tuple[str, ...]
    options: Mapping[str, tuple[Option, ...]]
    drafts: tuple[Draft, ...]


def read_today(desk: Desk) -> Today:
    """Read the present state of this member's shift."""
    now = desk.now()
    running = current_shift(desk)
    shift = running or _ended_today(desk)
    here = open_visit(desk, running.id) if running else None
    visits: list[Record] = []
    engagements: list[Record] = []
    referrals: list[Record] = []
    if shift:
        visits = desk.records.find("visit", shift=shift.id, include_voided=True)
        engagements = desk.records.find("engagement", shift=shift.id, include_voided=True)
        referrals = desk.records.find("referral", shift=shift.id, include_voided=True)
    steps = counting.by_referral(desk.records.find("referral_event"))
    until = now if running or shift is None else read_moment(shift.get("ended_at"))
    colleagues = [one for one in (shift.get("workers") or ()) if one != desk.me] if shift else []
    mine = [shift, *visits, *engagements, *referrals] if shift else []
    waiting = drafts.all(desk.db)
    before = _before(desk, shift)
    return Today(
        now=now,
        shift=shift,
        opened=read_opened(desk, shift.id) if shift else None,
        is_over=shift is not None and running is None,
        colleagues=tuple(name_of(desk, one) for one in colleagues),
        here=here,
        here_name=name_of(desk, here.get("hotspot")) if here else "",
        hotspots=_hotspots(desk, shift, visits, here, until),
        timeline=_timeline(desk, visits, engagements, referrals, steps),
        totals=_totals(engagements, visits, referrals, steps, until, waiting),
        handover=_handover(desk, shift),
        passing=_passing(desk, shift),
        due=_due(desk, steps, now),
        divided=tuple(one for record in mine if record.conflicts for one in _divided(desk, record)),
        before=before,
        usual=_usual(desk),
        options={
            **options(desk, SHIFT),
            **options(desk, VISIT),
            **options(desk, HANDOVER_ITEM),
        },
        drafts=tuple(draft for draft in waiting if draft.id.startswith(f"{SCREEN}-")),
    )


def _ended_today(desk: Desk) -> Record | None:
    """The shift this member ended last, if that was today."""
    today = desk.today()
    ended = [
        shift
        for shift in desk.records.find("shift", since=(today - timedelta(days=2)).isoformat())
        if desk.me in (shift.get("workers") or ())
        and shift.get("started_at")
        and shift.get("ended_at")
        and not shift.get("cancelled_reason")
        and desk.local(read_moment(shift.get("ended_at"))).date() == today
    ]
    return max(ended, key=lambda shift: str(shift.get("ended_at")), default=None)


def _past(desk: Desk, shift: Record | None) -> list[Record]:
    """Shifts that have ended, other than this one, the newest first."""
    ended = [
        one
        for one in desk.records.find("shift", newest_first=True, limit=40)
        if one.get("ended_at") and not one.get("cancelled_reason") and (shift is None or one.id != shift.id)
    ]
    return sorted(ended, key=lambda one: str(one.get("ended_at")), reverse=True)


def _before(desk: Desk, shift: Record | None) -> Before | None:
    for one in _past(desk, shift):
        pair = tuple(name_of(desk, worker) for worker in one.get("workers") or ())
        return Before(one.id, _day(one.get("date")), pair, str(one.get("next_time") or "").strip())
    return None


def _usual(desk: Desk) -> tuple[str, ...]:
    for one in _past(desk, None):
        if desk.me in (one.get("workers") or ()):
            return tuple(worker for worker in one.get("workers") if worker != desk.me)
    return ()


def _hotspots(
    desk: Desk, shift: Record | None, visits: Sequence[Record], here: Record | None, until: datetime
) -> tuple[HotspotToday, ...]:
    assigned = set((shift.get("hotspots_assigned") or ()) if shift else ())
    stays = counting.stays(visits, until=until)
    rows = []
    for hotspot in hotspots(desk):
        mine = [stay for stay in stays if stay.hotspot == hotspot.id]
        is_here = bool(here and here.get("hotspot") == hotspot.id)
        rows.append(
            HotspotToday(
                id=hotspot.id,
                name=str(hotspot.get("name")),
                minutes=sum(stay.minutes for stay in mine),
                since=read_moment(here.get("arrived_at")) if is_here and here else None,
                last_left_at=max((stay.left_at for stay in mine if stay.left_at), default=None),
                before_at=_left_before(desk, hotspot.id, shift),
                is_here=is_here,
                is_assigned=not assigned or hotspot.id in assigned,
            )
        )
    return tuple(sorted(rows, key=lambda row: not row.is_assigned))


def _left_before(desk: Desk, hotspot: str, shift: Record | None) -> datetime | None:
    """When any pair of the team was last there, outside this shift."""
    for visit in desk.records.find("visit", hotspot=hotspot, newest_first=True, limit=20):
        if (shift is None or visit.get("shift") != shift.id) and visit.get("left_at"):
            return read_moment(visit.get("left_at"))
    return None


def _timeline(
    desk: Desk,
    visits: Sequence[Record],
    engagements: Sequence[Record],
    referrals: Sequence[Record],
    steps: Mapping[str, Sequence[Record]],
) -> tuple[Moment, ...]:
    every = [*visits, *engagements, *referrals]
    ticks = batches.ticks(desk.db, [record.id for record in every])
    moments = []
    for visit in visits:
        place = name_of(desk, visit.get("hotspot"))
        tick = ticks.get(visit.id, "saved")
        if visit.state == "voided":
            if isinstance(visit.get("arrived_at"), str):
                at = read_moment(visit.get("arrived_at"))
                moments.append(_moment(visit, tick, at, "Visit", place, part="arrived"))
            continue
        for stay in counting.stays([visit]):
            moments.append(_moment(visit, tick, stay.arrived_at, "Arrived", place, part="arrived"))
            if stay.left_at:
                minutes = f"{place} after {_count(stay.minutes, 'minute')}"
                moments.append(_moment(visit, tick, stay.left_at, "Left", minutes, part="left"))
    for one in engagements:
        if isinstance(one.get("occurred_at"), str):
            people = tuple(name_of(desk, person) for person in one.get("persons") or ())
            at, tick = read_moment(one.get("occurred_at")), ticks.get(one.id, "saved")
            moments.append(_moment(one, tick, at, "Engagement", _met(one), people, is_strong=True))
    for one in referrals:
        standing = status_of(one, steps.get(one.id, ()))
        service = name_of(desk, one.get("service")) if one.get("service") else ""
        kind = codes.REFERRAL_KINDS.label(one.get("kind_of")).lower()
        what = service or codes.SERVICE_TYPES.label(one.get("service_type"))
        status = codes.REFERRAL_STATUSES.label(standing.status).lower()
        people = (name_of(desk, one.get("person")),) if one.get("person") else ()
        at, tick = read_moment(one.get("opened_at")), ticks.get(one.id, "saved")
        detail = f"{what} · {kind} · {status}"
        moments.append(_moment(one, tick, at, "Referral", detail, people, is_strong=True))
    return tuple(
        sorted(moments, key=lambda moment: (moment.at, moment.part == "left", moment.id), reverse=True)
    )


def _moment(
    record: Record,
    tick: str,
    at: datetime,
    title: str,
    detail: str,
    people: tuple[str, ...] = (),
    *,
    part: str = "",
    is_strong: bool = False,
) -> Moment:
    return Moment(
        id=record.id,
        kind=record.kind,
        part=part,
        at=at,
        title=title,
        detail=detail,
        codes=people,
        tick=tick,
        has_conflict=bool(record.conflicts),
        is_void=record.state == "voided",
        void_reason=record.voided or "",
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
    steps: Mapping[str, Sequence[Record]],
    until: datetime,
    waiting: Sequence[Draft],
) -> Totals:
    counted = counting.meetings(engagements)
    talks = [one for one in counted if one.is_conversation]
    events = [event for one in referrals for event in steps.get(one.id, ())]
    sent = counting.referred(referrals, events)
    stays = counting.stays(visits, until=until)
    return Totals(
        conversations=len(talks),
        young_people=sum(one.said.headcount or 0 for one in talks),
        declined=sum(one.said.headcount or 0 for one in counted if one.said.depth == 0),
        referrals=sent.full + sent.statutory,
        minutes=sum(stay.minutes for stay in stays),
        hotspots_visited=len({stay.hotspot for stay in stays}),
        drafts_left=sum(draft.kind != SHIFT.name for draft in waiting),
    )


def _handover(desk: Desk, shift: Record | None) -> tuple[Passed, ...]:
    """Items of earlier shifts for the next pair or for me: open ones, and those done since the start."""
    since = str(shift.get("started_at")) if shift else None
    items = []
    for item in desk.records.find("handover_item", newest_first=True):
        is_mine = item.get("owner") in (None, "next_pair", desk.me)
        is_open = item.get("status") in (None, "open")
        is_just_done = bool(
            item.get("status") == "done" and since and str(item.get("done_at") or "") >= since
        )
        if is_mine and (is_open or is_just_done) and (shift is None or item.get("shift") != shift.id):
            items.append(_passed(desk, item))
    return tuple(items)


def _passing(desk: Desk, shift: Record | None) -> tuple[Passed, ...]:
    """What this shift passes on to the next, in the order in which it was written down."""
    if shift is None:
        return ()
    items = sorted(desk.records.find("handover_item", shift=shift.id), key=lambda item: item.made_at)
    return tuple(_passed(desk, item) for item in items if item.get("status") != "dropped")


def _passed(desk: Desk, item: Record) -> Passed:
    shift = desk.records.get(str(item.get("shift")))
    return Passed(
        id=item.id,
        text=str(item.get("text")),
        about=codes.HANDOVER_ABOUT.label(item.get("about")),
        owner=_owner(desk, item.get("owner")),
        by=name_of(desk, item.author),
        passed_on=_day(shift.get("date")) if shift else None,
        person_code=name_of(desk, item.get("person")) if item.get("person") else "",
        hotspot=name_of(desk, item.get("hotspot")) if item.get("hotspot") else "",
        due_on=_day(item.get("due_on")),
        is_done=item.get("status") == "done",
    )


def _owner(desk: Desk, owner: str | None) -> str:
    return "Next pair" if owner in (None, "next_pair") else name_of(desk, owner)


def _due(desk: Desk, steps: Mapping[str, Sequence[Record]], now: datetime) -> tuple[Due, ...]:
    here = desk.local(now)
    soon = here + timedelta(days=1)
    found = []
    for referral in desk.records.find("referral"):
        standing = status_of(referral, steps.get(referral.id, ()))
        who = name_of(desk, referral.get("person")) if referral.get("person") else "without a card"
        what = codes.SERVICE_TYPES.label(referral.get("service_type"))
        if referral.get("service"):
            what = name_of(desk, referral.get("service"))
        if is_overdue(referral, standing, soon):
            late = is_overdue(referral, standing, here)
            found.append(Due(referral.id, "Chase", what, who, _due_day(desk, referral), is_overdue=late))
        if (
            standing.status in ("accepted", "rejected", "completed")
            and referral.get("told_person") == "pending"
        ):
            status = codes.REFERRAL_STATUSES.label(standing.status).lower()
            since = desk.local(read_moment(standing.since)).date() if standing.since else None
            found.append(Due(referral.id, "Tell", who, f"{what}: {status}", since, is_overdue=False))
    return tuple(sorted(found, key=lambda due: (not due.is_overdue, due.on or date.max, due.text, due.id)))


def _due_day(desk: Desk, referral: Record) -> date | None:
    """The first day on which something should have happened."""
    chase, due = _day(referral.get("next_chase_on")), referral.get("due_at")
    days = [chase, desk.local(read_moment(due)).date() if due else None]
    return min((day for day in days if day), default=None)


def _divided(desk: Desk, record: Record) -> list[Divided]:
    """Every field of a record on which answers from two laptops stand side by side."""
    merged = oplog.merged(desk.db, record.id)
    if merged is None or record.state == "voided":
        return []
    kind = kind_named(record.kind)
    at = record.get(kind.when) if kind.when else None
    when = f"{desk.local(read_moment(at)):%H:%M}" if isinstance(at, str) and "T" in at else ""
    place = name_of(desk, record.get("hotspot")) if record.get("hotspot") else ""
    about = ", ".join(part for part in (kind.label, place, when) if part)
    return [
        Divided(
            record=record.id,
            kind=record.kind,
            field=name,
            label=kind.fields[name].label,
            about=about,
            answers=tuple(
                Answer(
                    leaf.op,
                    _words(desk, record.kind, name, leaf.value),
                    name_of(desk, leaf.author),
                    leaf.author == desk.me,
                )
                for leaf in merged.leaves[name]
            ),
        )
        for name in merged.record.conflicts
        if name in kind.fields
    ]


def _words(desk: Desk, kind: str, field: str, value: Json) -> str:
    if value is None:
        return "no answer"
    declared = kind_named(kind).fields[field]
    if isinstance(declared, MomentField):
        return f"{desk.local(read_moment(value)):%H:%M}"
    targets: Iterable[tuple[str, str]] = declared.references(value)
    names = [name_of(desk, target) for _, target in targets]
    return ", ".join(names) if names else declared.show(value)


def _day(value: Json) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None


def _count(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
