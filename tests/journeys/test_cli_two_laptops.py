"""The main job by command line alone: real processes, a real server, and a network that is watched.

Between the laptops and the server stands a wire that counts bytes. It can kill either end after any
number of them, and it keeps what passed, to be searched for words that must never be seen there.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest
import zstandard
from cli.conftest import PASSPHRASE, make_lightly
from fakes.crew import Server

MARKED = "Quillonbarge"
"""A word that stands in names and notes and may stand nowhere else in clear."""
SECONDS = 60


class Wire:
    """Carries bytes between laptops and the server, and acts when so many have passed."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._left: int | None = None
        self._act: Callable[[], None] | None = None
        self.passed = bytearray()
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._listen)

    def after(self, count: int, act: Callable[[], None]) -> None:
        """Once, when `count` more bytes have passed in either direction."""
        with self._lock:
            self._left, self._act = count, act

    def calm(self) -> bool:
        """Forget what was to happen; whether it has happened."""
        with self._lock:
            has_acted = self._act is None
            self._left = self._act = None
            return has_acted

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(SECONDS)

    def _start(self, run: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=run, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                try:
                    far = socket.create_connection(self._address(), timeout=SECONDS)
                except OSError:
                    near.close()
                    continue
                self._start(self._carry, near, far)
                self._start(self._carry, far, near)

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while taken := source.recv(512):
                self._count(taken)
                target.sendall(taken)
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        source.close()

    def _address(self) -> tuple[str, int]:
        parts = urlsplit(self._server.url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def _count(self, taken: bytes) -> None:
        with self._lock:
            self.passed += taken
            if self._left is not None and self._act is not None:
                self._left -= len(taken)
                if self._left <= 0:
                    self._act()
                    self._left = self._act = None


class Laptop:
    """Somebody's profile; every command is a process of its own."""

    def __init__(self, folder: Path, name: str) -> None:
        self.profile = folder / "laptops" / name
        self.temporary = folder / "temporary"
        self.temporary.mkdir(exist_ok=True)
        passphrase = folder / "passphrase"
        passphrase.write_text(PASSPHRASE)
        self.environ = {
            **os.environ,
            "OUTREACH_RING": "none",
            "OUTREACH_PROFILE": str(self.profile),
            "OUTREACH_PASSPHRASE_FILE": str(passphrase),
            "TMPDIR": str(self.temporary),
        }

    def begin(self, *words: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "outreach_app", *words],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def say(self, *words: str, given: str = "") -> bytes:
        done = subprocess.run(
            [sys.executable, "-m", "outreach_app", *words, "--json"],
            env=self.environ,
            input=given.encode(),
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode()
        return done.stdout

    def ask(self, *words: str, given: str = "") -> Any:
        return json.loads(self.say(*words, given=given))


class Street:
    """A server, a wire, a lead and a worker who has been let in, by commands only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.server = Server(folder / "server").init().start()
        token = self.server.token()
        self.wire = Wire(self.server)
        self.lead, self.worker = Laptop(folder, "lead"), Laptop(folder, "worker")
        for laptop in (self.lead, self.worker):
            make_lightly(laptop.profile)  # deriving a key takes a second by design, and is done often here
        team = ("--team", f"{MARKED} team", "--name", f"{MARKED} lead")
        self.lead.ask("found", "--server", self.wire.url, "--token", token, *team)
        invite = self.lead.ask("invite", "--role", "worker", "--name", f"{MARKED} worker")["invite"]
        joined = self.worker.ask("join", "--invite", "-", "--name", f"{MARKED} worker", given=invite)
        assert len(joined["words"]) == 6
        assert self.worker.ask("sync")["enrolled"] is False
        assert self.lead.ask("sync")["enrolled"] is True
        assert self.worker.ask("sync")["enrolled"] is True
        self.lead.ask("sync")
        hotspot = json.dumps({"name": f"{MARKED} Square"})
        [self.hotspot] = self.lead.ask("record", "hotspot", "--file", "-", given=hotspot)["ids"]
        self.lead.ask("sync")
        self.worker.ask("sync")
        members = {one["name"]: one["id"] for one in self.worker.ask("list", "member")}
        assert set(members) == {f"{MARKED} lead", f"{MARKED} worker"}
        shift = json.dumps({"date": "2026-11-24", "workers": sorted(members.values())})
        [self.shift] = self.worker.ask("record", "shift", "--file", "-", given=shift)["ids"]
        self.ids: list[str] = []

    def record(self, count: int) -> list[str]:
        """The worker records so many engagements as JSON lines, each with a note of its own."""
        first = len(self.ids)
        lines = "".join(
            json.dumps(
                {
                    "shift": self.shift,
                    "hotspot": self.hotspot if number % 3 else None,
                    "occurred_at": f"2026-11-24T{10 + number // 150}:{number % 60:02d}:00Z",
                    "headcount": 1 + number % 4,
                    "depth": number % 5,
                    "note": f"{MARKED} number {number}",
                }
            )
            + "\n"
            for number in range(first, first + count)
        )
        ids: list[str] = self.worker.ask("record", "engagement", "--file", "-", given=lines)["ids"]
        self.ids += ids
        return ids

    def settle(self) -> None:
        """Let everything arrive: the worker's records, and word of it back."""
        for laptop in (self.worker, self.lead, self.worker):
            status = laptop.ask("sync")
            assert (status["enrolled"], status["waiting"], status["parked"]) == (True, 0, 0)

    def require_same(self) -> None:
        """Both laptops list exactly what was recorded, byte for byte the same."""
        for kind in ("member", "hotspot", "shift"):
            assert self.lead.say("list", kind) == self.worker.say("list", kind), kind
        listed = self.lead.say("list", "engagement")
        assert listed == self.worker.say("list", "engagement")
        found = [one["id"] for one in json.loads(listed)]
        assert len(found) == len(self.ids)
        assert set(found) == set(self.ids)
        assert self.server.verb("verify")["sound"] is True

    def close(self) -> None:
        self.server.close()
        self.wire.close()


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    """One for all of these journeys: each goes on from where the one before left it."""
    street = Street(tmp_path_factory.mktemp("street"))
    try:
        yield street
    finally:
        street.close()


def test_five_hundred_records_reach_the_lead_and_nothing_of_them_is_seen_on_the_way(street: Street):
    first = len(street.ids)
    ids = street.record(500)
    street.settle()
    status = street.worker.ask("sync")
    assert status["saved"] == len(street.ids) + 1
    assert status["saved"] == status["on_server"] == status["verified"] == status["seen_by_lead"]
    street.require_same()
    for laptop in (street.lead, street.worker):
        found = laptop.ask("search", f"{MARKED} {first + 499}")
        assert [hit["id"] for hit in found] == [ids[499]]
    files = [path for path in street.folder.rglob("*") if path.is_file() and path.name != "passphrase"]
    assert any(path.is_relative_to(street.server.data) and path.stat().st_size > 100_000 for path in files)
    assert [str(path) for path in files if shows(path.read_bytes())] == []
    assert len(street.wire.passed) > 50_000
    assert not shows(bytes(street.wire.passed))


def shows(taken: bytes) -> bool:
    """Whether the marked word is in there: plain, in another encoding, or inside compressed bytes."""
    word = MARKED.encode()
    spellings = [
        word,
        MARKED.encode("utf-16-le"),
        MARKED.encode("utf-16-be"),
        word.hex().encode(),
        word[::-1],
    ]
    spellings += [base64.b64encode(b"x" * pad + word)[pad + 1 : -4] for pad in range(3)]
    lower = taken.lower()
    return any(one.lower() in lower for one in spellings) or any(word in one for one in _unpacked(taken))


def _unpacked(taken: bytes) -> Iterator[bytes]:
    """What comes out wherever a zstd frame or a zlib stream may begin."""
    for magic, unpack in (
        (b"\x28\xb5\x2f\xfd", lambda some: zstandard.ZstdDecompressor().decompressobj().decompress(some)),
        (b"\x78\x9c", lambda some: zlib.decompressobj().decompress(some)),
    ):
        place = taken.find(magic)
        while place >= 0:
            with contextlib.suppress(zstandard.ZstdError, zlib.error):
                yield unpack(taken[place : place + 100_000])
            place = taken.find(magic, place + 1)


def test_the_search_for_the_marked_word_would_find_it():
    text = f"a note about {MARKED} and more".encode() * 3
    for hidden in (text, text.hex().encode(), text.decode().encode("utf-16-le"), base64.b64encode(text)):
        assert shows(b"before" + hidden + b"after")
    assert shows(b"before" + zstandard.compress(text) + b"after")
    assert shows(b"before" + zlib.compress(text) + b"after")
    assert not shows(b"a note about somebody else" * 10)


def test_ends_killed_at_any_moment_of_a_sync_lose_nothing_and_double_nothing(street: Street):
    chance = Random(20261124)
    killed = {"server": 0, "client": 0}
    for turn in range(10):
        street.record(50)
        laptop = street.worker if turn % 3 else street.lead

        street.wire.after(chance.randrange(200, 22_000), street.server.kill)
        sync = laptop.begin("sync")
        said, complaint = sync.communicate(timeout=SECONDS)
        if street.wire.calm():
            killed["server"] += 1
            street.server.start()
        assert sync.returncode in (0, 1), complaint.decode()
        if sync.returncode == 1:
            assert said == b""
            assert complaint.count(b"\n") == 1

        sync = street.worker.begin("sync")
        street.wire.after(chance.randrange(200, 22_000), sync.kill)
        sync.communicate(timeout=SECONDS)
        killed["client"] += street.wire.calm()
    assert min(killed.values()) >= 5, killed
    street.settle()
    street.require_same()


def test_without_its_server_a_sync_ends_in_words_and_loses_nothing(street: Street):
    street.record(1)
    street.server.kill()
    began = time.monotonic()
    sync = street.worker.begin("sync", "--once", "--json")
    said, complaint = sync.communicate(timeout=SECONDS)
    assert (sync.returncode, said) == (1, b"")
    assert complaint.startswith(b"offline: ")
    assert complaint.count(b"\n") == 1
    assert time.monotonic() - began < 30
    street.server.start()
    street.settle()
    street.require_same()
