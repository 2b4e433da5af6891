"""The shift: start in a pair, arrive, leave, put a time right, end with a debrief, approve.

Two laptops share one shift, so these verbs look at what both have said before they speak.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta, timezone

from outreach_app.domain.field import Json, read_moment, spell_moment
from outreach_app.domain.kind import Record
from outreach_app.domain.trouble import Trouble
from outreach_app.store import drafts, oplog
from outreach_app.work.changes import Changes, Done
from outreach_app.work.desk import Desk
from outreach_app.work.record import Said, amend, save

PLANNED_START = time(14, 0)
PLANNED_END = time(20, 0)
"""The pilot's patrol hours, on local clocks."""

_FORGOTTEN_AFTER = timedelta(hours=18)


def current_shift(desk: Desk) -> Record | None:
    """The shift this member is out on now: started, not ended, not forgotten since yesterday."""
    oldest = desk.now() - _FORGOTTEN_AFTER
    running = [
        shift
        for shift in desk.records.find("shift", since=(oldest.date() - timedelta(days=1)).isoformat())
        if desk.me in (shift.get("workers") or ())
        and shift.get("started_at")
        and not shift.get("ended_at")
        and not shift.get("cancelled_reason")
        and read_moment(shift.get("started_at")) > oldest
    ]
    return max(running, key=lambda shift: shift.get("started_at"), default=None)


def start_shift(
    desk: Desk, colleagues: Sequence[str], said: Mapping[str, Json] | None = None, *, draft: str | None = None
) -> Done[Record]:
    """Start a shift now with these colleagues; `said` adds or overrides any field of a shift.

    Raises Trouble `shift-open` while this member is still out on another, and `Refused` where the
    rules of a shift speak (one worker without a reason).
    """
    if (open_shift := current_shift(desk)) is not None:
        raise Trouble("shift-open", shift=open_shift.id)
    now = desk.now()
    day = desk.local(now).date()
    zone = timezone(timedelta(minutes=desk.clock.zone_minutes(now)))
    values: dict[str, Json] = {
        "date": day.isoformat(),
        "workers": [desk.me, *(one for one in colleagues if one != desk.me)],
        "planned_start_at": spell_moment(datetime.combine(day, PLANNED_START, zone)),
        "planned_end_at": spell_moment(datetime.combine(day, PLANNED_END, zone)),
        "started_at": spell_moment(now),
    }
    return save(desk, Said("shift", {**values, **(said or {})}, draft))


def open_visit(desk: Desk, shift_id: str) -> Record | None:
    """Where the pair is now: its visit that nobody has left."""
    waiting = [visit for visit in desk.records.find("visit", shift=shift_id) if not visit.get("left_at")]
    return max(waiting, key=lambda visit: visit.get("arrived_at") or "", default=None)


def arrive(desk: Desk, hotspot_id: str, *, at: datetime | None = None) -> Done[Record]:
    """Arrive in a hotspot, now or at a remembered time.

    Raises Trouble `shift-missing` when nobody has started one, `visit-open` while the pair is still
    somewhere else.
    """
    shift = _shift_or_trouble(desk)
    return save(desk, Said("visit", _arrival(desk, shift, hotspot_id, at)))


def move(desk: Desk, hotspot_id: str, *, at: datetime | None = None) -> Done[Record]:
    """Leave where the pair is and arrive elsewhere, in one transaction and at one moment."""
    shift = _shift_or_trouble(desk)
    with desk.db.atomic():
        left = _leave(desk, shift, at) if open_visit(desk, shift.id) else None
        arrived = save(desk, Said("visit", _arrival(desk, shift, hotspot_id, at)))
    return Done(arrived.result, _both(left.changes, arrived.changes) if left else arrived.changes)


def leave(desk: Desk, *, at: datetime | None = None) -> Done[Record]:
    """Leave the hotspot, now or at a remembered time; raises Trouble `visit-missing` when in none."""
    return _leave(desk, _shift_or_trouble(desk), at)


def visited(
    desk: Desk,
    hotspot_id: str,
    arrived_at: datetime,
    left_at: datetime | None,
    said: Mapping[str, Json] | None = None,
    *,
    shift: str | None = None,
    draft: str | None = None,
    is_confirmed: bool = False,
) -> Done[Record]:
    """Write down a visit one forgot: a whole one, or, without `left_at`, where the pair is since then.

    The second leaves where the pair was, at the same moment. The visit says that its times were put right.
    `shift` names one that has ended; into it only a whole visit fits.
    """
    outing = _shift_or_trouble(desk) if shift is None else _shift(desk, shift)
    if outing.get("ended_at") and left_at is None:
        raise Trouble("shift-missing")
    values = {**_arrival(desk, outing, hotspot_id, arrived_at), **(said or {})}
    if left_at is not None:
        values["left_at"] = spell_moment(left_at)
    with desk.db.atomic():
        left = None
        if left_at is None and open_visit(desk, outing.id) is not None:
            left = _leave(desk, outing, arrived_at)
        done = save(desk, Said("visit", values, draft), is_confirmed=is_confirmed)
    return Done(done.result, _both(left.changes, done.changes) if left else done.changes)


def correct_visit(
    desk: Desk,
    visit_id: str,
    said: Mapping[str, Json],
    *,
    over: Mapping[str, Sequence[str]] | None = None,
    draft: str | None = None,
    is_confirmed: bool = False,
) -> Done[Record]:
    """Put a visit right afterwards ("I forgot"); if its times change, the visit says that they were."""
    is_timed = not {"arrived_at", "left_at"}.isdisjoint(said)
    values = {**said, "corrected": True} if is_timed else said
    return amend(desk, visit_id, values, over=over, draft=draft, is_confirmed=is_confirmed)


def end_shift(
    desk: Desk,
    said: Mapping[str, Json] | None = None,
    *,
    over: Mapping[str, Sequence[str]] | None = None,
    draft: str | None = None,
) -> Done[Record]:
    """End the shift: leave where the pair is, state the drafts left, keep the debrief, hand it in.

    `over` are the answers that the debrief had on screen (see `record.amend`).
    """
    shift = _shift_or_trouble(desk)
    now = desk.now()
    answers: dict[str, Json] = {
        "ended_at": spell_moment(now),
        "submitted_at": spell_moment(now),
        **(said or {}),
    }
    with desk.db.atomic():
        left = None
        if open_visit(desk, shift.id) is not None:
            left = _leave(desk, shift, read_moment(answers["ended_at"]), is_corrected=False)
        answers["drafts_left"] = sum(one.kind != "shift" and one.id != draft for one in drafts.all(desk.db))
        ended = amend(desk, shift.id, answers, over=_over(desk, shift.id, answers, over), draft=draft)
    return Done(ended.result, _both(left.changes, ended.changes) if left else ended.changes)


def mend_shift(
    desk: Desk,
    shift_id: str,
    said: Mapping[str, Json],
    *,
    over: Mapping[str, Sequence[str]] | None = None,
    draft: str | None = None,
) -> Done[Record]:
    """Change the debrief of a shift that has ended; one that a lead gave back is handed in again."""
    shift = _shift(desk, shift_id)
    if not shift.get("ended_at"):
        raise Trouble("shift-not-ended", shift=shift_id)
    answers = dict(said)
    if not shift.get("submitted_at"):
        answers["submitted_at"] = spell_moment(desk.now())
    return amend(desk, shift_id, answers, over=_over(desk, shift_id, answers, over), draft=draft)


def approve(desk: Desk, shift_id: str) -> Done[Record]:
    """A lead outside the pair says the shift's record is right."""
    _lead_only(desk)
    shift = _shift(desk, shift_id)
    if not shift.get("ended_at"):
        raise Trouble("shift-not-ended", shift=shift_id)
    return amend(desk, shift_id, {"approved_by": desk.me, "approved_at": spell_moment(desk.now())})


def reopen(desk: Desk, shift_id: str) -> Done[Record]:
    """Give a shift back to its pair: no longer approved, no longer handed in."""
    _lead_only(desk)
    _shift(desk, shift_id)
    return amend(desk, shift_id, {"approved_by": None, "approved_at": None, "submitted_at": None})


def _arrival(desk: Desk, shift: Record, hotspot_id: str, at: datetime | None) -> dict[str, Json]:
    return {
        "shift": shift.id,
        "hotspot": hotspot_id,
        "arrived_at": spell_moment(at or desk.now()),
        "workers": shift.get("workers"),
        **({"corrected": True} if at else {}),
    }


def _leave(desk: Desk, shift: Record, at: datetime | None, *, is_corrected: bool = True) -> Done[Record]:
    visit = open_visit(desk, shift.id)
    if visit is None:
        raise Trouble("visit-missing")
    left = {"left_at": spell_moment(at or desk.now()), **({"corrected": True} if at and is_corrected else {})}
    return amend(desk, visit.id, left)


def _over(
    desk: Desk, shift_id: str, answers: Mapping[str, Json], seen: Mapping[str, Sequence[str]] | None
) -> dict[str, Sequence[str]]:
    """What answers go over: what a form had on screen; and all that stands, where the program answers."""
    merged = oplog.merged(desk.db, shift_id)
    standing: dict[str, Sequence[str]] = {**merged.over(answers)} if merged is not None else {}
    return {**standing, **(seen or {})}


def _shift_or_trouble(desk: Desk) -> Record:
    shift = current_shift(desk)
    if shift is None:
        raise Trouble("shift-missing")
    return shift


def _shift(desk: Desk, shift_id: str) -> Record:
    shift = desk.records.get(shift_id)
    if shift is None or shift.kind != "shift":
        raise Trouble("record-missing", record=shift_id[:40])
    return shift


def _lead_only(desk: Desk) -> None:
    if desk.role != "lead":
        raise Trouble("lead-only", role=desk.role)


def _both(first: Changes, second: Changes) -> Changes:
    return Changes(kinds=first.kinds | second.kinds, ids=first.ids | second.ids)
