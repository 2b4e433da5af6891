"""The vault: each way in works, each way it can fail has its own name, and nothing is lost in between."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from datetime import timedelta
from functools import partial

import keyring.errors
import pytest

from outreach_app.domain.trouble import Bug, Trouble
from outreach_app.keys import slots
from outreach_app.keys.ring import NoRing, SystemRing

LONG = "a passphrase of many words"
OTHER = "another passphrase altogether"
WITH_RING = "ten chars!"

# The floor costs a tenth of production; one test below pays the whole price.
create = partial(slots.create, cost=slots.FLOOR)
recover = partial(slots.recover, cost=slots.FLOOR)
change_passphrase = partial(slots.change_passphrase, cost=slots.FLOOR)
finish_renewal = partial(slots.finish_renewal, cost=slots.FLOOR)


@pytest.fixture
def unlock(clock):
    return lambda path, passphrase, ring: slots.unlock(path, passphrase, ring, now=clock.now())


def facts_of(verb, *args, **named):
    with pytest.raises(Trouble) as caught:
        verb(*args, **named)
    return caught.value.facts


def rewrite(path, *keys, value):
    """Change one place of the file, as a disk or a hand might."""
    document = json.loads(path.read_text())
    place = document
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = value
    path.write_text(json.dumps(document))


# ---------------------------------------------------------------------------------------- ways in


def test_a_passphrase_with_the_ring_opens_the_file(vault_path, ring, unlock):
    created = create(vault_path, WITH_RING, ring)
    unlocked = unlock(vault_path, WITH_RING, ring)
    assert unlocked == slots.Unlocked(created.dbk, None, uses_ring=True)
    assert created.uses_ring
    assert len(created.dbk) == 32


def test_without_a_ring_the_passphrase_stands_alone_and_it_is_said(vault_path, unlock):
    created = create(vault_path, LONG, NoRing())
    assert not created.uses_ring
    assert unlock(vault_path, LONG, NoRing()) == slots.Unlocked(created.dbk, None, uses_ring=False)


def test_the_recovery_code_opens_the_file_without_ring_and_passphrase(vault_path, ring):
    created = create(vault_path, WITH_RING, ring)
    typed = created.recovery_code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert slots.open_with_code(vault_path, typed).dbk == created.dbk
    assert len(created.recovery_code.split("-")) == 8


def test_production_prices_open_what_they_sealed(vault_path, unlock):
    created = slots.create(vault_path, LONG, NoRing())
    assert json.loads(vault_path.read_text())["passphrase"]["header"]["cost"] == {
        "memory_kib": 256 * 1024,
        "passes": 3,
        "lanes": 4,
    }
    assert unlock(vault_path, LONG, NoRing()).dbk == created.dbk


def test_one_passphrase_typed_on_two_keyboards_is_one_passphrase(vault_path, unlock):
    created = create(vault_path, "a caf\u00e9 in Leicester", NoRing())
    assert unlock(vault_path, "a cafe\u0301 in Leicester", NoRing()).dbk == created.dbk


def test_the_vault_holds_no_secret_in_clear(vault_path, ring, backend):
    created = create(vault_path, WITH_RING, ring)
    text = vault_path.read_text()
    (kept,) = backend.kept.values()
    for secret in (WITH_RING, created.recovery_code, created.recovery_code.replace("-", ""), kept):
        assert secret not in text
    assert created.dbk not in vault_path.read_bytes()
    assert vault_path.stat().st_mode & 0o077 == 0
    assert [each.name for each in vault_path.parent.iterdir()] == ["vault.json"]


def test_secrets_are_not_shown_by_accident(vault_path, ring, unlock):
    created = create(vault_path, WITH_RING, ring)
    unlocked = unlock(vault_path, WITH_RING, ring)
    assert repr(created) == "Created(uses_ring=True)"
    assert repr(unlocked) == "Unlocked(uses_ring=True)"


def test_two_vaults_of_one_person_share_nothing(tmp_path, ring, backend, unlock):
    one, other = tmp_path / "one.json", tmp_path / "other.json"
    created = create(one, WITH_RING, ring), create(other, WITH_RING, ring)
    assert created[0].dbk != created[1].dbk
    assert len(backend.kept) == 2
    assert unlock(one, WITH_RING, ring).dbk == created[0].dbk


# ------------------------------------------------------------------------------ passphrases refused


@pytest.mark.parametrize(("passphrase", "least"), [("nine char", 10), ("thirteen char", 14)])
def test_a_short_passphrase_is_refused_and_nothing_is_made(
    vault_path, ring, backend, trouble, passphrase, least
):
    place = ring if least == 10 else NoRing()
    assert facts_of(create, vault_path, passphrase, place) == {"least": least}
    assert not vault_path.exists()
    assert backend.kept == {}
    assert slots.least_length(uses_ring=place is ring) == least


def test_a_vault_is_never_made_over_another(vault_path, ring, trouble):
    create(vault_path, WITH_RING, ring)
    before = vault_path.read_bytes()
    assert trouble(create, vault_path, LONG, ring) == "vault-exists"
    assert vault_path.read_bytes() == before


def test_a_wrong_passphrase_is_called_that(vault_path, ring, unlock, trouble):
    create(vault_path, WITH_RING, ring)
    assert trouble(unlock, vault_path, "not it at all", ring) == "passphrase-wrong"
    unlock(vault_path, WITH_RING, ring)


def test_tries_are_slowed_and_never_ended(vault_path, clock, trouble):
    created = create(vault_path, LONG, NoRing())
    open_now = partial(slots.unlock, vault_path, ring=NoRing())
    for tries in range(1, 4):
        facts = facts_of(open_now, "wrong", now=clock.now())
        assert facts == {"tries": tries, "seconds": 0}
    assert facts_of(open_now, "wrong", now=clock.now()) == {"tries": 4, "seconds": 1}
    assert slots.describe(vault_path, clock.now()) == ("", 4, timedelta(seconds=1), False)
    assert facts_of(open_now, LONG, now=clock.advance(seconds=0.4)) == {"seconds": 1}
    assert open_now(LONG, now=clock.advance(seconds=0.6)).dbk == created.dbk
    assert slots.describe(vault_path, clock.now()).failed_tries == 0


def test_a_clock_set_back_keeps_nobody_out(vault_path, clock):
    create(vault_path, LONG, NoRing())
    for _ in range(4):
        facts_of(slots.unlock, vault_path, "wrong", NoRing(), now=clock.now())
    assert slots.unlock(vault_path, LONG, NoRing(), now=clock.advance(days=-30))


def test_the_delay_grows_to_five_minutes_and_no_further():
    delays = [slots.delay_after(tries).total_seconds() for tries in range(14)]
    assert delays == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert slots.delay_after(10**9) == timedelta(minutes=5)


# ----------------------------------------------------------------------------------- the ring's states


def test_a_ring_that_is_gone_is_named(vault_path, ring, unlock):
    create(vault_path, WITH_RING, ring)
    assert facts_of(unlock, vault_path, WITH_RING, NoRing()) == {"ring": "Secret Service"}


def test_each_state_of_the_ring_has_its_own_name(vault_path, ring, another_ring, backend, unlock, trouble):
    create(vault_path, WITH_RING, ring)
    before = vault_path.read_bytes()
    assert trouble(unlock, vault_path, WITH_RING, NoRing()) == "ring-absent"
    assert trouble(unlock, vault_path, WITH_RING, another_ring) == "ring-changed"
    backend.broken = keyring.errors.KeyringLocked()
    assert trouble(unlock, vault_path, WITH_RING, ring) == "ring-locked"
    backend.broken = keyring.errors.KeyringError()
    assert trouble(unlock, vault_path, WITH_RING, ring) == "ring-silent"
    backend.broken = None
    ((place, kept),) = backend.kept.items()
    backend.kept[place] = ("x" if kept[0] != "x" else "y") + kept[1:]
    assert trouble(unlock, vault_path, WITH_RING, ring) == "ring-value-wrong"
    del backend.kept[place]
    assert trouble(unlock, vault_path, WITH_RING, ring) == "ring-value-lost"
    assert vault_path.read_bytes() == before


def test_a_wrong_ring_is_not_blamed_on_the_passphrase_nor_counted(
    vault_path, ring, another_ring, clock, trouble
):
    create(vault_path, WITH_RING, ring)
    facts = facts_of(slots.unlock, vault_path, "wrong as well", another_ring, now=clock.now())
    assert facts == {"ring": "Secret Service", "present": "KWallet"}
    assert slots.describe(vault_path, clock.now()).failed_tries == 0


def test_a_secret_moved_by_its_owner_to_another_ring_still_opens(
    vault_path, ring, another_ring, backend, unlock
):
    created = create(vault_path, WITH_RING, ring)
    another_ring._backend.kept = backend.kept
    assert unlock(vault_path, WITH_RING, another_ring).dbk == created.dbk


@pytest.mark.parametrize(
    ("error", "code"),
    [(keyring.errors.KeyringLocked, "ring-locked"), (keyring.errors.KeyringError, "ring-silent")],
)
def test_a_ring_that_will_not_answer_never_gets_a_new_vault(vault_path, ring, backend, error, code, trouble):
    backend.broken = error()
    assert trouble(create, vault_path, LONG, ring) == code
    assert not vault_path.exists()


# ------------------------------------------------------------------------------------------ recovery


@pytest.mark.parametrize("lost", ["gone", "locked", "emptied", "another"])
def test_recovery_works_whatever_happened_to_the_ring(vault_path, ring, another_ring, backend, unlock, lost):
    created = create(vault_path, WITH_RING, ring)
    old = dict(backend.kept)
    now = {"gone": NoRing(), "locked": ring, "emptied": ring, "another": another_ring}[lost]
    if lost == "locked":
        backend.broken = keyring.errors.KeyringLocked()
    if lost == "emptied":
        backend.kept.clear()
    unlocked = recover(vault_path, created.recovery_code, LONG, now)
    assert unlocked.dbk == created.dbk
    assert unlocked.uses_ring == (lost in {"emptied", "another"})
    assert unlock(vault_path, LONG, now).dbk == created.dbk
    if lost == "locked":
        assert backend.kept == old


def test_recovery_with_a_healthy_ring_replaces_its_secret(vault_path, ring, backend, unlock, trouble):
    created = create(vault_path, WITH_RING, ring)
    (old,) = backend.kept
    assert recover(vault_path, created.recovery_code, "new, ten or more", ring).uses_ring
    (new,) = backend.kept
    assert new != old
    assert unlock(vault_path, "new, ten or more", ring).dbk == created.dbk
    assert trouble(unlock, vault_path, WITH_RING, ring) == "passphrase-wrong"


def test_recovery_without_a_ring_asks_for_the_longer_passphrase(vault_path, ring, trouble):
    created = create(vault_path, WITH_RING, ring)
    before = vault_path.read_bytes()
    assert trouble(recover, vault_path, created.recovery_code, WITH_RING, NoRing()) == "passphrase-short"
    assert vault_path.read_bytes() == before


def test_recovery_ends_the_waiting(vault_path, clock):
    created = create(vault_path, LONG, NoRing())
    for _ in range(5):
        facts_of(slots.unlock, vault_path, "wrong", NoRing(), now=clock.advance(seconds=10))
    recover(vault_path, created.recovery_code, OTHER, NoRing())
    assert slots.unlock(vault_path, OTHER, NoRing(), now=clock.now()).dbk == created.dbk


def test_a_slip_in_the_code_is_told_from_a_wrong_code(vault_path, tmp_path, trouble):
    created = create(vault_path, LONG, NoRing())
    groups = created.recovery_code.split("-")
    groups[2] = ("2" if groups[2][0] != "2" else "3") + groups[2][1:]
    assert facts_of(slots.open_with_code, vault_path, "-".join(groups)) == {"group": 3}
    assert trouble(slots.open_with_code, vault_path, "") == "recovery-code-typo"
    another = create(tmp_path / "another.json", LONG, NoRing())
    assert trouble(slots.open_with_code, vault_path, another.recovery_code) == "recovery-code-wrong"


def test_a_new_recovery_code_ends_the_old_one(vault_path, ring, clock, trouble):
    created = create(vault_path, WITH_RING, ring)
    code = slots.new_recovery_code(vault_path, WITH_RING, ring, now=clock.now())
    assert slots.open_with_code(vault_path, code).dbk == created.dbk
    assert trouble(slots.open_with_code, vault_path, created.recovery_code) == "recovery-code-wrong"


# ----------------------------------------------------------------------------------- another passphrase


def test_a_changed_passphrase_opens_the_same_file(vault_path, ring, backend, clock, unlock, trouble):
    created = create(vault_path, WITH_RING, ring)
    kept = dict(backend.kept)
    changed = change_passphrase(vault_path, WITH_RING, "eleven char", ring, now=clock.now())
    assert changed == slots.Unlocked(created.dbk, None, uses_ring=True)
    assert backend.kept == kept
    assert unlock(vault_path, "eleven char", ring).dbk == created.dbk
    assert trouble(unlock, vault_path, WITH_RING, ring) == "passphrase-wrong"
    assert slots.open_with_code(vault_path, created.recovery_code).dbk == created.dbk


def test_each_write_of_a_slot_takes_a_fresh_salt_and_nonce(vault_path, clock):
    create(vault_path, LONG, NoRing())
    seen = set()
    for _ in range(3):
        header = json.loads(vault_path.read_text())["passphrase"]["header"]
        seen |= {header["salt"], header["nonce"]}
        change_passphrase(vault_path, LONG, LONG, NoRing(), now=clock.now())
    assert len(seen) == 6


def test_a_ring_that_appeared_later_is_used_from_the_next_change(vault_path, ring, clock, unlock):
    created = create(vault_path, LONG, NoRing())
    assert change_passphrase(vault_path, LONG, WITH_RING, ring, now=clock.now()).uses_ring
    assert unlock(vault_path, WITH_RING, ring).dbk == created.dbk
    assert slots.describe(vault_path, clock.now()).ring == "Secret Service"


def test_without_a_ring_a_change_keeps_the_longer_rule(vault_path, clock, unlock, trouble):
    created = create(vault_path, LONG, NoRing())
    short = partial(change_passphrase, now=clock.now())
    assert trouble(short, vault_path, LONG, WITH_RING, NoRing()) == "passphrase-short"
    assert not change_passphrase(vault_path, LONG, OTHER, NoRing(), now=clock.now()).uses_ring
    assert unlock(vault_path, OTHER, NoRing()).dbk == created.dbk


# -------------------------------------------------------------------------------- another key of the file


def test_a_renewal_interrupted_anywhere_leaves_both_keys_within_reach(vault_path, ring, clock, unlock):
    created = create(vault_path, WITH_RING, ring)
    next_dbk = slots.begin_renewal(vault_path, unlock(vault_path, WITH_RING, ring))
    for way_in in (
        unlock(vault_path, WITH_RING, ring),
        slots.open_with_code(vault_path, created.recovery_code),
    ):
        assert (way_in.dbk, way_in.next_dbk) == (created.dbk, next_dbk)
        assert slots.begin_renewal(vault_path, way_in) == next_dbk
    assert slots.describe(vault_path, clock.now()).is_renewing


def test_a_finished_renewal_leaves_no_way_from_the_old_copy(
    vault_path, ring, backend, clock, unlock, trouble
):
    created = create(vault_path, WITH_RING, ring)
    copied = vault_path.read_bytes()
    next_dbk = slots.begin_renewal(vault_path, unlock(vault_path, WITH_RING, ring))
    renewed = finish_renewal(vault_path, WITH_RING, ring, now=clock.now())
    assert renewed.dbk == next_dbk != created.dbk
    assert unlock(vault_path, WITH_RING, ring) == slots.Unlocked(next_dbk, None, uses_ring=True)
    assert slots.open_with_code(vault_path, renewed.recovery_code).dbk == next_dbk
    assert trouble(slots.open_with_code, vault_path, created.recovery_code) == "recovery-code-wrong"
    assert len(backend.kept) == 1
    vault_path.write_bytes(copied)
    assert trouble(unlock, vault_path, WITH_RING, ring) == "ring-value-lost"


def test_a_renewal_works_without_a_ring(vault_path, clock, unlock):
    create(vault_path, LONG, NoRing())
    next_dbk = slots.begin_renewal(vault_path, unlock(vault_path, LONG, NoRing()))
    assert not finish_renewal(vault_path, LONG, NoRing(), now=clock.now()).uses_ring
    assert unlock(vault_path, LONG, NoRing()).dbk == next_dbk


def test_a_renewal_given_up_changes_nothing(vault_path, unlock):
    created = create(vault_path, LONG, NoRing())
    slots.begin_renewal(vault_path, unlock(vault_path, LONG, NoRing()))
    slots.abandon_renewal(vault_path)
    assert unlock(vault_path, LONG, NoRing()) == slots.Unlocked(created.dbk, None, uses_ring=False)


def test_a_passphrase_changed_in_mid_renewal_still_reaches_both_keys(vault_path, clock, unlock):
    created = create(vault_path, LONG, NoRing())
    next_dbk = slots.begin_renewal(vault_path, unlock(vault_path, LONG, NoRing()))
    change_passphrase(vault_path, LONG, OTHER, NoRing(), now=clock.now())
    unlocked = unlock(vault_path, OTHER, NoRing())
    assert (unlocked.dbk, unlocked.next_dbk) == (created.dbk, next_dbk)


def test_finishing_what_was_never_begun_is_a_bug(vault_path, clock):
    create(vault_path, LONG, NoRing())
    with pytest.raises(Bug):
        finish_renewal(vault_path, LONG, NoRing(), now=clock.now())


def test_a_damaged_bridge_is_damage(vault_path, unlock):
    create(vault_path, LONG, NoRing())
    slots.begin_renewal(vault_path, unlock(vault_path, LONG, NoRing()))
    rewrite(vault_path, "bridge", "salt", value="A" * 22 + "==")
    assert facts_of(unlock, vault_path, LONG, NoRing()) == {"part": "bridge"}


# ------------------------------------------------------------------------------------------- the file


def test_missing_unreadable_damaged_and_newer_vaults_are_told_apart(vault_path, unlock, trouble):
    assert trouble(unlock, vault_path, LONG, NoRing()) == "vault-missing"
    vault_path.mkdir()
    assert facts_of(unlock, vault_path, LONG, NoRing()) == {"reason": "EISDIR"}
    vault_path.rmdir()
    for damaged in (b"", b"{", b"[]", b'{"version":0}', b'{"version":1}', b"\xff\xfe", b'{"version":"2"}'):
        vault_path.write_bytes(damaged)
        assert trouble(unlock, vault_path, LONG, NoRing()) == "vault-damaged"
    vault_path.write_bytes(b'{"version":2,"anything":"else"}')
    assert facts_of(unlock, vault_path, LONG, NoRing()) == {"version": 2}


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("passphrase", "header", "cost", "memory_kib"), 1024),
        (("passphrase", "header", "cost", "memory_kib"), 2**40),
        (("passphrase", "header", "cost", "passes"), 0),
        (("passphrase", "header", "salt"), "AAAA"),
        (("passphrase", "header", "slot"), "B"),
        (("passphrase", "sealed_dbk"), "AAAA"),
        (("passphrase", "header", "more"), 1),
        (("recovery", "header", "version"), 2),
    ],
)
def test_a_header_that_nobody_of_ours_wrote_is_refused_before_any_work(
    vault_path, unlock, trouble, keys, value
):
    create(vault_path, LONG, NoRing())
    rewrite(vault_path, *keys, value=value)
    assert trouble(unlock, vault_path, LONG, NoRing()) == "vault-damaged"


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("passphrase", "header", "cost", "passes"), 2),
        (("passphrase", "header", "vault"), "f" * 32),
        (("passphrase", "header", "nonce"), "A" * 16),
    ],
)
def test_an_altered_header_does_not_open(vault_path, unlock, trouble, keys, value):
    create(vault_path, LONG, NoRing())
    rewrite(vault_path, *keys, value=value)
    assert trouble(unlock, vault_path, LONG, NoRing()) == "passphrase-wrong"


def test_a_write_that_fails_leaves_the_vault_as_it_was(vault_path, clock, unlock, trouble):
    created = create(vault_path, LONG, NoRing())
    before = vault_path.read_bytes()
    (vault_path.parent / "vault.json.new").mkdir()
    refused = partial(change_passphrase, now=clock.now())
    assert trouble(refused, vault_path, LONG, OTHER, NoRing()) == "vault-not-written"
    assert vault_path.read_bytes() == before
    assert unlock(vault_path, LONG, NoRing()).dbk == created.dbk


def test_a_full_disk_keeps_nobody_out(vault_path, unlock, trouble):
    created = create(vault_path, LONG, NoRing())
    assert trouble(unlock, vault_path, "wrong", NoRing()) == "passphrase-wrong"
    (vault_path.parent / "vault.json.new").mkdir()
    assert trouble(unlock, vault_path, "wrong", NoRing()) == "passphrase-wrong"
    assert unlock(vault_path, LONG, NoRing()).dbk == created.dbk


def test_a_crash_before_the_rename_leaves_the_old_vault(vault_path, clock, unlock, monkeypatch):
    created = create(vault_path, LONG, NoRing())

    class Crash(BaseException):
        pass

    def crash(_):
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", crash)
        with pytest.raises(Crash):
            change_passphrase(vault_path, LONG, OTHER, NoRing(), now=clock.now())
    assert unlock(vault_path, LONG, NoRing()).dbk == created.dbk
    change_passphrase(vault_path, LONG, OTHER, NoRing(), now=clock.now())
    assert unlock(vault_path, OTHER, NoRing()).dbk == created.dbk


def test_too_little_memory_is_told_in_words(vault_path):
    create(vault_path, LONG, NoRing())
    rewrite(vault_path, "passphrase", "header", "cost", "memory_kib", value=2 * 1024 * 1024)
    program = (
        "import sys, pathlib, datetime\n"
        "from outreach_app.keys import ring, slots\n"
        "from outreach_app.domain.trouble import Trouble\n"
        "try:\n"
        "    now = datetime.datetime.now(datetime.UTC)\n"
        "    slots.unlock(pathlib.Path(sys.argv[1]), 'a passphrase', ring.NoRing(), now=now)\n"
        "except Trouble as trouble:\n"
        "    print(trouble.code, trouble.facts)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(vault_path)],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30)),
    )
    assert done.stdout == "memory-short {'mebibytes': 2048}\n"


def test_the_ring_of_the_tests_is_the_production_door(ring):
    assert isinstance(ring, SystemRing)
