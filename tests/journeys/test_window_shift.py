"""A shift by keyboard alone, through a real display: unlock, start, arrive, log, end, export; and a kill.

The keys come from outside the program, as from a keyboard. What is on screen is told by `watched_window`,
and afterwards the command line says what was recorded.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cli.conftest import PASSPHRASE, make_lightly
from fakes.chance import Randomness
from fakes.clock import Clock
from pypdf import PdfReader

from outreach_app.keys import slots
from outreach_app.keys.ring import NoRing
from outreach_app.store import database, membership, oplog
from outreach_app.store.profile import Profile
from outreach_app.sync import enrol
from outreach_app.wire.invite import Invite
from outreach_app.wire.roster import Role
from outreach_app.work import shift as shifts
from outreach_app.work.desk import Desk
from outreach_app.work.record import Said, save_all

PHOTOS = Path(__file__).parents[2] / "photos" / "journey"
SAM = "b2" * 16
PATIENCE = 30.0
WORDS = "They asked about the skate park and"

State = dict[str, Any]


class Program:
    """The program under a display, with hands on the keyboard and an eye on the screen."""

    def __init__(self, display: str, profile: Path) -> None:
        self._environ = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        self.profile = profile
        self.state: State = {}
        self._rest = b""
        self._start()

    def _start(self) -> None:
        script = Path(__file__).parent / "watched_window.py"
        self.process = subprocess.Popen(
            [sys.executable, str(script), str(self.profile)],
            env=self._environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def start_again(self) -> None:
        self.state, self._rest = {}, b""
        self._start()

    def until(self, is_so: Callable[[State], Any], what: str = "") -> State:
        """Read what is on screen until it is so."""
        assert self.process.stdout is not None
        end = time.monotonic() + PATIENCE
        while not (self.state and is_so(self.state)):
            left = end - time.monotonic()
            assert left > 0, f"never seen: {what or is_so}; on screen: {json.dumps(self.state)[:3000]}"
            ready, _, _ = select.select([self.process.stdout], [], [], left)
            if ready:
                said = os.read(self.process.stdout.fileno(), 1 << 20)
                assert said, f"the program ended with {self.process.wait(10)}"
                *lines, self._rest = (self._rest + said).split(b"\n")
                for line in lines:
                    self.state = json.loads(line)
                    if is_so(self.state):
                        break
        return self.state

    def calm(self) -> State:
        return self.until(lambda state: not state["busy"], "nothing under way")

    def keys(self, *keys: str) -> None:
        subprocess.run(["xdotool", "key", "--delay", "30", *keys], env=self._environ, check=True)

    def write(self, words: str) -> None:
        subprocess.run(["xdotool", "type", "--delay", "8", words], env=self._environ, check=True)

    def titles(self) -> list[str]:
        """Windows that can be seen."""
        looking = ["xdotool", "search", "--onlyvisible", "--name", "Outreach"]
        done = subprocess.run(looking, env=self._environ, capture_output=True, text=True, check=False)
        return done.stdout.split()

    def photograph(self, name: str) -> Path:
        PHOTOS.mkdir(parents=True, exist_ok=True)
        path = PHOTOS / f"{name}.png"
        path.unlink(missing_ok=True)
        assert self.process.stdin is not None
        self.process.stdin.write(f"photo {path}\n".encode())
        self.process.stdin.flush()
        self.until(lambda state: state.get("photographed") == str(path), f"photograph {name}")
        assert path.stat().st_size > 5_000
        return path

    def unlock(self) -> None:
        self.until(lambda state: state["focus"] == "unlock-passphrase" and state["active"], "the door")
        self.write(PASSPHRASE)
        self.keys("Return")
        self.until(lambda state: state["open"] and state["here"], "the frame")
        self.calm()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.stdout.close()


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """A worker who has joined, waits to be let in, and went out with Sam yesterday."""
    folder = tmp_path / "profile"
    db = database.open_(Profile(folder).records, make_lightly(folder))
    clock = Clock(datetime.now(UTC) - timedelta(days=1))
    chance = Randomness("a journey")
    invite = Invite(
        server="http://127.0.0.1:9",
        team=chance(16),
        root_fingerprint=chance(32),
        roster_version=1,
        roster_hash=chance(32),
        role=Role.WORKER,
        expires_at=clock.now() + timedelta(days=9),
        inviter=chance(16),
        secret=chance(16),
    )
    me = enrol.join(db, invite.encode(), name="Alex", clock=clock, randomness=chance).membership
    me = msgspec.structs.replace(me, is_example=True)
    membership.keep(db, me)
    lead = Desk(db, clock, chance, msgspec.structs.replace(me, role="lead", member=str(me.inviter)))
    team = lead.stamp("team", me.team, {"name": "City centre team"})
    named = ((me.member, "Alex"), (SAM, "Sam"), (lead.me, "Lee"))
    oplog.add_own(db, [team, *(lead.stamp("member", who, {"name": name}) for who, name in named)])
    save_all(lead, [Said("hotspot", {"name": name}) for name in ("Abbey Park", "Clock Tower", "Market")])
    desk = Desk(db, clock, chance, me)
    shifts.start_shift(desk, [SAM])
    clock.advance(hours=2)
    shifts.end_shift(desk, {"next_time": "Go to the market first."})
    db.close()
    return folder


def memory_holds(pid: int, *secrets: bytes) -> bool:
    """Whether any of these bytes stand anywhere in a process's memory."""
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights, *_, place = [*line.split(maxsplit=5), ""][:7]
            if "r" not in rights or "w" not in rights or place.startswith("[v"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            memory.seek(start)
            try:
                held = memory.read(end - start)
            except OSError:  # a mapping of a device
                continue
            if any(secret in held for secret in secrets):
                return True
    return False


@pytest.fixture
def program(display: str, profile: Path) -> Iterator[Program]:
    running = Program(display, profile)
    yield running
    running.kill()


def on_record(profile: Path, tmp_path: Path, kind: str) -> list[dict[str, Any]]:
    """What another program finds in the profile after the window has gone."""
    secret = tmp_path / "passphrase"
    secret.write_text(PASSPHRASE + "\n")
    command = [sys.executable, "-m", "outreach_app", "list", kind, "--json", "--profile", str(profile)]
    done = subprocess.run(
        [*command, "--passphrase-file", str(secret)], capture_output=True, check=True, timeout=60
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def log_engagement(program: Program, headcount: int, depth: int) -> None:
    """Five actions: open, headcount, on, depth, save."""
    program.keys("ctrl+e")
    program.until(
        lambda state: (
            state["here"] == "log"
            and "headcount" in state["focus"]
            and any(words.startswith("Abbey Park · ") for words in state["labels"])
        ),
        "the form, with place and time filled in",
    )
    program.keys(str(headcount), "Tab", str(depth), "ctrl+Return")
    young = f"Saved on this device: {'one young person' if headcount == 1 else f'{headcount} young people'}"
    program.until(lambda state: any(words.startswith(young) for words in state["labels"]), young)


def test_a_whole_shift_by_keyboard_alone(program: Program, profile: Path, tmp_path: Path) -> None:
    program.until(lambda state: state["focus"] == "unlock-passphrase", "the door")
    program.photograph("unlock-light")
    program.unlock()
    program.until(lambda state: state["here"] == "today" and "Start shift" in state["labels"], "the start")
    program.photograph("start-light")
    program.keys("ctrl+Return")
    program.until(lambda state: "This shift" in state["labels"], "the shift runs")
    assert program.state["title"] == "Outreach", "task bars are read over shoulders"
    program.calm()
    program.keys("ctrl+h")
    program.until(lambda state: any(words.startswith("arrived ") for words in state["labels"]), "arrived")
    for headcount, depth in ((2, 2), (4, 1), (1, 3)):
        log_engagement(program, headcount, depth)
    program.photograph("log-light")
    program.keys("alt+1")
    program.until(
        lambda state: any(words.startswith("3 conversations · 7 young people") for words in state["labels"]),
        "three on the timeline",
    )
    program.photograph("today-light")
    program.keys("ctrl+shift+e")
    program.until(
        lambda state: "End shift" in state["labels"] and state["focus"].startswith("end"), "the debrief"
    )
    program.photograph("end-light")
    program.keys("ctrl+Return")
    program.until(lambda state: not state["busy"] and "See the summary" not in state["labels"], "ended")
    program.keys("alt+3")
    program.until(lambda state: state["here"] == "summaries" and not state["busy"], "summaries")
    program.until(lambda state: "Handed in, to be approved" in state["labels"], "handed in")
    program.photograph("summaries-light")
    out = tmp_path / "shift.pdf"
    program.keys("ctrl+s")
    program.until(lambda state: "summary-save" in state["dialogs"], "where to")
    program.keys("ctrl+a")
    program.write(str(out))
    program.keys("Return")
    program.until(
        lambda state: any(words.startswith("Saved as shift.pdf") for words in state["labels"]), "saved"
    )
    text = " ".join(" ".join(page.extract_text().split()) for page in PdfReader(out).pages)
    assert "3 conversations" in text
    assert "7 young people" in text
    program.keys("ctrl+k")
    program.until(lambda state: state["focus"] == "finder-field", "the finder")
    program.write("Dark")
    program.until(lambda state: state["texts"].get("finder-field") == "Dark", "typed")
    program.keys("Return")
    program.until(lambda state: state["focus"] != "finder-field", "chosen")
    program.photograph("summaries-dark")
    for key, here in (("alt+1", "today"), ("ctrl+e", "log")):
        program.keys(key)
        program.until(lambda state, here=here: state["here"] == here, here)
        program.calm()
        program.photograph(f"{here}-dark")
    program.process.terminate()
    program.process.wait(10)
    engagements = on_record(profile, tmp_path, "engagement")
    assert [(one["headcount"], one["depth"]) for one in engagements] == [(2, 2), (4, 1), (1, 3)]
    ended = [one for one in on_record(profile, tmp_path, "shift") if one.get("drafts_left") == 0]
    assert ended[-1]["submitted_at"]


def test_what_was_half_typed_is_there_after_a_kill_in_mid_form(program: Program) -> None:
    program.unlock()
    program.until(lambda state: state["here"] == "today", "today")
    program.keys("ctrl+Return")
    program.until(lambda state: "This shift" in state["labels"], "the shift runs")
    program.keys("ctrl+e")
    program.until(lambda state: state["here"] == "log" and "headcount" in state["focus"], "the form")
    program.keys("5")
    for _ in range(40):
        if program.state["focus"].endswith("note"):
            break
        before = program.state["focus"]
        program.keys("Tab")
        program.until(lambda state, before=before: state["focus"] != before, "the next field")
    note = program.state["focus"]
    program.write(WORDS)
    program.until(lambda state: state["texts"].get(note) == WORDS, "typed")
    program.calm()
    assert any("Draft kept" in words for words in program.state["labels"])
    os.kill(program.process.pid, signal.SIGKILL)
    program.kill()
    program.start_again()
    program.unlock()
    program.until(
        lambda state: state["here"] == "log" and state["focus"] == note and state["texts"].get(note) == WORDS,
        "the same words in the same field of the same screen",
    )


def test_escape_twice_hides_locks_and_leaves_no_key_in_memory(
    program: Program, profile: Path, tmp_path: Path
) -> None:
    dbk = slots.unlock(profile / "vault.json", PASSPHRASE, NoRing(), now=datetime.now(UTC)).dbk
    secrets = (bytes(dbk), dbk.hex().encode(), PASSPHRASE.encode(), PASSPHRASE.encode("utf-16-le"))
    program.unlock()
    pid = program.process.pid
    assert memory_holds(pid, *secrets), "the search finds what is there"
    program.keys("ctrl+e")
    program.until(lambda state: state["here"] == "log" and "headcount" in state["focus"], "the form")
    program.keys("6")
    program.keys("Escape", "Escape")
    said = Path(f"/proc/{pid}/cmdline")
    end = time.monotonic() + PATIENCE
    while b"outreach_app" not in (command := said.read_bytes().split(b"\0")):
        assert program.process.poll() is None, "locking does not end the program"
        assert time.monotonic() < end, command
        select.select([], [], [], 0.02)
    assert [b"-m", b"outreach_app", b"--profile", str(profile).encode()] == command[1:5]
    assert program.titles() == [], "nothing of it is in sight"
    assert not memory_holds(pid, *secrets)
    assert [one["name"] for one in on_record(profile, tmp_path, "hotspot")], "the file is closed and let go"
