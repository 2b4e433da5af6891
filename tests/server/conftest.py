"""A server process for each module, over SQLite, and a freshly founded team for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes.crew import Server, Team


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Initialised and serving; whatever still runs at the end is killed."""
    house = Server(tmp_path_factory.mktemp("server") / "data").init().start()
    yield house
    house.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Server]:
    """Initialised, not yet serving, for a test that starts, kills or spoils it."""
    house = Server(tmp_path / "data").init()
    yield house
    house.close()


@pytest.fixture
def team(server: Server) -> Team:
    """Founded, with its lead's laptop alone."""
    return server.found()
