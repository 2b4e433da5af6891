"""The isolation that every other test leans on."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

pytest_plugins = ["pytester"]


def test_a_test_lives_in_a_home_of_its_own(home):
    assert Path.home() == home
    assert os.environ["XDG_DATA_HOME"].startswith(str(home))
    assert os.environ["OUTREACH_RING"] == "none"


def test_no_test_can_reach_another_machine():
    with socket.socket() as door, pytest.raises(AssertionError, match="tried to connect to"):
        door.connect(("192.0.2.1", 80))
    with pytest.raises(AssertionError, match="tried to look up"):
        socket.create_connection(("example.org", 80), timeout=1)


def test_loopback_is_open():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_the_clock_stands_until_it_is_moved(clock):
    before = clock()
    assert clock() == before
    assert (clock.advance(minutes=90) - before).total_seconds() == 5400


def test_ids_and_randomness_never_repeat(ids, randomness):
    assert len({ids() for _ in range(1000)}) == 1000
    assert len({randomness(16) for _ in range(1000)}) == 1000
    assert len(randomness(31)) == 31


@given(st.binary())
def test_property_tests_run_inside_the_isolation(anything):
    assert bytes(anything) == anything
