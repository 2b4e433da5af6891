"""What was receipted is there: after SIGKILL, beside another process, after a restore, on a full disk."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

import pytest
from fakes.cluster import Cluster, find_binaries
from fakes.crew import Laptop, Line, Sealed, Server, Team
from sqlalchemy import event

from outreach_app.server import intake
from outreach_app.server.engine import Database
from outreach_app.server.refusal import Refusal
from outreach_app.server.shelf import Caller, Shelf
from outreach_app.wire import paths, receipt
from outreach_app.wire.receipt import Receipt


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    with Cluster(binaries) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """Initialised over either engine, not yet serving."""
    database = None
    if request.param == "postgresql":
        database = request.getfixturevalue("cluster").fresh_database()
    made = Server(tmp_path / "data", database=database).init()
    yield made
    made.close()


def send_until_cut(line: Line, chain: list[Sealed], receipts: dict[bytes, Receipt]) -> None:
    """Hand in a chain in order; whatever is receipted before the line breaks is noted."""
    for sealed in chain:
        if sealed.id not in receipts:
            try:
                receipts[sealed.id] = line.store(sealed)
            except (OSError, HTTPException):
                return


def test_a_server_killed_at_any_moment_loses_nothing_that_it_receipted(house: Server) -> None:
    house.start()
    team = house.found()
    chain = [team.lead.seal(team, os.urandom(3000)) for _ in range(60)]
    receipts: dict[bytes, Receipt] = {}
    chance = random.Random(7)
    for _ in range(5):
        with house.line(team) as line:
            sender = threading.Thread(target=send_until_cut, args=(line, chain, receipts))
            cut = threading.Timer(chance.uniform(0.01, 0.15), house.kill)
            sender.start()
            cut.start()
            sender.join(timeout=60)
            cut.join(timeout=60)
        house.start()
        with house.line(team) as line:
            kept = {each.batch: each for each in line.receipts(team.stream)}
            assert receipts.items() <= kept.items()
            assert len(kept) - len(receipts) in (0, 1), "at most the one whose answer was lost"
    with house.line(team) as line:
        send_until_cut(line, chain, receipts)
        page = line.page(team.stream)
    assert [each.header for each in page] == [sealed.batch.header for sealed in chain]
    assert [receipts[sealed.id].team_seq for sealed in chain] == list(range(1, 61))
    assert house.verb("verify")["sound"]


def test_two_processes_over_one_database_give_gapless_numbers(house: Server) -> None:
    house.start()
    other = Server(house.data, database=house.database)
    other.receipt_public = house.receipt_public
    other.start()
    try:
        team, worker = house.found(), Laptop()
        house.admit(team, worker)
        chains = {laptop.id: [laptop.seal(team) for _ in range(25)] for laptop in team.laptops}
        receipts: dict[bytes, Receipt] = {}
        with house.line(team) as one, other.line(team, worker) as two:
            assert one.token is not None
            senders = [
                threading.Thread(target=send_until_cut, args=(line, chains[laptop.id], receipts))
                for line, laptop in ((one, team.lead), (two, worker))
            ]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join(timeout=120)
            one.token, two.token = two.token, one.token
            assert one.receipts(team.stream) == two.receipts(team.stream)
            assert sorted(each.team_seq for each in receipts.values()) == list(range(1, 51))
        assert house.verb("verify")["batches"] == 50
    finally:
        other.close()


def test_a_restored_server_says_so_and_is_filled_again_by_its_laptops(own: Server, tmp_path: Path) -> None:
    own.start()
    team, worker = own.found(), Laptop()
    early = [team.lead.seal(team) for _ in range(3)]
    with own.line(team) as line:
        for sealed in early:
            line.store(sealed)
        before = line.head(team.stream)
    backup = tmp_path / "backup"
    assert own.verb("backup", "--out", str(backup))["batches"] == 3
    own.admit(team, worker)
    late = [worker.seal(team) for _ in range(2)]
    with own.line(team, worker) as line:
        for sealed in late:
            line.store(sealed)
    own.kill()

    new = Server(tmp_path / "new")
    try:
        new.verb("restore", str(backup))
        new.receipt_public = own.receipt_public
        new.start()
        with new.line(team) as line:
            path = paths.fill(paths.BATCHES, stream=team.stream)
            answer = line.call("GET", path, after=3, history=before.history.hex())
            assert answer.code == "history-changed"
            change = receipt.read_change(answer.problem.attached["changes"][0], own.receipt_public)
            after = line.head(team.stream)
            assert (change.old, change.new) == (before.history, after.history)
            assert (change.team_seq, change.head) == (before.team_seq, before.head)
            assert line.put(late[0]).code == "device-unknown", "the entry that listed it is lost too"
            for post in team.history:
                assert line.post_roster(team, post).status in (200, 201)
            for number, sealed in enumerate([*early, *late], start=1):
                assert line.store(sealed).team_seq == number
        with new.line(team, worker) as line:
            assert len(line.page(team.stream)) == 5
        assert new.verb("verify")["sound"]
    finally:
        new.close()


def test_a_full_disk_is_said_and_nothing_is_half_stored(own: Server) -> None:
    """SQLite's own page limit stands in for the disk's end; the error is the same SQLITE_FULL."""
    own.start()
    team = own.found()
    own.stop()
    with closing(sqlite3.connect(own.data / "server.db")) as db:
        (pages,) = db.execute("pragma page_count").fetchone()

    with closing(Database(own.database)) as database:

        @event.listens_for(database.engine, "connect")
        def limit(connection: sqlite3.Connection, _: object) -> None:
            connection.execute(f"pragma max_page_count = {pages + 20}")

        shelf, me = Shelf(database, os.urandom), Caller(team.id, team.lead.id)

        def fill() -> None:
            for sealed in chain:
                arrival = intake.read_arrival(sealed.encode(), team.stream, sealed.id)
                shelf.store(me, arrival, datetime.now(UTC))

        chain = [team.lead.seal(team, os.urandom(20_000)) for _ in range(20)]
        with pytest.raises(Refusal) as refused:
            fill()
        stored = shelf.head(me, team.stream).team_seq
        report = refused.value.report
        assert (report.code, report.status, report.retry_after) == ("storage-full", 507, 300)
        assert 0 < stored < len(chain)
        assert len(shelf.page(me, team.stream, 0, 200, None)) == stored
    own.start()
    with own.line(team) as line:
        assert line.store(chain[stored]).team_seq == stored + 1, "there is room again"


@pytest.mark.postgres
def test_a_database_that_goes_away_is_busy_until_it_is_back(cluster: Cluster, tmp_path: Path) -> None:
    house = Server(tmp_path / "data", database=cluster.fresh_database()).init().start()
    try:
        team = house.found()
        with house.line(team) as line:
            line.store(team.lead.seal(team))
            waiting = team.lead.seal(team)
            cluster.stop_at_once()
            try:
                answer = line.put(waiting)
                assert (answer.status, answer.code) == (503, "busy")
                assert int(answer.headers["retry-after"]) >= 1
                assert line.call("GET", "/readyz").status == 503
                assert line.call("GET", "/healthz").status == 200
            finally:
                cluster.start_again()
            assert line.store(waiting).team_seq == 2
            assert line.call("GET", "/readyz").status == 200
    finally:
        house.close()


def test_ids_and_nothing_else_are_in_the_log(own: Server) -> None:
    own.start()
    team = own.found()
    with own.line(team) as line:
        sealed = team.lead.seal(team, b"plain")
        line.store(sealed)
        line.call("PUT", paths.fill(paths.BATCH, stream=team.stream, batch=sealed.id), os.urandom(500))
        token = line.token
    assert own.stop() == 0
    log = (own.data / "log").read_text()
    assert log.count('"event": "request"') >= 4
    for secret in (token, sealed.batch.body[:20].hex(), sealed.id.hex(), "plain", "Traceback"):
        assert str(secret) not in log


def test_a_mistake_of_ours_is_answered_as_one_and_the_next_request_is_served(own: Server) -> None:
    own.start()
    team = own.found()
    with closing(sqlite3.connect(own.data / "server.db")) as db:
        db.execute("drop table seen")
        db.commit()
    with own.line(team) as line:
        answer = line.call("GET", paths.fill(paths.SEEN, stream=team.stream))
        assert (answer.status, answer.code) == (500, "internal")
    with own.line(team) as line:
        assert line.store(team.lead.seal(team)).team_seq == 1
    own.stop()
    log = (own.data / "log").read_text()
    assert '"event": "bug"' in log
    assert team.stream.hex() not in log


def test_an_interrupt_is_a_stop_like_any_other(own: Server) -> None:
    own.start()
    assert own._process is not None
    own._process.send_signal(signal.SIGINT)
    assert own._end() == 0


def test_every_team_is_kept_apart(own: Server) -> None:
    own.start()
    teams: list[Team] = [own.found() for _ in range(3)]
    for number, team in enumerate(teams, start=1):
        with own.line(team) as line:
            for _ in range(number):
                line.store(team.lead.seal(team))
    for number, team in enumerate(teams, start=1):
        with own.line(team) as line:
            assert len(line.page(team.stream)) == number
