"""Half-written forms: kept at every pause, found again after a crash, thrown away on purpose only.

They live on this laptop alone. `record.save` and `record.amend` drop the draft they finish, in the same
transaction; these verbs are for everything before that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec

from outreach_app.domain.field import Json
from outreach_app.store import drafts
from outreach_app.store.drafts import Draft, Place
from outreach_app.work.changes import Changes, Done
from outreach_app.work.desk import Desk

KIND = "draft"
"""What the bus calls a change of drafts; no record kind has this name."""

ASIDE = "aside"
"""The `place.screen` of a draft that was put aside on purpose: it does not open by itself."""

_OPENS_AGAIN_WITHIN = timedelta(hours=12)


def keep_draft(
    desk: Desk,
    draft_id: str,
    kind: str,
    values: Mapping[str, Json],
    place: Place,
    *,
    record: str | None = None,
    over: Mapping[str, Sequence[str]] | None = None,
) -> Done[Draft]:
    """Keep what a form holds now, over what it held before.

    For an amendment `record` is what it amends, `values` the fields that were changed, and `over` the
    answers that stood on screen when they were.
    """
    draft = Draft(
        id=draft_id,
        kind=kind,
        values=dict(values),
        place=place,
        updated_at=desk.clock.now(),
        record=record,
        over={field: list(ids) for field, ids in (over or {}).items()},
    )
    drafts.keep(desk.db, draft)
    return Done(draft, _changed(draft_id))


def drafts_of(desk: Desk, kind: str) -> list[Draft]:
    """The drafts of one kind, the one touched last first."""
    return [draft for draft in drafts.all(desk.db) if draft.kind == kind]


def left_open(desk: Desk, kind: str | None = None) -> Draft | None:
    """The form somebody was in when the program stopped: a crash, a lock, a dead battery.

    `place.screen` says which screen to show. One that is older than a shift waits in its list instead.
    """
    since = desk.clock.now() - _OPENS_AGAIN_WITHIN
    for draft in drafts.all(desk.db):
        is_open = draft.place.screen != ASIDE and draft.updated_at >= since
        if is_open and kind in (None, draft.kind):
            return draft
    return None


def drop_draft(desk: Desk, draft_id: str) -> Done[Draft | None]:
    """Throw a draft away; gives it back, so that this can be undone."""
    draft = drafts.get(desk.db, draft_id)
    drafts.drop(desk.db, draft_id)
    return Done(draft, _changed(draft_id) if draft else Changes())


def restore_draft(desk: Desk, draft: Draft) -> Done[Draft]:
    """Undo `drop_draft`."""
    again = msgspec.structs.replace(draft, updated_at=desk.clock.now())
    drafts.keep(desk.db, again)
    return Done(again, _changed(draft.id))


def _changed(draft_id: str) -> Changes:
    return Changes(kinds=frozenset((KIND,)), ids=frozenset((draft_id,)))
