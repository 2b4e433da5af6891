"""A half-written form of Today, kept at each pause and found again after a crash."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from outreach_app.domain.field import Json
from outreach_app.store.drafts import Draft, Place
from outreach_app.ui.editors import Setting
from outreach_app.ui.forms import Form
from outreach_app.ui.screen import Screen
from outreach_app.ui.screens.today_words import clock
from outreach_app.work import draft as drafts
from outreach_app.work.today import SCREEN

ASIDE = "aside"
"""The `place.screen` of a draft whose form was closed: it waits there and does not open by itself."""

_PAUSE_MS = 400
_FRESH = timedelta(hours=12)


def is_fresh(draft: Draft, now: datetime) -> bool:
    """Whether a draft is of this shift: yesterday's readiness says nothing about today."""
    return now - draft.updated_at < _FRESH


class Slip(QObject):
    """Keeps what `form` and `said()` hold under one id. There is one slip for each form of the screen.

    `begin(id)` when the form opens, `edited()` at each change, `finish()` when a verb has taken the draft
    with it. `is_open` says whether the form is in sight: only then does it open by itself next time.
    """

    def __init__(self, screen: Screen, form: Form, kind: str, said: Callable[[], Mapping[str, Json]]) -> None:
        super().__init__(screen)
        self._screen = screen
        self._form = form
        self._kind = kind
        self._said = said
        self.id = ""
        self.is_open = True
        self.is_kept = False
        self._record: str | None = None
        self._over: Callable[[], Mapping[str, Sequence[str]]] | None = None
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self.keep)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._on_application_focus_changed)

    def begin(
        self,
        draft_id: str,
        *,
        record: str | None = None,
        over: Callable[[], Mapping[str, Sequence[str]]] | None = None,
        is_kept: bool = False,
    ) -> None:
        """The form stands for this draft from now on."""
        self._pause.stop()
        self.id, self._record, self._over = draft_id, record, over
        self.is_kept = is_kept
        self.is_open = True

    def edited(self) -> None:
        """Something was changed: keep it at the next pause."""
        if self.id:
            self._pause.start()

    def finish(self) -> None:
        """The draft is gone: saved, or thrown away."""
        self._pause.stop()
        self.id, self.is_kept = "", False

    @Slot()
    def keep(self) -> None:
        """Keep it as it is now; a form that was emptied again leaves nothing behind."""
        self._pause.stop()
        if not self.id:
            return
        desk, values = self._screen.around.desk, dict(self._said())
        if not values:
            if self.is_kept:
                self.is_kept = False
                self._screen.change(partial(drafts.drop_draft, desk, self.id))
            return
        field, cursor = self._form.place()
        self.is_kept = True
        self._screen.change(
            partial(
                drafts.keep_draft,
                desk,
                self.id,
                self._kind,
                values,
                Place(screen=SCREEN if self.is_open else ASIDE, field=field, cursor=cursor),
                record=self._record,
                over=self._over() if self._over else None,
            ),
            self._on_kept,
        )

    def _on_kept(self, draft: Draft) -> None:
        shown = clock(Setting(self._screen.around.desk.clock), draft.updated_at)
        self._screen.around.host.set_saved(self.tr("Draft kept %1").replace("%1", shown))

    @Slot(QWidget, QWidget)
    def _on_application_focus_changed(self, before: QWidget | None, now: QWidget | None) -> None:
        if self.id and self.is_kept and isValid(self._form) and self._form.place()[0]:
            self._pause.start()  # the draft remembers the field one is in
