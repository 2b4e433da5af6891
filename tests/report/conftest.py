"""A notebook over a real encrypted file, the evening of 24 November, and its summary."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from report.street import Notebook, at, evening, open_notebook

from outreach_app.report.shift_summary import compute
from outreach_app.report.summary import Arrivals, Summary

LEICESTER = ZoneInfo("Europe/London")
NEXT_MORNING = at("08:41") + timedelta(days=1)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Notebook]:
    """A team without a shift."""
    notebook = open_notebook(tmp_path)
    notebook.team()
    yield notebook
    notebook.database.close()


@pytest.fixture
def shift(book: Notebook) -> str:
    """The shift of 24 November."""
    return evening(book)


@pytest.fixture
def sum_up(book: Notebook) -> Callable[..., Summary]:
    """Sums up shifts as Lee sees them the next morning."""

    def of(*shifts: str, **more: object) -> Summary:
        given = {
            "at": NEXT_MORNING,
            "zone": LEICESTER,
            "made_by": "Lee",
            "arrivals": Arrivals(waiting=0, missing=0, parked=0),
        }
        return compute(book.records, shifts, **(given | more))  # type: ignore[arg-type]

    return of


@pytest.fixture
def summary(shift: str, sum_up: Callable[..., Summary]) -> Summary:
    """The summary of that shift, as the demonstration would show it."""
    return sum_up(shift, is_example=True)
