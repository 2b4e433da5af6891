"""Counting, laying out and saving a summary, for the lanes: no Qt widgets, heavy imports inside.

Counting reads records on the store lane; pages and files are made on the render lane, which may wait for
the store. Nothing is written anywhere but where the person said.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from PySide6.QtGui import QImage

from outreach_app.report.editions import EDITIONS
from outreach_app.ui.lanes import LaneName, Lanes

if TYPE_CHECKING:
    from outreach_app.report.summary import Summary
    from outreach_app.work.desk import Desk

T = TypeVar("T")

_ROOM, _FOLDER = "settings", "export-folder"
_SUFFIX = {"pdf": "pdf", "xlsx": "xlsx", "csv": "csv.zip", "json": "json"}


class Wanted(NamedTuple):
    """Which summary: of one shift, or of the days from `since` to `until`, for the reader of an edition."""

    shift: str
    since: date | None
    until: date | None
    edition: str

    @property
    def about(self) -> str:
        """What the audit says it is about: an id or days, never a name."""
        return self.shift or f"{self.since}/{self.until}"


class Page(NamedTuple):
    """A page as it will print, drawn at so many dots per inch."""

    image: QImage
    ppi: float


def count(desk: Desk, wanted: Wanted) -> Summary:
    """Count it, on the store lane. Raises Trouble `shift-unknown`, `shift-voided`, `period-backwards`."""
    from outreach_app.domain.wall_clock import WallClock
    from outreach_app.report import shift_summary
    from outreach_app.report.arriving import arrivals
    from outreach_app.report.reading import Period

    period = Period(wanted.since, wanted.until) if wanted.since and wanted.until else None
    shifts = [wanted.shift] if period is None else shift_summary.shifts_between(desk.records, period)
    return shift_summary.compute(
        desk.records,
        shifts,
        at=desk.now(),
        zone=WallClock(desk.clock),
        period=period,
        edition=EDITIONS[wanted.edition],
        arrivals=arrivals(desk.db),
        made_by=desk.membership.name,
        is_example=desk.membership.is_example,
    )


def draw(summary: Summary, ppi: float) -> list[Page]:
    """Its pages, on the render lane."""
    from outreach_app.report import render_pdf

    return [Page(QImage.fromData(png), ppi) for png in render_pdf.render_pages(summary, ppi)]


def doubts_of(summary: Summary) -> list[str]:
    """What may still change the figures, a sentence for each."""
    from outreach_app.report.page import doubts

    return doubts(summary.completeness)


def save(lanes: Lanes, desk: Desk, wanted: Wanted, form: str, out: Path) -> Path:
    """Count anew, write the file, note the export, remember the folder; on the render lane.

    Raises Trouble `export-not-written` and those of `count`.
    """
    from outreach_app.report import export

    export.export(_on_store(lanes, lambda: count(desk, wanted)), form, out)
    _on_store(lanes, lambda: _note(desk, wanted, form, out.parent))
    return out


def note_print(desk: Desk, wanted: Wanted) -> None:
    """A page on paper leaves too; on the store lane."""
    _note(desk, wanted, "print", None)


def _note(desk: Desk, wanted: Wanted, form: str, folder: Path | None) -> None:
    from outreach_app.store import audit, book

    with desk.db.atomic():
        what = f"export-{wanted.edition}-{form}"
        audit.note(desk.db, what, at=desk.now(), who=desk.me, about=wanted.about)
        if folder is not None:
            book.put(desk.db, _ROOM, _FOLDER, str(folder).encode())


def last_folder(desk: Desk) -> str:
    """Where the last file was saved, on the store lane; empty before the first."""
    from outreach_app.store import book

    kept = book.get(desk.db, _ROOM, _FOLDER)
    return kept.decode() if kept else ""


def file_name(summary: Summary, form: str) -> str:
    """What a file would be called: days and the edition, nobody's name."""
    if summary.scope == "shift":
        days = f"shift-{summary.since.isoformat()}"
        label = summary.shifts[0].pair_label if summary.shifts else ""
        days += f"-{label.lower()}" if label.isalnum() else ""
    else:
        days = f"summary-{summary.since.isoformat()}-to-{summary.until.isoformat()}"
    return f"{days}-{summary.edition}.{_SUFFIX[form]}"


def _on_store(lanes: Lanes, verb: Callable[[], T]) -> T:
    return lanes[LaneName.STORE].submit(verb).result()


# ------------------------------------------------------------------------------------------- periods


class Span(NamedTuple):
    """Days from `since` to `until` that hold shifts. `kind` is week, month or quarter."""

    kind: str
    since: date
    until: date
    shift_days: int

    @property
    def key(self) -> str:
        """Which one, for a list."""
        return f"{self.kind}:{self.since.isoformat()}"


def spans_of(days: tuple[date, ...], kind: str) -> list[Span]:
    """Every week (Monday to Sunday), month or quarter with a shift in it, newest first."""
    bounds = {"week": _week, "month": _month, "quarter": _quarter}[kind]
    counted: dict[tuple[date, date], int] = {}
    for day in days:
        counted[bounds(day)] = counted.get(bounds(day), 0) + 1
    return [Span(kind, since, until, counted[since, until]) for since, until in sorted(counted, reverse=True)]


def _week(day: date) -> tuple[date, date]:
    monday = day - timedelta(days=day.weekday())
    return monday, monday + timedelta(days=6)


def _month(day: date) -> tuple[date, date]:
    return day.replace(day=1), _next_month(day) - timedelta(days=1)


def _quarter(day: date) -> tuple[date, date]:
    first = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    last = _next_month(first.replace(month=first.month + 2)) - timedelta(days=1)
    return first, last


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
