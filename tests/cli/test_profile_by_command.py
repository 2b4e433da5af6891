"""The profile by command line: what keeps it from opening is told apart; copies and codes bring it back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli.conftest import LEAD, PASSPHRASE, WORKER, Day, Terminal

from outreach_app.keys import slots
from outreach_app.keys.ring import NoRing
from outreach_app.store import database
from outreach_app.store.profile import Profile


def wrong_passphrase(terminal: Terminal) -> None:
    terminal.passphrase_file.write_text("not the right one at all\n")


def no_profile(terminal: Terminal) -> None:
    shutil.rmtree(terminal.profile)


def vault_gone(terminal: Terminal) -> None:
    (terminal.profile / "vault.json").unlink()


def vault_garbled(terminal: Terminal) -> None:
    (terminal.profile / "vault.json").write_text("{}")


def records_gone(terminal: Terminal) -> None:
    (terminal.profile / "records.db").unlink()


def records_empty(terminal: Terminal) -> None:
    (terminal.profile / "records.db").write_bytes(b"")


def records_damaged(terminal: Terminal) -> None:
    path = terminal.profile / "records.db"
    taken = bytearray(path.read_bytes())
    taken[100] ^= 1
    path.write_bytes(bytes(taken))


def records_newer(terminal: Terminal) -> None:
    profile = Profile(terminal.profile)
    dbk = slots.unlock(profile.vault, PASSPHRASE, NoRing(), now=terminal.clock.now()).dbk
    db = database.open_(profile.records, dbk)
    db.execute("pragma user_version = 9999")
    db.close()


@pytest.mark.parametrize(
    ("break_it", "code"),
    [
        (wrong_passphrase, "passphrase-wrong"),
        (no_profile, "profile-missing"),
        (vault_gone, "vault-missing"),
        (vault_garbled, "vault-damaged"),
        (records_gone, "database-missing"),
        (records_empty, "database-empty"),
        (records_damaged, "database-damaged"),
        (records_newer, "database-newer"),
    ],
)
def test_what_keeps_a_profile_from_opening_is_told_apart(locked: Terminal, break_it, code: str):
    break_it(locked)
    said = locked.say("list", "engagement", "--json")
    assert said.code == 1
    assert said.complaint.startswith(f"{code}: ")


def test_a_second_program_on_one_profile_is_told_so(locked: Terminal):
    with Profile(locked.profile).acquire():
        said = locked.say("list", "engagement")
    assert said.complaint.startswith("profile-in-use: ")


def test_only_the_first_line_of_a_passphrase_file_is_taken(locked: Terminal):
    locked.passphrase_file.write_bytes(PASSPHRASE.encode() + b"\r\nand a second line\n")
    assert locked.ask("list", "engagement") == []


@pytest.mark.parametrize("taken", [b"", b"\nsecond line\n"])
def test_an_empty_passphrase_file_is_told_so(locked: Terminal, taken: bytes):
    locked.passphrase_file.write_bytes(taken)
    assert locked.say("list", "engagement").complaint.startswith("file-empty: ")


def test_a_changed_passphrase_holds_and_the_old_one_does_not(locked: Terminal, tmp_path: Path):
    new = tmp_path / "new"
    new.write_text("another fourteen letters\n")
    assert locked.ask("passphrase", "--new-passphrase-file", str(new)) == {"changed": True}
    assert locked.say("list", "team").complaint.startswith("passphrase-wrong: ")
    locked.passphrase_file = new
    assert len(locked.ask("list", "team")) == 1


def test_a_short_passphrase_is_refused_and_the_old_one_stays(locked: Terminal, tmp_path: Path):
    short = tmp_path / "short"
    short.write_text("short\n")
    said = locked.say("passphrase", "--new-passphrase-file", str(short))
    assert said.complaint.startswith("passphrase-short: ")
    assert len(locked.ask("list", "team")) == 1


def test_the_recovery_code_opens_and_sets_a_new_passphrase(locked: Terminal, tmp_path: Path):
    profile = Profile(locked.profile)
    now = locked.clock.now()
    code = slots.new_recovery_code(profile.vault, PASSPHRASE, NoRing(), now=now)
    (tmp_path / "code").write_text(code.lower().replace("-", " ") + "\n")
    (tmp_path / "new").write_text("another fourteen letters\n")
    words = ("recover", "--recovery-code-file", str(tmp_path / "code"))
    done = locked.ask(*words, "--new-passphrase-file", str(tmp_path / "new"))
    assert done == {"recovered": True, "uses_ring": False}
    locked.passphrase_file = tmp_path / "new"
    assert len(locked.ask("list", "team")) == 1


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (lambda code: code[:-1] + ("A" if code[-1] != "A" else "B"), "recovery-code-typo"),
        (lambda code: "0" * len(code), "recovery-code-typo"),
    ],
)
def test_a_mistyped_recovery_code_changes_nothing(locked: Terminal, tmp_path: Path, change, trouble: str):
    code = slots.new_recovery_code(
        Profile(locked.profile).vault, PASSPHRASE, NoRing(), now=locked.clock.now()
    )
    (tmp_path / "code").write_text(change(code))
    (tmp_path / "new").write_text("another fourteen letters\n")
    said = locked.say(
        "recover",
        "--recovery-code-file",
        str(tmp_path / "code"),
        "--new-passphrase-file",
        str(tmp_path / "new"),
    )
    assert said.complaint.startswith(f"{trouble}: ")
    assert len(locked.ask("list", "team")) == 1


def test_a_backup_brings_back_what_was_there_and_moves_aside_what_is(locked: Terminal, tmp_path: Path):
    kept = locked.record("hotspot", name="Kept")
    out = tmp_path / "backup"
    assert locked.ask("backup", "--out", str(out)) == {"file": str(out)}
    locked.record("hotspot", name="Later")
    restored = locked.ask("restore", str(out))
    assert restored["profile"] == str(locked.profile)
    assert Path(restored["moved_aside"]).is_dir()
    assert [one["id"] for one in locked.ask("list", "hotspot")] == [kept]


def test_a_backup_is_restored_into_a_new_folder_without_a_passphrase(locked: Terminal, tmp_path: Path):
    locked.record("hotspot", name="Kept")
    locked.ask("backup", "--out", str(tmp_path / "backup"))
    locked.profile = tmp_path / "elsewhere"
    restored = locked.ask("restore", str(tmp_path / "backup"))
    assert restored == {"profile": str(tmp_path / "elsewhere"), "moved_aside": None}
    assert [one["name"] for one in locked.ask("list", "hotspot")] == ["Kept"]


@pytest.mark.parametrize(("content", "code"), [(None, "backup-missing"), (b"PK nonsense", "backup-damaged")])
def test_what_is_no_backup_changes_nothing(locked: Terminal, tmp_path: Path, content, code: str):
    if content is not None:
        (tmp_path / "backup").write_bytes(content)
    assert locked.say("restore", str(tmp_path / "backup")).complaint.startswith(f"{code}: ")
    assert len(locked.ask("list", "team")) == 1


def test_check_says_that_all_is_well_and_mends_a_table_that_is_not(terminal: Terminal):
    terminal.record("hotspot", name="Kept")
    assert terminal.ask("check") == {"sound": True, "mended": []}
    assert terminal.opened is not None
    with terminal.opened.db.atomic():
        terminal.opened.db.execute("delete from record where kind = 'hotspot'")
    said = terminal.say("check")
    assert said.code == 1
    assert said.complaint.startswith("check-found: ")
    assert "views (" in said.complaint
    mended = terminal.ask("check", "--rebuild")
    assert (mended["sound"], [one["code"] for one in mended["mended"]]) == (True, ["views"])
    assert terminal.ask("check") == {"sound": True, "mended": []}
    assert [one["name"] for one in terminal.ask("list", "hotspot")] == ["Kept"]


# ----------------------------------------------------------------------------------------------- a shift


def test_a_shift_goes_from_start_to_approval_by_command(terminal: Terminal):
    place = terminal.record("hotspot", name="Clock Tower", code="CT")
    other = terminal.record("hotspot", name="Haymarket", code="HM")
    started = terminal.ask("start", "--with", "Sam (example)")
    assert started["workers"] == [LEAD, WORKER]
    assert started["planned_start_at"] == "2026-11-24T14:00:00Z"
    arrived = terminal.ask("arrive", "clock tower")
    assert (arrived["hotspot"], arrived["left_at"]) == (place, None)
    terminal.clock.advance(minutes=30)
    left = terminal.ask("leave")
    assert (left["id"], left["left_at"] is not None) == (arrived["id"], True)
    assert terminal.ask("arrive", other)["hotspot"] == other
    terminal.clock.advance(minutes=10)
    ended = terminal.ask("end")
    assert (ended["id"], ended["drafts_left"]) == (started["id"], 0)
    assert {one["left_at"] is not None for one in terminal.ask("list", "visit")} == {True}
    said = terminal.say("approve", started["id"])
    assert said.complaint.startswith("approver-in-pair: ")
    assert terminal.ask("reopen", started["id"])["submitted_at"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("arrive", "Clock Tower"), "shift-missing"),
        (("leave",), "shift-missing"),
        (("end",), "shift-missing"),
        (("start", "--with", "Nobody"), "name-unknown"),
        (("start", "--with", "Alex (example)"), "workers-too-few"),
        (("approve", "nothing"), "record-missing"),
    ],
)
def test_a_step_out_of_its_order_is_told_in_one_line(terminal: Terminal, words: tuple[str, ...], code: str):
    terminal.record("hotspot", name="Clock Tower")
    said = terminal.say(*words)
    assert said.code == 1
    assert said.complaint.startswith(f"{code}: ")
    assert terminal.ask("list", "shift") == []


def test_a_summary_is_written_in_every_format_with_the_same_totals(
    terminal: Terminal, day: Day, tmp_path: Path
):
    terminal.record("engagement", shift=day.shift, occurred_at="2026-11-24T14:30:00Z", headcount=3, depth=2)
    totals = []
    for form in ("pdf", "xlsx", "csv", "json"):
        out = tmp_path / f"summary.{form}"
        done = terminal.ask("summary", "--shift", day.shift, "--format", form, "--out", str(out))
        assert (done["file"], done["edition"]) == (str(out), "team")
        assert out.stat().st_size > 500
        totals.append(done["totals"])
    period = ("--from", "2026-11-23", "--to", "2026-11-24")
    out = tmp_path / "period.json"
    totals.append(terminal.ask("summary", *period, "--format", "json", "--out", str(out))["totals"])
    assert all(one == totals[0] for one in totals)
    assert (totals[0]["conversations"], totals[0]["young_people"]) == (1, 3)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--shift", "nothing"), "shift-unknown"),
        (("--from", "2026-11-25", "--to", "2026-11-24"), "period-crossed"),
    ],
)
def test_a_summary_of_nothing_is_refused(
    terminal: Terminal, tmp_path: Path, words: tuple[str, ...], code: str
):
    out = tmp_path / "summary.json"
    said = terminal.say("summary", *words, "--format", "json", "--out", str(out))
    assert said.complaint.startswith(f"{code}: ")
    assert not out.exists()


def test_a_summary_that_cannot_be_written_says_where(terminal: Terminal, day: Day, tmp_path: Path):
    out = str(tmp_path / "no" / "such" / "folder" / "summary.json")
    said = terminal.say("summary", "--shift", day.shift, "--format", "json", "--out", out)
    assert said.complaint.startswith("export-not-written: ")
