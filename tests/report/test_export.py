"""An export: a whole file in its place, or nothing changed."""

from __future__ import annotations

import io
import json
import resource
import signal
import stat
import zipfile
from pathlib import Path

import pytest

from outreach_app.domain.trouble import Trouble
from outreach_app.report.export import FORMATS, export
from outreach_app.report.summary import Summary


@pytest.mark.parametrize(
    ("form", "begins"), [("pdf", b"%PDF-1.7"), ("xlsx", b"PK"), ("csv", b"PK"), ("json", b"{\n")]
)
def test_each_format_is_written_and_its_totals_returned(
    summary: Summary, tmp_path: Path, form: str, begins: bytes
) -> None:
    out = tmp_path / f"summary.{form}"
    assert export(summary, form, out) == summary.totals
    assert out.read_bytes().startswith(begins)
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert [path for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_new_export_takes_the_place_of_the_old_one(summary: Summary, tmp_path: Path) -> None:
    out = tmp_path / "summary.json"
    out.write_text("yesterday's")
    export(summary, "json", out)
    assert json.loads(out.read_bytes())["totals"]["conversations"] == 11


def test_a_full_disk_leaves_the_old_file_and_no_half_of_a_new_one(summary: Summary, tmp_path: Path) -> None:
    """A limit on file size stands for the disk: writing stops in the middle, as it does when one is full."""
    out = tmp_path / "summary.json"
    out.write_text("yesterday's")
    before = sorted(path.name for path in tmp_path.iterdir())
    quiet = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))
    try:
        with pytest.raises(Trouble, match="export-not-written") as caught:
            export(summary, "json", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, quiet)
    assert caught.value.facts == {"file": "summary.json", "why": "File too large"}
    assert out.read_text() == "yesterday's"
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_folder_that_is_not_there_is_told_with_the_files_name_only(
    summary: Summary, tmp_path: Path
) -> None:
    with pytest.raises(Trouble, match="export-not-written") as caught:
        export(summary, "json", tmp_path / "missing" / "summary.json")
    assert caught.value.facts == {"file": "summary.json", "why": "No such file or directory"}


def test_a_folder_in_the_way_is_told_and_left_alone(summary: Summary, tmp_path: Path) -> None:
    (tmp_path / "summary.json").mkdir()
    with pytest.raises(Trouble, match="export-not-written"):
        export(summary, "json", tmp_path / "summary.json")
    assert [path.name for path in tmp_path.glob("*.part")] + [path.name for path in tmp_path.glob(".*")] == []


def test_a_format_that_is_none_is_told_before_anything_is_written(summary: Summary, tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="format-unknown") as caught:
        export(summary, "docx", tmp_path / "summary.docx")
    assert caught.value.facts == {"format": "docx", "formats": "pdf, xlsx, csv, json"}
    assert not (tmp_path / "summary.docx").exists()


def test_the_json_is_for_programs(summary: Summary) -> None:
    document = json.loads(FORMATS["json"](summary))
    assert (document["format"], document["notice"]) == ("outreach-summary/1", "Example data – fictitious")
    assert document["shifts"][0]["started_at"] == "2026-11-24T14:02:00Z"
    assert document["hotspots"][0]["name"] == "Clock Tower"
    assert document["trail"]["fingerprint"] == summary.trail.fingerprint


def test_nothing_heavy_is_loaded_until_something_is_rendered() -> None:
    import subprocess
    import sys

    heavy = "import sys, outreach_app.report.export; print({'typst', 'xlsxwriter'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", heavy], capture_output=True, check=True, text=True)
    assert done.stdout.strip() == "set()"


def test_a_workbook_and_an_archive_are_whole_files(summary: Summary) -> None:
    for form in ("xlsx", "csv"):
        assert zipfile.ZipFile(io.BytesIO(FORMATS[form](summary))).testzip() is None
