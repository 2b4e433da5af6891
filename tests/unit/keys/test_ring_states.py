"""The door to the key ring: which rings are trusted, and what each failure is called."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import keyring
import keyring.backends.chainer
import keyring.backends.fail
import keyring.backends.null
import keyring.backends.SecretService
import keyring.errors
import pytest
from jeepney.wrappers import DBusErrorResponse
from secretstorage.exceptions import PromptDismissedException, SecretServiceNotAvailableException

from outreach_app.keys.ring import NoRing, RingState, SystemRing, choose_ring, open_ring


def refused(cause: Exception) -> keyring.errors.InitError:
    """What the Secret Service backend raises, whatever the cause."""
    error = keyring.errors.InitError("Failed to create the collection")
    error.__cause__ = cause
    return error


def test_a_usable_ring_keeps_reads_and_forgets(ring, backend):
    assert ring.state() is RingState.USABLE
    assert ring.read("a") is None
    ring.write("a", b"\x00secret\xff")
    assert ring.read("a") == b"\x00secret\xff"
    ring.forget("a")
    assert ring.read("a") is None
    ring.forget("a")
    assert backend.kept == {}


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (keyring.errors.NoKeyringError(), RingState.ABSENT),
        (keyring.errors.KeyringLocked(), RingState.LOCKED),
        (refused(PromptDismissedException()), RingState.LOCKED),
        (refused(SecretServiceNotAvailableException()), RingState.SILENT),
        (keyring.errors.PasswordSetError(), RingState.SILENT),
        (ConnectionResetError(), RingState.SILENT),
        (SecretServiceNotAvailableException(), RingState.SILENT),
    ],
)
def test_each_failure_is_one_of_three(ring, backend, error, state, trouble):
    backend.broken = error
    assert ring.state() is state
    for verb, args in ((ring.read, ("a",)), (ring.write, ("a", b"s")), (ring.forget, ("a",))):
        assert trouble(verb, *args) == f"ring-{state}"


def test_an_error_on_the_bus_is_a_silent_ring(ring, backend):
    refusal = SimpleNamespace(header=SimpleNamespace(fields={}), body=("gone",))
    backend.broken = DBusErrorResponse(refusal)
    assert ring.state() is RingState.SILENT


def test_a_bug_behind_the_door_is_not_hidden(ring, backend):
    backend.broken = ZeroDivisionError()
    with pytest.raises(ZeroDivisionError):
        ring.state()


def test_a_ring_that_does_not_keep_what_it_takes_is_silent(trouble):
    forgetful = SystemRing(keyring.backends.null.Keyring(), "forgetful")
    assert trouble(forgetful.write, "a", b"secret") == "ring-silent"


def test_something_else_under_our_account_is_no_secret_of_ours(ring, backend):
    backend.kept["outreach", "a"] = "not base 64!"
    assert ring.read("a") is None
    backend.kept["outreach", "a"] = "café"
    assert ring.read("a") is None


def test_no_ring_says_so(trouble):
    none = NoRing()
    assert (none.name, none.state()) == ("", RingState.ABSENT)
    assert trouble(none.read, "a") == "ring-absent"
    assert trouble(none.write, "a", b"s") == "ring-absent"
    none.forget("a")


def test_rings_that_keep_secrets_in_clear_or_are_unknown_are_refused_by_name(backend):
    plain = type("PlaintextKeyring", (type(backend),), {"__module__": "keyrings.alt.file"})()
    refused = choose_ring([plain])
    assert refused.state() is RingState.ABSENT
    assert refused.refused == "keyrings.alt.file.PlaintextKeyring"
    assert choose_ring([keyring.backends.null.Keyring()]).refused == "keyring.backends.null.Keyring"


def test_no_backend_at_all_is_absent_and_nothing_was_refused():
    absent = choose_ring([keyring.backends.fail.Keyring()])
    assert (absent.state(), absent.refused) == (RingState.ABSENT, "")
    assert choose_ring([]).refused == ""


def test_of_several_rings_the_first_safe_one_is_kept_to():
    chosen = choose_ring([keyring.backends.null.Keyring(), keyring.backends.SecretService.Keyring()])
    assert chosen.name == "Secret Service"
    assert chosen.refused == ""


def test_the_switch_means_no_ring_and_does_not_even_load_one():
    program = (
        "import sys\n"
        "from outreach_app.keys import ring, slots\n"
        "found = ring.open_ring({'OUTREACH_RING': 'none'})\n"
        "print(found.state(), 'keyring' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "absent False\n"


@pytest.fixture
def no_backend_chosen(monkeypatch):
    """keyring remembers its choice for the whole process; a test gives it back."""
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)


def test_without_a_session_there_is_no_ring(no_backend_chosen):
    keyring.set_keyring(keyring.backends.fail.Keyring())
    assert open_ring({}).state() is RingState.ABSENT


def test_a_chain_of_rings_is_looked_into(no_backend_chosen, monkeypatch):
    rings = [keyring.backends.null.Keyring(), keyring.backends.SecretService.Keyring()]
    monkeypatch.setattr(keyring.backends.chainer.ChainerBackend, "backends", rings)
    keyring.set_keyring(keyring.backends.chainer.ChainerBackend())
    assert open_ring({}).name == "Secret Service"


@pytest.mark.parametrize("chosen", ["keyrings.absent.Keyring", "keyring.backends.macOS.Keyring"])
def test_a_configured_ring_that_cannot_work_here_is_no_ring(chosen, no_backend_chosen, monkeypatch):
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", chosen)
    assert open_ring({}).state() is RingState.ABSENT
