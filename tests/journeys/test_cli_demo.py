"""The example team: built by the program itself, once, and everything it says is fictitious."""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest
from cli.conftest import Said
from pypdf import PdfReader

from outreach_app.assembly import SystemClock
from outreach_app.cli import command, demo
from outreach_app.cli.call import Outside
from outreach_app.keys.ring import NoRing
from outreach_app.work import door
from outreach_app.work.door import Opened


class Example:
    """A folder with an example in it, and what building it said. Laptops are unlocked once and kept open."""

    def __init__(self, folder: Path, said: dict[str, Any]) -> None:
        self.folder, self.said = folder, said
        self._opened: dict[str, Opened] = {}

    def ask(self, name: str, *words: str) -> Any:
        if name not in self._opened:
            passphrase = (self.folder / "passphrase.txt").read_text().strip()
            profile = self.folder / "profiles" / name
            self._opened[name] = door.unlock(profile, passphrase, NoRing(), SystemClock())
        return say(*words, "--json", opened=self._opened[name]).document

    def lock(self) -> None:
        while self._opened:
            self._opened.popitem()[1].close()


def say(*words: str, opened: Opened | None = None) -> Said:
    """A command in this process, with the machine's own clock and surroundings; no window is expected."""
    out, err = io.BytesIO(), io.BytesIO()

    def open_window(profile: Path, passphrase: str | None = None) -> int:
        raise AssertionError("a window was opened")

    environ = {**os.environ, "OUTREACH_RING": "none"}
    outside = Outside(
        io.BytesIO(), out, err, environ, SystemClock(), os.urandom, open_window, lambda seconds: True
    )
    return Said(command.run(words, outside, opened), out.getvalue(), err.getvalue())


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Example]:
    """Built by `outreach demo --no-window`, a process of its own."""
    folder = tmp_path_factory.mktemp("example") / "demo"
    done = subprocess.run(
        [sys.executable, "-m", "outreach_app", "demo", "--dir", str(folder), "--no-window", "--json"],
        capture_output=True,
        timeout=240,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
    example = Example(folder, json.loads(done.stdout))
    yield example
    example.lock()


def test_it_says_where_everything_is(example: Example):
    assert example.said["dir"] == str(example.folder)
    assert [Path(one).name for one in example.said["profiles"]] == ["lead", "sam", "jo"]
    ends = sorted(Path(one).name.split(".", 1)[1] for one in example.said["files"])
    assert ends == ["csv.zip", "csv.zip", "json", "json", "pdf", "pdf", "xlsx", "xlsx"]
    assert all(Path(one).stat().st_size > 1000 for one in example.said["files"])


def test_three_laptops_hold_the_same_week(example: Example):
    for kind in ("shift", "visit", "engagement", "person", "referral", "referral_event", "handover_item"):
        lists = [example.ask(name, "list", kind) for name in ("lead", "sam", "jo")]
        assert lists[0] == lists[1] == lists[2]
        assert lists[0], kind
    assert len(example.ask("lead", "list", "shift")) == 6
    assert len(example.ask("lead", "list", "hotspot")) == 7
    assert len(example.ask("lead", "list", "engagement")) > 60
    assert len({one["author"] for one in example.ask("lead", "list", "engagement")}) == 2
    assert [name for name in ("lead", "sam", "jo") if example.ask(name, "conflicts")] == []
    assert [name for name in ("lead", "sam", "jo") if example.ask(name, "parked")] == []


def test_the_shifts_are_five_days_of_pairs_approved_but_for_the_last_and_one_is_running(example: Example):
    shifts = example.ask("lead", "list", "shift")
    assert all(len(one["workers"]) == 2 for one in shifts)
    assert [one["approved_at"] is not None for one in shifts] == [True] * 4 + [False] * 2
    assert [one["ended_at"] is not None for one in shifts] == [True] * 5 + [False]
    assert len({one["date"] for one in shifts[:5]}) == 5
    visits = example.ask("lead", "list", "visit")
    assert [one["shift"] for one in visits if one["left_at"] is None] == [shifts[5]["id"]]


def test_every_file_carries_the_ribbon_and_the_same_totals(example: Example):
    files = {Path(one).name: Path(one) for one in example.said["files"]}
    for name, path in files.items():
        if name.endswith(".pdf"):
            pages = [page.extract_text() for page in PdfReader(path).pages]
            assert all("fictitious" in page for page in pages), name
        elif name.endswith(".zip"):
            with zipfile.ZipFile(path) as packed:
                assert all(b"fictitious" in packed.read(each) for each in packed.namelist()), name
        elif name.endswith(".json"):
            assert json.loads(path.read_bytes())["is_example"] is True
    week = json.loads(
        next(path for name, path in files.items() if "week" in name and "json" in name).read_bytes()
    )
    last = next(path for name, path in files.items() if "shift" in name and "json" in name)
    assert week["totals"]["shifts"] == 5
    engagements = example.ask("lead", "list", "engagement")
    shifts = {one["id"] for one in example.ask("lead", "list", "shift")[:5]}
    talks = [one for one in engagements if one["shift"] in shifts and one["depth"] > 0 and not one["same_as"]]
    assert week["totals"]["conversations"] == len(talks)
    assert week["totals"]["young_people"] == sum(one["headcount"] for one in talks)
    assert 0 < json.loads(last.read_bytes())["totals"]["conversations"] < len(talks)


def test_every_name_in_it_says_that_it_is_an_example(example: Example):
    for kind in ("team", "member", "service"):
        assert all("(example)" in one["name"] for one in example.ask("jo", "list", kind)), kind


def test_said_again_it_uses_what_is_there(example: Example):
    before = {path: path.stat().st_mtime_ns for path in example.folder.rglob("*.db")}
    assert say("demo", "--dir", str(example.folder), "--no-window", "--json").document == example.said
    assert {path: path.stat().st_mtime_ns for path in example.folder.rglob("*.db")} == before


def test_with_a_window_its_server_answers_until_the_window_is_closed(example: Example):
    example.lock()
    process = subprocess.Popen(
        [sys.executable, "-m", "outreach_app", "demo", "--dir", str(example.folder), "--json"],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
    )
    mark = demo._read_mark(example.folder)
    assert mark is not None
    wait_for(lambda: answers(mark.port), process)
    wait_for(lambda: any("--profile" in words for words in children(process.pid).values()), process)
    [window] = [child for child, words in children(process.pid).items() if "--profile" in words]
    assert str(example.folder / "profiles" / "sam") in children(process.pid)[window]
    os.kill(window, signal.SIGTERM)
    said, _ = process.communicate(timeout=60)
    assert json.loads(said) == example.said
    assert not answers(mark.port)


def test_told_to_end_it_ends_its_window_and_its_server_first(example: Example):
    example.lock()
    process = subprocess.Popen(
        [sys.executable, "-m", "outreach_app", "demo", "--dir", str(example.folder)],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.DEVNULL,
    )
    mark = demo._read_mark(example.folder)
    assert mark is not None
    wait_for(lambda: answers(mark.port) and len(children(process.pid)) == 2, process)
    process.terminate()
    assert process.wait(60) == 128 + signal.SIGTERM
    assert not answers(mark.port)


def children(parent: int) -> dict[int, list[str]]:
    """The processes that a process has started, and the words they were started with."""
    found = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return {int(one): Path(f"/proc/{one}/cmdline").read_text().split("\0") for one in found}


def answers(port: int) -> bool:
    """Whether a server says on this port that it is well."""
    try:
        with build_opener(ProxyHandler({})).open(f"http://127.0.0.1:{port}/healthz", timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def wait_for(is_so: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Until it is so, or the process has ended."""
    deadline = time.monotonic() + 60
    while not is_so():
        assert process.poll() is None, "it ended"
        assert time.monotonic() < deadline
        select.select([], [], [], 0.05)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path):
    (tmp_path / "letter").write_text("mine")
    for taken in (tmp_path, tmp_path / "letter"):
        said = say("demo", "--dir", str(taken), "--no-window")
        assert said.code == 1
        assert said.complaint.startswith("demo-folder-taken: ")
    (tmp_path / "example.json").write_text("not a mark")
    assert say("demo", "--dir", str(tmp_path), "--no-window").code == 1
    assert (tmp_path / "letter").read_text() == "mine"


def test_what_an_interrupted_building_left_goes_and_nothing_else(tmp_path: Path, monkeypatch):
    demo._clear(tmp_path, None)
    for name in ("profiles/sam", "server"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "passphrase.txt").write_text("old")
    (tmp_path / "mine").write_text("kept")
    mark = demo._read_mark(tmp_path)
    assert mark is not None
    assert not mark.is_ready
    demo._clear(tmp_path, mark)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["example.json", "mine"]
