"""Half-written forms: kept at every pause, local to this laptop, dropped by the save that finishes them."""

from __future__ import annotations

from datetime import datetime

import msgspec

from outreach_app.domain.field import Json
from outreach_app.domain.ids import to_millis
from outreach_app.store.database import Database


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where the person was: screen, focused field, cursor in its text."""

    screen: str
    field: str = ""
    cursor: int = 0


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What a form held at its last pause.

    `record` is the record it amends; None when it begins one. `over` names, by field, the answers that
    were on screen when the form opened, so that nothing which arrives meanwhile is overwritten unseen.
    """

    id: str
    kind: str
    values: dict[str, Json]
    place: Place
    updated_at: datetime
    record: str | None = None
    over: dict[str, list[str]] = {}


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Draft)


def keep(database: Database, draft: Draft) -> None:
    """Write a draft, over the one of the same id."""
    database.execute(
        "insert into draft (id, body, updated_at) values (?, ?, ?)"
        " on conflict (id) do update set body = excluded.body, updated_at = excluded.updated_at",
        (draft.id, _encoder.encode(draft), to_millis(draft.updated_at)),
    )


def get(database: Database, draft_id: str) -> Draft | None:
    """A draft by its id."""
    body = database.value("select body from draft where id = ?", (draft_id,))
    return None if body is None else _decoder.decode(body)


def all(database: Database) -> list[Draft]:
    """Every draft, the one touched last first."""
    rows = database.rows("select body from draft order by updated_at desc, id")
    return [_decoder.decode(body) for (body,) in rows]


def drop(database: Database, draft_id: str) -> bool:
    """Forget a draft; whether there was one."""
    return database.execute("delete from draft where id = ?", (draft_id,)) > 0
