"""One founded team for all simulations of a run; each begins with a copy of its files."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fakes.edges import without_threads
from fakes.world import World

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def begun() -> Iterator[World]:
    """The founded team. Never used itself, only copied."""
    # In memory where the machine has such a place: thousands of commits wait for no disk.
    folder = Path(tempfile.mkdtemp(prefix="outreach-", dir=MEMORY if MEMORY.is_dir() else None))
    (folder / "begun").mkdir()
    with without_threads():
        world = World.found(folder / "begun")
        yield world
        world.close()
    shutil.rmtree(folder)


@pytest.fixture
def copy_of() -> Iterator[Callable[[World], World]]:
    """Copies a world as it stands; those that a test has not closed end with it."""
    made: list[World] = []

    def copy(world: World) -> World:
        made.append(world.copy(Path(tempfile.mkdtemp(dir=world.folder.parent))))
        return made[-1]

    yield copy
    for one in made:
        one.close()


@pytest.fixture
def world(begun: World, copy_of: Callable[[World], World]) -> World:
    """A world of a test's own."""
    return copy_of(begun)
