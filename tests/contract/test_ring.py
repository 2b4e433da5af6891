"""One contract for the ring in memory and a real Secret Service, and the states that only a real one has."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fakes.ring import MemoryBackend

from outreach_app.domain.trouble import Trouble
from outreach_app.keys import slots
from outreach_app.keys.ring import Ring, RingState, SystemRing, open_ring

pytestmark = [
    pytest.mark.keyring,
    pytest.mark.real_ring,
    # When keyring raises, it leaves its connection to the bus to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

PASSPHRASE = "long enough for all"


@pytest.fixture(params=["memory", "secret service"])
def ring(request, log_in) -> Ring:
    if request.param == "memory":
        return SystemRing(MemoryBackend(), "Secret Service")
    log_in().unlock("the log-in password")
    return open_ring({})


def code_of(verb, *args, **named) -> str:
    with pytest.raises(Trouble) as caught:
        verb(*args, **named)
    return caught.value.code


# --------------------------------------------------------------------------- what every ring does


def test_a_secret_is_kept_told_apart_by_account_and_forgotten(ring):
    assert (ring.name, ring.refused, ring.state()) == ("Secret Service", "", RingState.USABLE)
    assert ring.read("one") is None
    ring.write("one", bytes(range(32)))
    ring.write("other", b"\xff" * 32)
    assert (ring.read("one"), ring.read("other")) == (bytes(range(32)), b"\xff" * 32)
    ring.write("one", b"again")
    assert ring.read("one") == b"again"
    ring.forget("one")
    assert (ring.read("one"), ring.read("other")) == (None, b"\xff" * 32)
    ring.forget("one")


def test_a_vault_opens_with_the_ring_and_not_without_its_secret(ring, tmp_path, clock):
    path = tmp_path / "vault.json"
    created = slots.create(path, PASSPHRASE, ring, cost=slots.FLOOR)
    assert slots.unlock(path, PASSPHRASE, ring, now=clock.now()).dbk == created.dbk
    header = slots.describe(path, clock.now())
    assert header.ring == "Secret Service"
    recovered = slots.recover(path, created.recovery_code, "another long one", ring, cost=slots.FLOOR)
    assert recovered == slots.Unlocked(created.dbk, None, uses_ring=True)
    assert slots.unlock(path, "another long one", ring, now=clock.now()).dbk == created.dbk


# -------------------------------------------------------------------- what only a real one can do


def test_the_secret_survives_logging_out_and_in(log_in, tmp_path, clock):
    path = tmp_path / "vault.json"
    log_in().unlock("the log-in password")
    created = slots.create(path, PASSPHRASE, open_ring({}), cost=slots.FLOOR)
    log_in().unlock("the log-in password")
    assert slots.unlock(path, PASSPHRASE, open_ring({}), now=clock.now()).dbk == created.dbk


def test_a_locked_ring_never_makes_a_new_key(log_in, tmp_path, clock):
    path, another = tmp_path / "vault.json", tmp_path / "another.json"
    log_in().unlock("the log-in password")
    created = slots.create(path, PASSPHRASE, open_ring({}), cost=slots.FLOOR)
    before = path.read_bytes()
    log_in().unlock("not the log-in password")
    locked = open_ring({})
    assert locked.state() is RingState.LOCKED
    assert code_of(slots.unlock, path, PASSPHRASE, locked, now=clock.now()) == "ring-locked"
    assert code_of(slots.create, another, PASSPHRASE, locked, cost=slots.FLOOR) == "ring-locked"
    assert path.read_bytes() == before
    assert not another.exists()
    recovered = slots.recover(path, created.recovery_code, PASSPHRASE, locked, cost=slots.FLOOR)
    assert recovered == slots.Unlocked(created.dbk, None, uses_ring=False)
    log_in().unlock("the log-in password")
    assert slots.unlock(path, PASSPHRASE, open_ring({}), now=clock.now()).dbk == created.dbk


def test_a_ring_whose_daemon_ended_is_silent(log_in):
    session = log_in()
    session.unlock("the log-in password")
    ring = open_ring({})
    ring.write("one", b"secret")
    session.end_daemon()
    assert ring.state() is RingState.SILENT
    assert code_of(ring.read, "one") == "ring-silent"


@pytest.mark.parametrize("has_session", [True, False])
def test_where_nobody_keeps_secrets_there_is_no_ring(has_session, log_in, tmp_path: Path):
    if has_session:
        log_in()
    program = (
        "import os\n"
        "from outreach_app.keys.ring import open_ring\n"
        "ring = open_ring(os.environ)\n"
        "print(ring.state(), repr(ring.name), repr(ring.refused))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "absent '' ''\n"
