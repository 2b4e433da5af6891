"""A record under somebody's hands: what was on screen, what they changed, what arrived meanwhile.

Pure: no file, no window. A form holds one of these while it amends a record, tells it what the form says
now, and gets back what to save and over which answers. PROTOCOL 3: `over` names the answers that were on
screen, so that whatever arrived since stays visible as a conflict instead of being overwritten unseen.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from outreach_app.domain.field import Json
from outreach_app.domain.kind import Record
from outreach_app.store.drafts import Draft


class Standing(NamedTuple):
    """One standing answer to a field: its operation, its value, who gave it."""

    op: str
    value: Json
    by: str
    is_mine: bool


class Opened(NamedTuple):
    """A record as it stands, with every answer that stands on each field, newest first."""

    record: Record
    standing: Mapping[str, tuple[Standing, ...]]


class Said(NamedTuple):
    """What an amendment would save: changed fields (None clears one), and the answers they go over."""

    values: dict[str, Json]
    over: dict[str, list[str]]


class Amendment:
    """Begins with what is opened, and with the draft that was left of it, if any.

    `now` is always every answer of the form. Of a field on which two answers stand only the shown one
    counts as seen, until `settle`.
    """

    def __init__(self, opened: Opened, fields: Iterable[str], draft: Draft | None = None) -> None:
        self.record = opened.record
        self._fields = tuple(fields)
        self._standing = opened.standing
        self._base = dict(opened.record.values)
        self._over = {field: self._shown(field) for field in self._fields}
        self._settled: set[str] = set()
        self.begins_with = dict(opened.record.values)
        """What the form shows first: the record, and over it what the draft had changed."""
        if draft is not None:
            self.begins_with.update(draft.values)
            self._over.update({field: list(ops) for field, ops in draft.over.items()})
            self._settled = {field for field, value in draft.values.items() if value == self._base.get(field)}

    def changed(self, now: Mapping[str, Json]) -> list[str]:
        """Fields whose answer is another than the one that was on screen, or was chosen knowingly."""
        return [
            field
            for field in self._fields
            if field in self._settled or now.get(field) != self._base.get(field)
        ]

    def said(self, now: Mapping[str, Json]) -> Said:
        """What to save, or to keep as the draft."""
        changed = self.changed(now)
        return Said(
            {field: now.get(field) for field in changed},
            {field: list(self._over[field]) for field in changed},
        )

    def take(self, opened: Opened, now: Mapping[str, Json]) -> dict[str, Json]:
        """The record has changed under the form: the untouched fields that should follow, and their answers.

        A touched field keeps what was typed; what arrived on it turns up in `unseen`.
        """
        mine = set(self.changed(now))
        before = self._standing
        self.record, self._standing = opened.record, opened.standing
        follow = {}
        for field in self._fields:
            if field in mine or opened.standing.get(field, ()) == before.get(field, ()):
                continue
            value = opened.record.values.get(field)
            if value != self._base.get(field):
                follow[field] = value
            self._base[field] = value
            self._over[field] = self._shown(field)
        return follow

    def unseen(self, field: str, now: Mapping[str, Json]) -> Sequence[Standing]:
        """Answers to a field that differ from the form's and were not on screen when it was changed."""
        seen = set(self._over[field])
        return [
            one for one in self._standing.get(field, ()) if one.op not in seen and one.value != now.get(field)
        ]

    def settle(self, field: str) -> None:
        """The person has seen every answer to this field and chosen: the form's goes over them all."""
        self._over[field] = [one.op for one in self._standing.get(field, ())]
        self._settled.add(field)

    def _shown(self, field: str) -> list[str]:
        shown = self.record.values.get(field)
        return [one.op for one in self._standing.get(field, ()) if one.value == shown]
