"""Handover: pass something on to the next pair, and say that it is done."""

from __future__ import annotations

from collections.abc import Mapping

from outreach_app.domain.field import Json, spell_moment
from outreach_app.domain.kind import Record
from outreach_app.work.changes import Done
from outreach_app.work.desk import Desk
from outreach_app.work.record import Said, amend, save


def pass_on(desk: Desk, shift: str, said: Mapping[str, Json], *, draft: str | None = None) -> Done[Record]:
    """Write down what the next pair must know; raises `Refused` where the rules speak."""
    return save(desk, Said("handover_item", {"status": "open", **said, "shift": shift}, draft))


def finish(desk: Desk, item: str) -> Done[Record]:
    """It has been done, now."""
    return amend(desk, item, {"status": "done", "done_at": spell_moment(desk.now())})


def take_up_again(desk: Desk, item: str) -> Done[Record]:
    """It is not done after all: undo `finish`."""
    return amend(desk, item, {"status": "open", "done_at": None})
