"""Summaries: pick a shift or a period, see the page as it will print, approve it, save it.

    host.show_screen("summaries").open_shift(shift_id)

The figures are counted on the store lane and the pages drawn on the render lane; what is shown is what
will be saved, from the same computation. Each file that leaves is written down with its reader.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QDir, Qt, QTimer, Slot
from PySide6.QtWidgets import QFileDialog, QVBoxLayout, QWidget

from outreach_app.report.editions import TEAM
from outreach_app.report.phrases import MONTHS, short_day, span
from outreach_app.ui.counted import counted
from outreach_app.ui.lanes import LaneName
from outreach_app.ui.look import Space
from outreach_app.ui.parts.announce import announce
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.columns import Columns
from outreach_app.ui.parts.empty import Empty
from outreach_app.ui.parts.page_view import PageFrame, PageView
from outreach_app.ui.parts.pill import Meaning
from outreach_app.ui.parts.segments import Segments
from outreach_app.ui.parts.text import Text
from outreach_app.ui.screen import Screen, ScreenEntry, Surroundings
from outreach_app.ui.screens import summaries_work as rooms
from outreach_app.ui.screens.summaries_days import OwnDays
from outreach_app.ui.screens.summaries_side import SummarySide
from outreach_app.ui.screens.summaries_work import Page, Span, Wanted
from outreach_app.ui.tables.row_list import Row, RowList
from outreach_app.work import shift as shifts
from outreach_app.work.shift_list import ShiftLine, ShiftList, Standing, list_shifts

if TYPE_CHECKING:
    from outreach_app.domain.kind import Record
    from outreach_app.domain.trouble import Trouble
    from outreach_app.report.summary import Summary

KEY = "summaries"
SHIFTS, PERIODS, OWN = "shifts", "periods", "own"

_OPEN_AFTER_MS = 90
"""So that walking down the list with an arrow key does not draw every page on the way."""
_PRINT_PPI = 220.0
_MEANINGS: dict[Standing, Meaning] = {
    "planned": "neutral",
    "out": "chosen",
    "with_pair": "waiting",
    "to_approve": "waiting",
    "approved": "safe",
    "cancelled": "neutral",
}
_KINDS = {
    "shift",
    "visit",
    "engagement",
    "referral",
    "referral_event",
    "handover_item",
    "check_in",
    "member",
    "hotspot",
    "team",
}


class SummariesScreen(Screen):
    """A list at the left, the page in the middle, what can be done with it at the right."""

    def __init__(self, around: Surroundings) -> None:
        super().__init__(around)
        self._list: ShiftList | None = None
        self._chosen: dict[str, str] = {}
        self._wanted: Wanted | None = None
        self._summary: Summary | None = None
        self._lines: dict[str, ShiftLine] = {}
        self._spans: dict[str, Span] = {}
        self._build()
        self._declare_keys()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(_OPEN_AFTER_MS)
        self._soon.timeout.connect(self._on_soon_timeout)
        self.listen(_KINDS)

    # --------------------------------------------------------------------------------------- layout

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self.columns = Columns()
        outer.addWidget(self.columns)
        self.columns.add(self._build_list(), width=284, order=0)
        self.columns.add(self._build_page(), stretch=1, order=1, least=430)
        self.side = SummarySide()
        self.side.save_asked.connect(self._on_save_asked)
        self.side.print_asked.connect(self._on_print_asked)
        self.side.edition_chosen.connect(self._on_edition_chosen)
        self.columns.add(self.side, width=248, order=2, does_join=True)

    def _build_list(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(Text(self.tr("Summaries"), "title"))
        self.about = Segments(
            [Choice(SHIFTS, self.tr("Shifts")), Choice(PERIODS, self.tr("Periods"))],
            name="summaries-about",
            label=self.tr("What to sum up"),
        )
        self.about.set_value(SHIFTS)
        self.about.chosen.connect(self._on_about_chosen)
        column.addWidget(self.about)
        self.list = RowList(name="summaries-list", label=self.tr("Shifts and periods"))
        self.list.setProperty("surface", "framed")
        self.list.setMinimumHeight(228)
        self.list.opens_on_click = False
        self.list.current_changed.connect(self._on_list_current_changed)
        self.list.opened.connect(self._on_list_opened)
        column.addWidget(self.list, 1)
        self.days = OwnDays()
        self.days.chosen.connect(self._on_days_chosen)
        self.days.hide()
        column.addWidget(self.days)
        return place

    def _build_page(self) -> QWidget:
        place = QWidget()
        column = QVBoxLayout(place)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.page = PageView(name="summaries-page", label=self.tr("The page as it will print"))
        self.page.resolution_wanted.connect(self._on_page_resolution_wanted)
        self.page.setMinimumHeight(460)
        self.page_frame = PageFrame(self.page)
        column.addWidget(self.page_frame, 1)
        self.empty = Empty(
            "file-text",
            self.tr("No shift yet"),
            self.tr("When a shift has been started, its summary stands here as it will print."),
        )
        self.empty.hide()
        column.addWidget(self.empty, 1)
        return place

    def _declare_keys(self) -> None:
        group = self.tr("Summaries")
        save = self.act(
            "summary-pdf", self.tr("Save as PDF"), "Ctrl+S", group, partial(self._on_save_asked, "pdf")
        )
        self.side.pdf.setToolTip(save.toolTip())
        printing = self.act("summary-print", self.tr("Print"), "Ctrl+P", group, self._on_print_asked)
        self.side.printing.setToolTip(printing.toolTip())
        for form, words in (("xlsx", "Excel"), ("csv", "CSV"), ("json", "JSON")):
            title = self.tr("Save as %1").replace("%1", words)
            self.act(f"summary-{form}", title, "", group, partial(self._on_save_asked, form))
        self.approve_action = self.act(
            "summary-approve",
            self.tr("Approve shift"),
            "Ctrl+Return",
            group,
            self._on_approve_triggered,
        )
        self.reopen_action = self.act(
            "summary-reopen", self.tr("Give back to the pair"), "", group, self._on_reopen_triggered
        )
        self.side.set_actions(self.approve_action, self.reopen_action)
        tell = self.around.actions.tell
        tell(group, self.tr("Scroll the page"), "Space")
        tell(group, self.tr("Nearer, further, as wide as the view"), "+ − 0")
        self.setTabOrder(self.about, self.list)
        self.setTabOrder(self.list, self.page)

    # --------------------------------------------------------------------------------------- reading

    def read_again(self) -> None:
        self.ask(partial(list_shifts, self.around.desk), self._show_list)

    def be_shown(self) -> None:
        self.list.setFocus(Qt.FocusReason.OtherFocusReason)

    def open_shift(self, shift_id: str) -> None:
        """Show this shift's summary."""
        self.about.set_value(SHIFTS)
        self._chosen[SHIFTS] = shift_id
        self._fill()

    def _show_list(self, seen: ShiftList) -> None:
        self._list = seen
        self._lines = {line.id: line for line in seen.lines}
        spans = [one for kind in ("week", "month", "quarter") for one in rooms.spans_of(seen.days, kind)]
        self._spans = {one.key: one for one in spans}
        self.days.set_last(seen.today)
        self._fill()

    def _fill(self) -> None:
        """The rows of what is summed up, and one of them chosen."""
        if self._list is None:
            return
        about = self.about.value() or SHIFTS
        if about == SHIFTS:
            rows = [self._shift_row(line) for line in self._list.lines]
        else:
            rows = [self._span_row(one) for one in self._spans.values()]
            if rows:
                rows.append(Row(OWN, self.tr("Own dates"), self.tr("from one day to another")))
        keys = [row.key for row in rows]
        chosen = self._chosen.get(about, "")
        if chosen not in keys:
            chosen = keys[0] if keys else ""
        self._chosen[about] = chosen
        self.list.set_rows(rows)
        if chosen:
            self.list.set_current(chosen)
        self._open_chosen()

    def _open_chosen(self) -> None:
        key = self._chosen.get(self.about.value() or SHIFTS, "")
        self.days.setVisible(key == OWN)
        self._open(self._wanted_of(key))

    def _shift_row(self, line: ShiftLine) -> Row:
        day = short_day(line.on) if line.on else self.tr("No date")
        pair = ", ".join(line.pair)
        who = self.tr("pair %1").replace("%1", line.pair_label) if line.pair_label else pair
        talks = self._talks(line.conversations)
        people = self._people(line.young_people)
        state = self._standing_words(line.standing)
        title = f"{day} · {who}"
        met = counted(line.young_people, self.tr("%1 person"), self.tr("%1 people"))
        under = f"{talks} · {met}"
        spoken = f"{day}, {pair}, {talks}, {people}, {state}"
        return Row(line.id, title, under, state, _MEANINGS[line.standing], spoken=spoken)

    def _talks(self, number: int) -> str:
        return counted(number, self.tr("%1 conversation"), self.tr("%1 conversations"))

    def _people(self, number: int) -> str:
        return counted(number, self.tr("%1 young person"), self.tr("%1 young people"))

    def _standing_words(self, standing: Standing) -> str:
        return {
            "planned": self.tr("planned"),
            "out": self.tr("out now"),
            "with_pair": self.tr("with the pair"),
            "to_approve": self.tr("to approve"),
            "approved": self.tr("approved"),
            "cancelled": self.tr("cancelled"),
        }[standing]

    def _span_row(self, one: Span) -> Row:
        if one.kind == "month":
            title = f"{MONTHS[one.since.month - 1]} {one.since.year}"
        elif one.kind == "quarter":
            first, last = MONTHS[one.since.month - 1], MONTHS[one.until.month - 1]
            title = f"{first} – {last} {one.until.year}"
        else:
            title = self._week_words(one)
        kind = {"week": self.tr("week"), "month": self.tr("month"), "quarter": self.tr("quarter")}[one.kind]
        return Row(one.key, title, counted(one.shift_days, self.tr("%1 shift"), self.tr("%1 shifts")), kind)

    def _week_words(self, one: Span) -> str:
        first, last = MONTHS[one.since.month - 1][:3], MONTHS[one.until.month - 1][:3]
        begin = f"{one.since.day}–" if first == last else f"{one.since.day} {first} – "
        return f"{begin}{one.until.day} {last} {one.until.year}"

    # --------------------------------------------------------------------------------------- opening

    def _wanted_of(self, key: str) -> Wanted | None:
        edition = self.side.edition() or TEAM.name
        if key == OWN:
            own = self.days.value()
            return Wanted("", own[0], own[1], edition) if own else None
        if key in self._spans:
            one = self._spans[key]
            return Wanted("", one.since, one.until, edition)
        return Wanted(key, None, None, edition) if key in self._lines else None

    def _open(self, wanted: Wanted | None) -> None:
        is_other = wanted != self._wanted
        self._wanted = wanted
        self._say_standing()
        has_shifts = bool(self._lines)
        for part in (self.about, self.list, self.side):
            part.setVisible(has_shifts)
        self.empty.setVisible(not has_shifts)
        self.page_frame.setVisible(has_shifts)
        if wanted is None:
            self._summary = None
            self.page.show_pages([], self.tr("The page as it will print"))
            self.side.show_nothing()
            return
        if is_other:
            self.page.begin_at_top()
        self.ask(partial(rooms.count, self.around.desk, wanted), partial(self._show_summary, wanted))

    def _show_summary(self, wanted: Wanted, summary: Summary) -> None:
        if wanted != self._wanted:
            return
        self._summary = summary
        self.side.show_summary(summary, rooms.doubts_of(summary))
        self._say_standing()
        self._draw(self.page.ppi)

    def _draw(self, ppi: float) -> None:
        if self._summary is None:
            return
        self.ask(
            partial(rooms.draw, self._summary, ppi),
            partial(self._show_pages, self._summary),
            lane=LaneName.RENDER,
        )

    def _show_pages(self, summary: Summary, pages: list[Page]) -> None:
        if summary is self._summary:
            self.page.show_pages([page.image for page in pages], self._spoken(summary))

    def _spoken(self, summary: Summary) -> str:
        """The page for those who hear it: what it is, and its first figures."""
        totals = summary.totals
        parts = (
            span(summary.since, summary.until),
            self._talks(totals.conversations),
            self._people(totals.young_people),
            counted(totals.full_referrals, self.tr("%1 full referral"), self.tr("%1 full referrals")),
            counted(
                totals.hotspot_minutes, self.tr("%1 minute in hotspots"), self.tr("%1 minutes in hotspots")
            ),
        )
        return ", ".join(parts)

    def _say_standing(self) -> None:
        line = self._lines.get(self._wanted.shift) if self._wanted and self._wanted.shift else None
        has_page = self._wanted is not None
        self.approve_action.setEnabled(line is not None and line.may_approve)
        self.reopen_action.setEnabled(line is not None and line.may_reopen)
        self.side.show_standing(line, is_lead=self.around.desk.role == "lead", has_page=has_page)

    @Slot(float)
    def _on_page_resolution_wanted(self, ppi: float) -> None:
        self._draw(ppi)

    @Slot(str)
    def _on_about_chosen(self, about: str) -> None:
        self._fill()

    @Slot()
    def _on_days_chosen(self) -> None:
        self._open_chosen()

    @Slot(str)
    def _on_edition_chosen(self, edition: str) -> None:
        self._open_chosen()

    @Slot(str)
    def _on_list_current_changed(self, key: str) -> None:
        about = self.about.value() or SHIFTS
        if self._chosen.get(about) != key:
            self._chosen[about] = key
            self._soon.start()

    @Slot(str)
    def _on_list_opened(self, key: str) -> None:
        if key == OWN:
            self.days.take_focus()
        else:
            self.page.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def _on_soon_timeout(self) -> None:
        self._open_chosen()

    # ------------------------------------------------------------------------------------- approving

    @Slot()
    def _on_approve_triggered(self) -> None:
        if self._wanted is not None:
            verb = partial(shifts.approve, self.around.desk, self._wanted.shift)
            self.change(verb, self._on_approved, button=self.side.approve)

    def _on_approved(self, shift: Record) -> None:
        self.around.host.show_success(self.tr("The shift is approved."))

    @Slot()
    def _on_reopen_triggered(self) -> None:
        if self._wanted is not None:
            verb = partial(shifts.reopen, self.around.desk, self._wanted.shift)
            self.change(verb, self._on_reopened, button=self.side.reopen)

    def _on_reopened(self, shift: Record) -> None:
        self.around.host.show_success(self.tr("The pair can change the shift and hand it in again."))

    # ---------------------------------------------------------------------------------------- saving

    @Slot(str)
    def _on_save_asked(self, form: str) -> None:
        if self._summary is not None:
            self.ask(partial(rooms.last_folder, self.around.desk), partial(self._ask_where, form))

    def _ask_where(self, form: str, folder: str) -> None:
        wanted, summary = self._wanted, self._summary
        if summary is None or wanted is None:
            return
        kinds = {
            "pdf": self.tr("PDF (*.pdf)"),
            "xlsx": self.tr("Excel workbook (*.xlsx)"),
            "csv": self.tr("CSV tables in one zip (*.zip)"),
            "json": self.tr("JSON (*.json)"),
        }
        start = folder if folder and Path(folder).is_dir() else QDir.homePath()
        dialog = QFileDialog(self.window(), self.tr("Save the summary"), start, kinds[form])
        dialog.setObjectName("summary-save")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("zip" if form == "csv" else form)
        dialog.selectFile(rooms.file_name(summary, form))
        dialog.fileSelected.connect(partial(self._save, wanted, form))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _save(self, wanted: Wanted, form: str, path: str) -> None:
        lanes = self.around.operations.lanes
        verb = partial(rooms.save, lanes, self.around.desk, wanted, form, Path(path))
        self.side.set_saving(is_saving=True)
        self.ask(verb, self._on_saved, trouble=self._on_not_saved, lane=LaneName.RENDER)

    def _on_saved(self, path: Path) -> None:
        self.side.set_saving(is_saving=False)
        words = self.tr("Saved as %1. The export is written down.").replace("%1", path.name)
        self.around.host.show_success(words)

    def _on_not_saved(self, trouble: Trouble) -> None:
        self.side.set_saving(is_saving=False)
        self.around.host.show_trouble(trouble)

    @Slot()
    def _on_print_asked(self) -> None:
        if self._summary is not None and self._wanted is not None:
            self.ask(
                partial(rooms.draw, self._summary, _PRINT_PPI),
                partial(self._print, self._wanted),
                lane=LaneName.RENDER,
                button=self.side.printing,
            )

    def _print(self, wanted: Wanted, pages: list[Page]) -> None:
        from outreach_app.ui.screens.paper import print_images

        print_images(self.window(), [page.image for page in pages], partial(self._note_print, wanted))

    def _note_print(self, wanted: Wanted) -> None:
        announce(self, self.tr("Printing. The print is written down."))
        self.ask(partial(rooms.note_print, self.around.desk, wanted), self._on_noted)

    def _on_noted(self, nothing: None) -> None:
        self.around.host.show_success(self.tr("Sent to the printer. The print is written down."))


SUMMARIES = ScreenEntry(
    KEY,
    str(QT_TRANSLATE_NOOP("Screen", "Summaries")),
    "chart-bar",
    2,
    SummariesScreen,
    frozenset({"worker", "lead", "dsl"}),
)
