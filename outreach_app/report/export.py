"""Writing a summary to a file: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from outreach_app.domain.trouble import Trouble
from outreach_app.report import render_csv, render_json, render_pdf, render_xlsx
from outreach_app.report.summary import Summary, Totals

FORMATS: dict[str, Callable[[Summary], bytes]] = {
    "pdf": render_pdf.render,
    "xlsx": render_xlsx.render,
    "csv": render_csv.render,
    "json": render_json.render,
}
"""How a summary becomes bytes, by the name of the format."""


def export(summary: Summary, form: str, out: Path) -> Totals:
    """Write the summary to `out` in one of `FORMATS` and return the totals it carries.

    It is written beside its place, flushed to the disk, and then takes the place, whatever stood there:
    a reader finds the old file or the new one, never half of one. Only the owner may read it.
    Raises Trouble `format-unknown`, and `export-not-written` where the folder or the disk refuses.
    """
    if form not in FORMATS:
        raise Trouble("format-unknown", format=form[:20], formats=", ".join(FORMATS))
    rendered = FORMATS[form](summary)
    try:
        _replace(out, rendered)
    except OSError as refused:
        raise Trouble("export-not-written", file=out.name, why=refused.strerror or "unknown") from refused
    return summary.totals


def _replace(out: Path, content: bytes) -> None:
    """Put the content in a new file of the same folder, then rename it over `out` (atomic, POSIX rename)."""
    handle, name = tempfile.mkstemp(dir=out.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, out)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
