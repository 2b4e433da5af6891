"""Isolation for every test: a home of its own, loopback only, no key ring, and no noise.

What fails a test that otherwise passes: a Python warning, a log record at WARNING or above that the
test did not clear with `caplog.clear()`, a message of Qt, a thread left running, and, where Qt is used,
a timer or a top-level window left behind.
"""

from __future__ import annotations

import gc
import ipaddress
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes.chance import Ids, Randomness
from fakes.clock import Clock
from hypothesis import settings

FONT = "DejaVu Sans"
"""Photographs and clipped-text tests are made with this one, whatever else is installed."""

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["QT_ACCESSIBILITY"] = "1"

# Two shared cores make wall-clock deadlines a source of chance; pytest-timeout catches what hangs.
settings.register_profile("house", deadline=None, print_blob=True)
settings.load_profile("house")


# ------------------------------------------------------------------------------------ the world outside


class LeftLoopback(AssertionError):
    """A test tried to reach a machine other than this one."""


def _stays_here(address: object) -> bool:
    if not isinstance(address, tuple):
        return True  # a Unix socket
    host = str(address[0])
    if host in {"", "localhost"}:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Every socket of this process connects to loopback or not at all; no name is looked up outside."""
    patch = pytest.MonkeyPatch()

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def connect(self: socket.socket, address: object) -> Any:
            if not _stays_here(address):
                raise LeftLoopback(f"a test tried to connect to {address!r}")
            return real(self, address)

        return connect

    real_lookup = socket.getaddrinfo

    def lookup(host: Any, *rest: Any, **named: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name is not None and not _stays_here((name, 0)):
            raise LeftLoopback(f"a test tried to look up {name!r}")
        return real_lookup(host, *rest, **named)

    patch.setattr(socket.socket, "connect", guarded(socket.socket.connect))
    patch.setattr(socket.socket, "connect_ex", guarded(socket.socket.connect_ex))
    patch.setattr(socket, "getaddrinfo", lookup)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home folder of this test's own; every XDG folder lies inside it, and there is no key ring."""
    here = tmp_path_factory.mktemp("home")
    patch = pytest.MonkeyPatch()
    patch.setenv("HOME", str(here))
    patch.setenv("XDG_DATA_HOME", str(here / ".local/share"))
    patch.setenv("XDG_CONFIG_HOME", str(here / ".config"))
    patch.setenv("XDG_CACHE_HOME", str(here / ".cache"))
    patch.setenv("XDG_STATE_HOME", str(here / ".local/state"))
    runtime = here / "runtime"
    runtime.mkdir(mode=0o700)
    patch.setenv("XDG_RUNTIME_DIR", str(runtime))
    for name in ("OUTREACH_PROFILE", "OUTREACH_PASSPHRASE_FILE", "DBUS_SESSION_BUS_ADDRESS"):
        patch.delenv(name, raising=False)
    if request.node.get_closest_marker("real_ring") is None:
        patch.setenv("OUTREACH_RING", "none")
    yield here
    patch.undo()


@pytest.fixture(scope="session")
def display(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real X display with a window manager, for programs that are driven from outside: `":N"`."""
    for program in ("Xvfb", "openbox"):
        assert shutil.which(program), f"{program} is missing: `make setup` says how to install it"
    log = tmp_path_factory.mktemp("display") / "log"
    reading, writing = os.pipe()
    with log.open("wb") as noise:
        server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1366x768x24", "-nolisten", "tcp"],
            pass_fds=[writing],
            stdout=noise,
            stderr=noise,
        )
        os.close(writing)
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        assert number, f"Xvfb did not start: {log.read_text()}"
        name = f":{number}"
        manager = subprocess.Popen(
            ["openbox", "--sm-disable"],
            env={**os.environ, "DISPLAY": name},
            stdout=noise,
            stderr=noise,
        )
        yield name
        for process in (manager, server):
            process.terminate()
            process.wait(timeout=10)


# -------------------------------------------------------------------------------------- what is given in


@pytest.fixture
def clock() -> Clock:
    """Tuesday 24 November 2026, 14:00 UTC, until the test moves it."""
    return Clock()


@pytest.fixture
def ids() -> Ids:
    """New ids, the same in every run."""
    return Ids()


@pytest.fixture
def randomness() -> Randomness:
    """Random bytes, the same in every run."""
    return Randomness()


# ------------------------------------------------------------------------------------------------- noise


@pytest.fixture(autouse=True)
def _no_log_noise(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A record at WARNING or above fails the test, unless the test looked at it and cleared it."""
    yield
    noise = [
        f"{record.levelname} {record.name}: {record.getMessage()}"
        for phase in ("setup", "call")
        for record in caplog.get_records(phase)  # type: ignore[arg-type]
        if record.levelno >= logging.WARNING
    ]
    if noise:
        pytest.fail("logged and not expected:\n  " + "\n  ".join(noise), pytrace=False)


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Whoever starts a thread ends it."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before and not thread.daemon]
    for thread in left:
        thread.join(timeout=2)
    running = [thread.name for thread in left if thread.is_alive()]
    if running:
        pytest.fail(f"threads left running: {', '.join(running)}", pytrace=False)


# ---------------------------------------------------------------------------------------------------- Qt


@pytest.fixture(autouse=True)
def _tidy_window(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where Qt is used: the font is there, cyclic garbage waits for the end, nothing is left behind.

    Python's cyclic collector destroys QObjects in whatever thread happens to allocate, so it stands
    still while the test runs and works once afterwards, in this thread.
    """
    if "qapp" not in request.fixturenames:
        yield
        return
    application = request.getfixturevalue("qapp")
    request.getfixturevalue("_pinned_font")
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    def active_timers() -> dict[int, QTimer]:
        return {
            id(thing): thing
            for thing in gc.get_objects()
            if isinstance(thing, QTimer)
            and isValid(thing)
            and thing.isActive()
            and thing.parent() is not application
        }

    windows_before = {id(widget) for widget in QApplication.topLevelWidgets()}
    timers_before = set(active_timers())
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect()
    windows = [
        f"{type(widget).__name__}({widget.objectName()!r})"
        for widget in QApplication.topLevelWidgets()
        if id(widget) not in windows_before and widget.isVisible()
    ]
    timers = [
        f"{type(timer.parent()).__name__ if timer.parent() else 'no parent'}, every {timer.interval()} ms"
        for key, timer in active_timers().items()
        if key not in timers_before
    ]
    if windows:
        pytest.fail(f"windows left open: {', '.join(windows)}", pytrace=False)
    if timers:
        pytest.fail(f"timers left running: {'; '.join(timers)}", pytrace=False)


@pytest.fixture(scope="session")
def _pinned_font(qapp: Any) -> None:
    """With no font Qt draws silent boxes; with another font every photograph changes."""
    from PySide6.QtGui import QFont, QFontDatabase, QFontMetrics

    assert FONT in QFontDatabase.families(), f"the font {FONT} is missing: apt-get install fonts-dejavu-core"
    assert QFontMetrics(QFont(FONT)).inFontUcs4(ord("é")), f"{FONT} cannot draw: the font files are damaged"


def pytest_report_header() -> str:
    """What these tests run on."""
    return f"python {sys.version.split()[0]}, Qt platform {os.environ['QT_QPA_PLATFORM']}"
