"""How the Log screen says an answer, an engagement, a draft: short, and in the declaration's words."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject

from outreach_app.domain import field as fields
from outreach_app.domain.field import Json
from outreach_app.domain.kind import Kind
from outreach_app.store.drafts import Draft
from outreach_app.ui.editors import Setting, label_of
from outreach_app.ui.tables.row_list import Row

_LONGEST = 80


class Wording(QObject):
    """Knows the kind's words and, through `setting`, what other records are called."""

    def __init__(self, kind: Kind, setting: Setting, parent: QObject) -> None:
        super().__init__(parent)
        self._kind = kind
        self._setting = setting

    def answer(self, name: str, value: Json) -> str:
        """One answer; a long one is cut."""
        if value is None:
            return self.tr("no answer")
        declared = self._kind.fields[name]
        known = {choice.code: choice.words for offers in self._setting.options.values() for choice in offers}
        targets = [target for _, target in declared.references(value)]
        words = ", ".join(known.get(target, "…") for target in targets) if targets else declared.show(value)
        return words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1].rstrip()}…"

    def engagement(self, values: Mapping[str, Json]) -> str:
        """An engagement in a few words: "4 young people, talked"."""
        count = values.get("headcount")
        if count == 1:
            people = self.tr("one young person")
        elif isinstance(count, int):
            people = self.tr("%1 young people").replace("%1", str(count))
        else:
            people = self.tr("nobody counted yet")
        depth, value = self._kind.fields["depth"], values.get("depth")
        if value is None or not isinstance(depth, fields.Choice):
            return people
        return f"{people}, {label_of(depth.codes, value)}"

    def draft(self, draft: Draft) -> Row:
        """A draft as a row of the list."""
        kept, today = self._setting.on_wall(draft.updated_at), self._setting.now_on_wall().date()
        when = f"{kept:%H:%M}" if kept.date() == today else f"{kept:%a} {kept.day} {kept:%b}"
        if draft.record is not None:
            labels = [self._kind.fields[name].label for name in draft.values if name in self._kind.fields]
            return Row(draft.id, self.tr("An amendment"), ", ".join(labels), right=when)
        title = self.engagement(draft.values)
        place = draft.values.get("hotspot")
        under = self.answer("hotspot", place) if place else self.tr("Between hotspots")
        return Row(draft.id, title[:1].upper() + title[1:], under, right=when)
