"""What the Log screen and other forms need to know, read in one go on the store lane."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from outreach_app.domain.field import Field, MemberOr, Ref, Refs, Rows, read_moment
from outreach_app.domain.kind import Kind, Record
from outreach_app.domain.merge import Merged
from outreach_app.domain.trouble import Trouble
from outreach_app.store import oplog
from outreach_app.store.drafts import Draft
from outreach_app.work.amendment import Opened, Standing
from outreach_app.work.desk import Desk
from outreach_app.work.draft import drafts_of, left_open
from outreach_app.work.roll import hotspots, members, name_of
from outreach_app.work.shift import current_shift, open_visit

_LATE_ENTRY_DAYS = 14
"""How long after a shift its conversations can still be logged from the form."""

_MOST_SHIFTS = 12


class Option(NamedTuple):
    """A record that a form may point at, as people call it."""

    id: str
    words: str
    under: str = ""


class Stay(NamedTuple):
    """A visit as the form needs it: where, from when to when (None: still there)."""

    visit: str
    hotspot: str
    arrived_at: datetime
    left_at: datetime | None


class Outing(NamedTuple):
    """A shift of mine that a conversation can belong to."""

    shift: str
    started_at: datetime
    ended_at: datetime | None
    colleagues: tuple[str, ...]
    stays: tuple[Stay, ...]
    is_running: bool


class Log(NamedTuple):
    """Everything the Log screen shows beside the answers. `fresh` is an id for the next draft.

    `outings` are newest first, the running one ahead of all; `here` is where the pair is now.
    """

    now: datetime
    outings: tuple[Outing, ...]
    here: Stay | None
    options: Mapping[str, tuple[Option, ...]]
    drafts: tuple[Draft, ...]
    left_open: Draft | None
    opened: Opened | None
    fresh: str


def read_log(desk: Desk, kind: Kind, record_id: str | None = None, *, without: Collection[str] = ()) -> Log:
    """Read what a form of `kind` needs now, and the record it amends; `without` are fields it does not ask.

    Raises Trouble `record-missing` when that record is not here.
    """
    running = current_shift(desk)
    here = open_visit(desk, running.id) if running else None
    opened = read_opened(desk, record_id) if record_id is not None else None
    return Log(
        now=desk.now(),
        outings=_outings(desk, running, opened),
        here=_stay(here) if here else None,
        options=options(desk, kind, without=without),
        drafts=tuple(drafts_of(desk, kind.name)),
        left_open=left_open(desk, kind.name),
        opened=opened,
        fresh=desk.new_id(),
    )


def read_opened(desk: Desk, record_id: str) -> Opened:
    """A record as it stands now, for a form; raises Trouble `record-missing`."""
    merged = oplog.merged(desk.db, record_id)
    if merged is None:
        raise Trouble("record-missing", record=record_id[:40])
    return Opened(merged.record, _standing(desk, merged))


def options(desk: Desk, kind: Kind, *, without: Collection[str] = ()) -> Mapping[str, tuple[Option, ...]]:
    """The records that fields of this kind may point at, by kind; only kinds people pick from a list."""
    wanted = _targets(field for name, field in kind.fields.items() if name not in without)
    return {
        to: tuple(sorted(offer(desk), key=lambda option: option.words.casefold()))
        for to, offer in _OFFERS.items()
        if to in wanted
    }


def _members(desk: Desk) -> list[Option]:
    return [Option(one.id, str(one.get("name") or "…")) for one in members(desk)]


def _hotspots(desk: Desk) -> list[Option]:
    return [Option(one.id, str(one.get("name") or "…"), str(one.get("code") or "")) for one in hotspots(desk)]


def _services(desk: Desk) -> list[Option]:
    open_ones = (one for one in desk.records.find("service") if one.get("status") in (None, "active"))
    return [Option(one.id, str(one.get("name") or "…")) for one in open_ones]


def _persons(desk: Desk) -> list[Option]:
    return [Option(one.id, str(one.get("code") or "…")) for one in desk.records.find("person")]


_OFFERS: dict[str, Callable[[Desk], list[Option]]] = {
    "member": _members,
    "hotspot": _hotspots,
    "service": _services,
    "person": _persons,
}


def stay_at(stays: Iterable[Stay], hotspot: str | None, at: datetime) -> Stay | None:
    """The visit to that hotspot which a moment falls into; an open one goes on."""
    return next(
        (
            stay
            for stay in stays
            if stay.hotspot == hotspot
            and stay.arrived_at <= at
            and (stay.left_at is None or at <= stay.left_at)
        ),
        None,
    )


def _targets(fields: Iterable[Field]) -> set[str]:
    found: set[str] = set()
    for field in fields:
        match field:
            case Ref() | Refs():
                found.add(field.to)
            case MemberOr():
                found.add("member")
            case Rows():
                found |= _targets(column for _, column in field.columns)
    return found


def _outings(desk: Desk, running: Record | None, opened: Opened | None) -> tuple[Outing, ...]:
    since = (desk.now() - timedelta(days=_LATE_ENTRY_DAYS)).date().isoformat()
    mine = [
        shift
        for shift in desk.records.find("shift", since=since, newest_first=True)
        if desk.me in (shift.get("workers") or ())
        and shift.get("started_at")
        and not shift.get("cancelled_reason")
    ]
    mine = sorted(mine, key=lambda shift: str(shift.get("started_at")), reverse=True)[:_MOST_SHIFTS]
    if opened is not None and all(shift.id != opened.record.get("shift") for shift in mine):
        others = desk.records.get(str(opened.record.get("shift")))
        if others is not None and others.kind == "shift" and others.get("started_at"):
            mine.append(others)
    if running is not None:
        mine = [running, *(shift for shift in mine if shift.id != running.id)]
    return tuple(_outing(desk, shift, is_running=shift is running) for shift in mine)


def _outing(desk: Desk, shift: Record, *, is_running: bool) -> Outing:
    workers: Sequence[str] = shift.get("workers") or ()
    visits = desk.records.find("visit", shift=shift.id)
    return Outing(
        shift=shift.id,
        started_at=read_moment(shift.get("started_at")),
        ended_at=read_moment(shift.get("ended_at")) if shift.get("ended_at") else None,
        colleagues=tuple(name_of(desk, one) for one in workers if one != desk.me),
        stays=tuple(_stay(visit) for visit in visits if visit.get("arrived_at") and visit.get("hotspot")),
        is_running=is_running,
    )


def _stay(visit: Record) -> Stay:
    left = visit.get("left_at")
    return Stay(
        visit=visit.id,
        hotspot=str(visit.get("hotspot")),
        arrived_at=read_moment(visit.get("arrived_at")),
        left_at=read_moment(left) if left else None,
    )


def _standing(desk: Desk, merged: Merged) -> Mapping[str, tuple[Standing, ...]]:
    return {
        field: tuple(
            Standing(leaf.op, leaf.value, name_of(desk, leaf.author), leaf.author == desk.me)
            for leaf in leaves
        )
        for field, leaves in merged.leaves.items()
    }
