"""The isolation that every other test leans on: what is kept out, and what noise fails."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]

NOISE = {
    "a log record": (
        "import logging\n\ndef test_it():\n    logging.getLogger('sync').warning('too late')\n",
        "WARNING sync: too late",
    ),
    "a warning of Python": (
        "import warnings\n\ndef test_it():\n    warnings.warn('old manners', DeprecationWarning)\n",
        "old manners",
    ),
    "a thread": (
        "import threading\n\ndef test_it():\n"
        "    threading.Thread(target=threading.Event().wait, args=[2.5], name='stray').start()\n",
        "threads left running: stray",
    ),
    "a file left open": (
        "import gc\n\ndef test_it(tmp_path):\n    (tmp_path / 'x').open('wb')\n    gc.collect()\n",
        "ResourceWarning",
    ),
    "a message of Qt": (
        "from PySide6.QtCore import qWarning\n\ndef test_it(qapp):\n    qWarning('no painter is active')\n",
        "no painter is active",
    ),
    "a window": (
        "from PySide6.QtWidgets import QWidget\nkept = []\n\ndef test_it(qapp):\n"
        "    kept.append(QWidget())\n    kept[0].setObjectName('forgotten')\n    kept[0].show()\n",
        "windows left open: QWidget('forgotten')",
    ),
    "a timer": (
        "from PySide6.QtCore import QTimer\nkept = []\n\ndef test_it(qapp):\n"
        "    kept.append(QTimer())\n    kept[0].start(700)\n",
        "timers left running: no parent, every 700 ms",
    ),
    "an exception in a slot": (
        "from PySide6.QtCore import QTimer\n\ndef test_it(qapp):\n"
        "    QTimer.singleShot(0, explode)\n    qapp.processEvents()\n\n"
        "def explode():\n    raise ArithmeticError('out of a slot')\n",
        "out of a slot",
    ),
}


def test_a_test_lives_in_a_home_of_its_own(home):
    assert Path.home() == home
    assert os.environ["XDG_DATA_HOME"].startswith(str(home))
    assert os.environ["OUTREACH_RING"] == "none"


def test_no_test_can_reach_another_machine():
    with socket.socket() as door, pytest.raises(AssertionError, match="tried to connect to"):
        door.connect(("192.0.2.1", 80))
    with pytest.raises(AssertionError, match="tried to look up"):
        socket.create_connection(("example.org", 80), timeout=1)


def test_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_the_clock_stands_until_it_is_moved(clock):
    before = clock.now()
    assert clock.now() == before
    assert (clock.advance(minutes=90) - before).total_seconds() == 5400
    assert clock.zone_minutes(before) == 0
    assert clock.zone_minutes(before.replace(month=7)) == 60


def test_ids_and_randomness_never_repeat(ids, randomness):
    assert len({ids() for _ in range(1000)}) == 1000
    assert len({randomness(16) for _ in range(1000)}) == 1000
    assert len(randomness(31)) == 31


def test_a_real_display_can_be_had(display):
    told = subprocess.run(
        ["xdotool", "getdisplaygeometry"],
        env={**os.environ, "DISPLAY": display},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert told.stdout.split() == ["1366", "768"]


@given(st.binary())
def test_property_tests_run_inside_the_isolation(anything):
    assert bytes(anything) == anything


def test_each_kind_of_noise_fails_the_test_that_made_it(tmp_path):
    """One inner run over all kinds: every one of them fails, and says why."""
    for number, (source, _) in enumerate(NOISE.values()):
        (tmp_path / f"test_noise_{number}.py").write_text(source, encoding="utf-8")
    quiet = ["-q", "-p", "no:randomly", "-p", "no:cacheprovider", "-p", "house_isolation"]
    inner = subprocess.run(
        [sys.executable, "-m", "pytest", *quiet, "-c", ROOT / "pyproject.toml", "--rootdir", ROOT, tmp_path],
        env={**os.environ, "PYTHONPATH": f"{_conftest_as_plugin(tmp_path)}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    for number, (kind, (_, complaint)) in enumerate(NOISE.items()):
        assert complaint in inner.stdout, f"{kind} was not named:\n{inner.stdout}"
        assert re.search(rf"^(FAILED|ERROR) \S*test_noise_{number}\.py", inner.stdout, re.MULTILINE), (
            f"{kind} went unnoticed:\n{inner.stdout}"
        )


def _conftest_as_plugin(folder: Path) -> Path:
    """Tests outside the tree see no conftest of it, so it is given to them as a plugin."""
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / "house_isolation.py").symlink_to(ROOT / "tests/conftest.py")
    return plugins
