"""A bug of ours at the command line: told, and never in the exception's own words."""

from __future__ import annotations

import subprocess
import sys

PROGRAM = """
import sys
from outreach_app import __main__
from outreach_app.cli import command

def broken(*_):
    raise ValueError("Maple-14 said that the lights are out")

command.run = broken
sys.exit(__main__.main())
"""


def test_a_bug_is_told_by_its_place_and_not_by_its_words() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout == ""
    assert "ValueError" in done.stderr
    assert "outreach_app/__main__.py" in done.stderr
    assert "Maple" not in done.stderr
