"""Real encrypted files, and people who say things into them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fakes.chance import Ids, Randomness

from outreach_app.domain.ids import MemberId, RecordId, new_record_id
from outreach_app.domain.operation import Held, stamp
from outreach_app.store import database
from outreach_app.store.batches import ReceivedBatch
from outreach_app.store.database import Database
from outreach_app.store.profile import Profile

START = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


class Hand:
    """One member at one laptop; each thing said is a second later than the one before."""

    def __init__(self, name: str = "somebody", role: str = "worker") -> None:
        self.randomness = Randomness(f"hand of {name}")
        self.author = MemberId(Ids(f"member {name}")())
        self.device = Randomness(f"device of {name}")(16)
        self.role = role
        self.at = START

    def begins(self, kind: str, record: str | None = None, **values: Any) -> Held:
        """The first operation of a record."""
        self.at += timedelta(seconds=1)
        one = RecordId(record) if record else new_record_id(self.at, self.randomness)
        return self._stamp(kind, one, values, {})

    def amends(self, held: Held, over: dict[str, list[str]] | None = None, **values: Any) -> Held:
        """A later operation on a record; `over` is by default the fields' own answers in `held`."""
        self.at += timedelta(seconds=1)
        seen = {field: [held.id] for field in values if field in held.op.set} if over is None else over
        return self._stamp(held.op.kind, RecordId(held.op.record), values, seen)

    def engagement(self, **values: Any) -> Held:
        """A plain engagement."""
        plain = {"occurred_at": "2026-11-24T18:08:00Z", "headcount": 3, "depth": 2}
        return self.begins("engagement", **{**plain, **values})

    def _stamp(self, kind: str, record: RecordId, values: dict[str, Any], over: dict[str, list[str]]) -> Held:
        return stamp(
            kind=kind,
            record=record,
            author=self.author,
            role=self.role,
            at=round(self.at.timestamp() * 1000),
            zone=0,
            salt=self.randomness(16),
            set=values,
            over=over,
        )


class Server:
    """Gives batches their places; it looks into nothing."""

    history = b"h" * 16

    def __init__(self) -> None:
        self.randomness = Randomness("server")
        self.team_seq = 0
        self.chains: dict[bytes, tuple[int, bytes]] = {}

    def batch(self, hand: Hand, *ops: Held, **more: Any) -> ReceivedBatch:
        """What a page brings of these operations."""
        self.team_seq += 1
        seq, prev = self.chains.get(hand.device, (0, bytes(32)))
        one = self.randomness(32)
        self.chains[hand.device] = (seq + 1, one)
        fields: dict[str, Any] = {
            "id": one,
            "device": hand.device,
            "seq": seq + 1,
            "prev": prev,
            "team_seq": self.team_seq,
            "history": self.history,
            "header": self.randomness(40),
            "body": self.randomness(80),
            "receipt": self.randomness(20),
            "ops": ops,
        }
        return ReceivedBatch(**{**fields, **more})


@pytest.fixture(scope="session")
def key() -> bytes:
    return Randomness("database key")(32)


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    found = Profile(tmp_path / "profile")
    found.make()
    return found


@pytest.fixture
def db(profile: Profile, key: bytes) -> Iterator[Database]:
    made = database.create(profile.records, key)
    yield made
    made.close()


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture(scope="session")
def hands() -> Callable[..., Hand]:
    """More people: `hands("lead", role="lead")`."""
    return Hand


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture(scope="session")
def servers() -> type[Server]:
    """More than one, where a property begins anew each time."""
    return Server


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory, key: bytes) -> Path:
    """A database to copy, where a test needs many."""
    path = tmp_path_factory.mktemp("template") / "records.db"
    database.create(path, key).close()
    return path


Run = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def run() -> Iterator[Run]:
    """Start a program of its own process: `run(script, *arguments)`; ended at the latest with the test."""
    running: list[subprocess.Popen[str]] = []

    def start(script: str, *arguments: str, under: tuple[str, ...] = ()) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*under, sys.executable, "-c", script, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
        )
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture(scope="session")
def derived() -> Callable[[Database], dict[str, list[tuple[Any, ...]]]]:
    """Everything that is derived, without the numbers that depend on the order of arrival."""
    return _derived


def _derived(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    return {
        "record": db.rows("select id, kind, happened, state, conflicts, flags, body from record order by id"),
        "link": db.rows(
            "select r.id, l.target, l.kind, l.happened, l.is_voided"
            " from link l left join record r on r.number = l.record order by 1, 2"
        ),
        "search": db.rows(
            "select r.id from search_docsize s left join record r on r.number = s.id order by 1"
        ),
        "two kinds": db.rows("select id, record from parked_op where reason = 'two-kinds' order by id"),
    }
