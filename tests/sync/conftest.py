"""A server process, a founded team, and laptops that have joined it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.clock import Clock
from fakes.crew import Server
from fakes.laptop import Outreach

from outreach_app.domain.kind import Record


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """For tests that leave the server as it is: each founds a team of its own on it."""
    house = Server(tmp_path_factory.mktemp("server") / "server").init().start()
    yield house
    house.close()


@pytest.fixture
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """The module's server; one of its own for a test marked `own_server`, which may kill or damage it."""
    if request.node.get_closest_marker("own_server") is None:
        yield request.getfixturevalue("one_server")
        return
    house = Server(tmp_path / "server").init().start()
    yield house
    house.close()


@pytest.fixture
def laptop(tmp_path: Path, clock: Clock) -> Iterator[Callable[[str], Outreach]]:
    """Makes laptops; all are closed at the end."""
    made: list[Outreach] = []

    def make(name: str) -> Outreach:
        (tmp_path / name).mkdir()
        made.append(Outreach(tmp_path / name / "records.db", clock))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def lead(server: Server, laptop: Callable[[str], Outreach], clock: Clock) -> Outreach:
    """The founder."""
    found = laptop("lead")
    found.found(server.url, server.verb("team-token")["token"])
    return found


@pytest.fixture
def worker(lead: Outreach, laptop: Callable[[str], Outreach]) -> Outreach:
    """Joined and admitted: worker, lead, worker, lead."""
    joined = laptop("worker")
    joined.join(lead.invite("Sam"), "Sam")
    for one in (joined, lead, joined, lead):
        one.sync()
    assert joined.me.is_enrolled
    return joined


@pytest.fixture
def shift(worker: Outreach, lead: Outreach) -> Record:
    """A shift of the two, on both laptops."""
    workers = [worker.me.member, lead.me.member]
    begun = worker.save(
        "shift", {"date": "2026-11-24", "workers": workers, "started_at": "2026-11-24T14:00:00Z"}
    )
    worker.sync()
    lead.sync()
    return begun
