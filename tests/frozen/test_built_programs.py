"""The built programs, as somebody receives them: no Python, no checkout, another home.

`poe build` makes them first and then runs this. Without a build there is nothing to look at.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

DIST = Path(__file__).resolve().parents[2] / "dist"
SUFFIX = ".exe" if sys.platform == "win32" else ""
PROGRAM = DIST / "outreach" / f"outreach{SUFFIX}"
SERVER = DIST / "outreach-server" / f"outreach-server{SUFFIX}"

pytestmark = pytest.mark.skipif(not PROGRAM.exists(), reason="nothing is built: `poe build` builds and looks")


def _run(program, *words, **more):
    """Run it as a stranger's machine would: with no path to our Python."""
    surroundings = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [program, *map(str, words)],
        env={**surroundings, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=280,
        **more,
    )


def test_the_desktop_program_says_what_a_record_is_made_of():
    told = _run(PROGRAM, "schema", "engagement", "--json")
    assert told.returncode == 0, told.stderr
    assert {"headcount", "depth"} <= set(json.loads(told.stdout)["properties"])


def test_the_example_week_runs_in_the_built_program(tmp_path):
    """Encrypted file, sealed batches, a server process, typst: all of it frozen, none of it from here."""
    told = _run(PROGRAM, "demo", "--no-window", "--dir", tmp_path / "demo", "--json")
    assert told.returncode == 0, told.stderr
    files = [Path(file) for file in json.loads(told.stdout)["files"]]
    assert {".pdf", ".xlsx", ".json"} <= {file.suffix for file in files}
    assert all(file.stat().st_size > 0 for file in files)


def test_the_server_runs_alone_and_carries_no_desktop(tmp_path):
    for words in (["init"], ["team-token", "--json"]):
        told = _run(SERVER, *words, "--data", tmp_path / "data")
        assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["token"]
    carried = {path.name for path in SERVER.parent.rglob("*")}
    assert not {"PySide6", "keyring", "sqlcipher3", "typst"} & carried


def test_the_licences_that_travel_with_it_are_there():
    carried = {path.name for path in PROGRAM.parent.rglob("*") if path.is_file()}
    assert "LICENSE" in carried


def test_the_window_opens(display, home):
    surroundings = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    process = subprocess.Popen(
        [PROGRAM, "--profile", home / "profile"],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    looking = ["timeout", "60", "xdotool", "search", "--sync", "--onlyvisible", "--name", "^Outreach$"]
    found = subprocess.run(looking, env=surroundings, capture_output=True, text=True, timeout=90)
    process.terminate()
    said = process.communicate(timeout=30)[0]
    assert found.stdout.split(), f"no window appeared; the program said: {said}"
    assert "Traceback" not in said
