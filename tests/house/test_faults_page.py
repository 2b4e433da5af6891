"""The page of faults tells the truth: every number is there, and every test that it names exists."""

from __future__ import annotations

import re

from house.source import ROOT, tracked

ROWS = [line for line in (ROOT / "docs/faults.md").read_text(encoding="utf-8").splitlines() if "| F" in line]


def test_every_fault_has_its_row_and_a_test_or_a_reason():
    numbers = [int(number) for row in ROWS for number in re.findall(r"F(\d+)", row.split("|")[1])]
    assert numbers == list(range(1, 91))
    assert not [row for row in ROWS if "`" not in row and "later" not in row and " as F" not in row]


def test_every_test_that_the_page_of_faults_names_is_there():
    there = {
        name
        for path in tracked()
        if path.startswith("tests/") and path.endswith(".py")
        for name in re.findall(r"def (test_\w+)", (ROOT / path).read_text(encoding="utf-8"))
    }
    named = {name for row in ROWS for name in re.findall(r"`(test_\w+)`", row)}
    assert not named - there
