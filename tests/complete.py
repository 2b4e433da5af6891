"""The complete tests, group by group, each in a process of its own; a table at the end.

A group that fails does not stop the next: one run tells everything that is wrong. Groups keep kinds of
machinery apart (no Qt, real files, real servers, real windows), so that a crash names where it happened.
Run it as `make test` or `poe test-all`; name groups to run only those: `python tests/complete.py unit ui`.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


class Group(NamedTuple):
    """What is run together, and what of the machine it needs."""

    name: str
    what: str
    command: tuple[str, ...]


def _tests(name: str, what: str, *folders: str) -> Group:
    return Group(name, what, ("pytest", "-q", *(f"tests/{folder}" for folder in folders or (name,))))


GROUPS = (
    Group("format", "every file is in the house's format", ("ruff", "format", "--check", ".")),
    Group("lint", "ruff", ("ruff", "check", ".")),
    Group("types", "mypy, strict", ("mypy",)),
    _tests("house", "the rules of the house, import contracts among them"),
    _tests("unit", "pure rooms: no Qt, no disk"),
    _tests("store", "real SQLCipher files"),
    _tests("migrations", "files and databases of every release"),
    _tests("contract", "one contract, several makes: key rings, SQLite and PostgreSQL"),
    _tests("server", "real server processes on loopback"),
    _tests("sync", "laptops and a server, with faults"),
    _tests("cli", "the verbs, as a script uses them"),
    _tests("report", "summaries read back from PDF, XLSX, CSV and JSON"),
    _tests("ui", "windows, off screen"),
    _tests("journeys", "the whole program under a real display"),
)


class Outcome(NamedTuple):
    """One line of the table."""

    group: Group
    said: str
    seconds: float
    has_failed: bool


def run(group: Group) -> Outcome:
    """Run one group with its output shown, and remember its last word."""
    print(f"\n== {group.name}: {group.what}", flush=True)
    began = time.monotonic()
    process = subprocess.Popen(
        [str(BIN / group.command[0]), *group.command[1:]],
        cwd=ROOT,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        said = line.strip() or said
    code = process.wait()
    counted = re.search(r"(\d.*) in [\d.]+s", re.sub(r"\x1b\[[\d;]*m", "", said))
    said = counted[1] if counted else ("as it should be" if code == 0 else f"exit code {code}")
    return Outcome(group, said, time.monotonic() - began, has_failed=code != 0)


def chosen(names: list[str]) -> list[Group]:
    """The groups of that name, or every group whose folder is there."""
    unknown = set(names) - {group.name for group in GROUPS}
    if unknown:
        sys.exit(
            f"no such group: {', '.join(sorted(unknown))}; there are {', '.join(g.name for g in GROUPS)}"
        )
    return [
        group
        for group in GROUPS
        if (group.name in names or not names)
        and (group.command[0] != "pytest" or any((ROOT / "tests" / group.name).rglob("test_*.py")))
    ]


def main() -> int:
    """Run what was asked for; 0 when all of it passed."""
    outcomes = [run(group) for group in chosen(sys.argv[1:])]
    width = max(len(outcome.said) for outcome in outcomes)
    print("\nWhat ran:")
    for group, said, seconds, has_failed in outcomes:
        mark = "FAILED" if has_failed else "ok"
        print(f"  {group.name:<11} {said:<{width}}  {seconds:6.1f} s  {mark:<6}  {group.what}")
    print(f"  {'all of it':<11} {'':<{width}}  {sum(outcome.seconds for outcome in outcomes):6.1f} s")
    return 1 if any(outcome.has_failed for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
