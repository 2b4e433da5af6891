"""A server process per test, over SQLite unless the test says otherwise, and a founded team."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.crew import Server, Team


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """Initialised and serving; whatever still runs at the end is killed."""
    house = Server(tmp_path / "server").init().start()
    yield house
    house.close()


@pytest.fixture
def team(server: Server) -> Team:
    """Founded, with its lead's laptop alone."""
    return server.found()
