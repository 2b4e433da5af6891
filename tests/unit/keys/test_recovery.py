"""Sheets of paper: any two holders open what the team can read, and every slip of the pen is told."""

from __future__ import annotations

from itertools import combinations

import pytest

from outreach_app.keys import recovery, wraps
from outreach_app.keys.wraps import WrapPlace
from outreach_app.wire.roster import RecoverySet

TEAM, STREAM, ROSTER = b"t" * 16, b"s" * 16, b"r" * 32


@pytest.fixture
def sheets(randomness):
    return recovery.make_recovery(TEAM, RecoverySet.TEAM, randomness)


@pytest.fixture
def key(randomness):
    return wraps.make_epoch_key(randomness)


def wrap_for(sheets, key):
    return recovery.wrap_to_pairs(
        key,
        [sheet.public for sheet in sheets],
        RecoverySet.TEAM,
        team=TEAM,
        stream=STREAM,
        epoch=1,
        roster=ROSTER,
    )


def place_of(pair: bytes) -> WrapPlace:
    return WrapPlace(team=TEAM, stream=STREAM, epoch=1, roster=ROSTER, recipient=pair)


def test_any_two_holders_open_an_epoch_key(sheets, key):
    kept = {wrap.recipient: wrap.sealed for wrap in wrap_for(sheets, key)}
    assert len(kept) == 3
    for one, other in combinations(sheets, 2):
        pair = recovery.pair_of(other, one)
        for first, second in ((one, other), (other, one)):
            opened = recovery.open_with_two(first, second, kept[pair], place_of(pair), wraps.commit(key))
            assert opened == key


def test_one_holder_alone_opens_nothing(sheets, key, trouble):
    kept = wrap_for(sheets, key)
    for wrap in kept:
        assert (
            trouble(
                recovery.open_with_two,
                sheets[0],
                sheets[0],
                wrap.sealed,
                place_of(wrap.recipient),
                wraps.commit(key),
            )
            == "sheets-same"
        )


def test_a_pair_does_not_open_another_pairs_wrap(sheets, key, trouble):
    kept = {wrap.recipient: wrap.sealed for wrap in wrap_for(sheets, key)}
    theirs = recovery.pair_of(sheets[1], sheets[2])
    code = trouble(
        recovery.open_with_two, sheets[0], sheets[1], kept[theirs], place_of(theirs), wraps.commit(key)
    )
    assert code == "wrap-wrong"


def test_keys_of_the_other_set_get_no_wrap(sheets, key, randomness):
    others = recovery.make_recovery(TEAM, RecoverySet.SAFEGUARDING, randomness)
    both = [sheet.public for sheet in (*sheets, *others)]
    made = recovery.wrap_to_pairs(
        key, both, RecoverySet.SAFEGUARDING, team=TEAM, stream=STREAM, epoch=1, roster=ROSTER
    )
    pairs = {recovery.pair_of(*two) for two in combinations(others, 2)}
    assert {wrap.recipient for wrap in made} == pairs


@pytest.mark.parametrize("belongs_to", list(RecoverySet))
def test_a_recovery_sheet_reads_back_as_typed_and_as_scanned(belongs_to, randomness):
    for sheet in recovery.make_recovery(TEAM, belongs_to, randomness):
        assert recovery.read_recovery_sheet(sheet.text.lower().replace("-", " "), TEAM) == sheet
        assert recovery.read_recovery_sheet(sheet.qr, TEAM) == sheet
        assert recovery.read_recovery_sheet(sheet.text, TEAM).public == sheet.public


def test_the_root_sheet_reads_back_and_signs(randomness):
    root = recovery.make_root(TEAM, randomness)
    again = recovery.read_root_sheet(f"\n{root.text.lower()} ", TEAM)
    assert again == recovery.read_root_sheet(root.qr, TEAM) == root
    root.signer.public_key().verify(again.signer.sign(b"entry 1"), b"entry 1")
    assert again.public == root.public


def test_sheets_fit_a_page_and_a_small_qr_code(randomness):
    root = recovery.make_root(TEAM, randomness)
    assert len(root.text.split("-")) == 22
    assert set(root.qr) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_a_slip_on_a_sheet_names_the_group(randomness, trouble):
    root = recovery.make_root(TEAM, randomness)
    groups = root.text.split("-")
    groups[4] = ("2" if groups[4][0] != "2" else "3") + groups[4][1:]
    assert trouble(recovery.read_root_sheet, "-".join(groups), TEAM) == "sheet-typo"
    assert trouble(recovery.read_root_sheet, root.text[:-6], TEAM) == "sheet-typo"


def test_a_sheet_of_another_team_is_told(randomness, trouble):
    root = recovery.make_root(TEAM, randomness)
    assert trouble(recovery.read_root_sheet, root.text, b"x" * 16) == "sheet-of-another-team"


def test_root_sheets_and_recovery_sheets_are_told_apart(sheets, randomness, trouble):
    root = recovery.make_root(TEAM, randomness)
    assert trouble(recovery.read_recovery_sheet, root.text, TEAM) == "sheet-of-another-kind"
    assert trouble(recovery.read_root_sheet, sheets[0].text, TEAM) == "sheet-of-another-kind"


def test_sheets_never_show_their_secret_by_accident(sheets, randomness):
    root = recovery.make_root(TEAM, randomness)
    assert root.seed.hex() not in repr(root)
    assert repr(root.seed) not in repr(root)
    assert all(repr(sheet.seed) not in repr(sheet) for sheet in sheets)
