"""A command imports the rooms it needs and no others: a script that lists records waits for no printer."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from cli.conftest import Terminal

HEAVY = ("PySide6", "requests", "typst", "xlsxwriter", "fastapi", "sqlalchemy", "keyring", "segno")


def imported(terminal: Terminal, *words: str) -> set[str]:
    """Which of the heavy packages a command has imported when it ends."""
    program = (
        "import json, sys\n"
        "from outreach_app.__main__ import main\n"
        f"sys.argv = ['outreach', *json.loads({json.dumps(json.dumps(words))})]\n"
        "code = main()\n"
        "assert code == 0, code\n"
        "print()\n"
        "print(json.dumps(sorted(name for name in sys.modules if '.' not in name)))\n"
    )
    options = ["--profile", str(terminal.profile), "--passphrase-file", str(terminal.passphrase_file)]
    done = subprocess.run(
        [sys.executable, "-c", program.replace("*json.loads", f"*{options!r}, *json.loads")],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(HEAVY) & set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "words",
    [
        ("help",),
        ("schema", "engagement"),
        ("list", "engagement"),
        ("search", "words"),
        ("void", "hotspot", "HOTSPOT", "--reason", "a test"),
    ],
)
def test_a_command_about_records_imports_neither_window_nor_network_nor_printer(
    locked: Terminal, words: tuple[str, ...]
):
    hotspot = locked.record("hotspot", name="Place")
    assert imported(locked, *(word.replace("HOTSPOT", hotspot) for word in words)) == set()


def test_exactly_one_document_is_printed(locked: Terminal):
    done = subprocess.run(
        [sys.executable, "-m", "outreach_app", "--json", "list", "team"],
        env={
            **os.environ,
            "OUTREACH_PROFILE": str(locked.profile),
            "OUTREACH_PASSPHRASE_FILE": str(locked.passphrase_file),
        },
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout)[0]["kind"] == "team"


def test_a_reader_that_stops_reading_is_no_error(locked: Terminal):
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "outreach_app", "help"], stdout=writing, stderr=subprocess.PIPE
    )
    os.close(writing)
    os.close(reading)
    _, complaint = process.communicate(timeout=60)
    assert complaint == b""


def test_without_a_display_the_window_is_a_trouble_in_words():
    no_screen = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    done = subprocess.run(
        [sys.executable, "-m", "outreach_app"],
        env={name: value for name, value in os.environ.items() if name not in no_screen},
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, b"")
    assert done.stderr.startswith(b"display-missing: ")
    assert done.stderr.count(b"\n") == 1
