"""One file that brings a profile back, and never takes anything away."""

from __future__ import annotations

import zipfile
from pathlib import Path

import msgspec
import pytest

from outreach_app.domain.trouble import Trouble
from outreach_app.store import backup, book, database, oplog
from outreach_app.store.profile import Profile
from outreach_app.store.views import Records


@pytest.fixture
def packed(profile: Profile, db, hand, tmp_path: Path) -> Path:
    """A backup of a profile with a vault and one record."""
    profile.vault.write_text('{"slots": "of the first profile"}')
    oplog.add_own(db, [hand.engagement(note="kept")])
    out = tmp_path / "profile.backup"
    backup.backup(db, profile, out)
    return out


def rewritten(packed: Path, **changes: bytes | None) -> Path:
    """The same backup with some of its files changed, or left out (None); hashes as they were."""
    out = packed.with_name("changed.backup")
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            content = changes.get(name.split(".")[0], old.read(name))
            if content is not None:
                new.writestr(name, content)
    return out


def test_a_backup_holds_the_whole_profile_as_it_was(
    packed: Path, key: bytes, tmp_path: Path, db, hand
) -> None:
    oplog.add_own(db, [hand.engagement(note="said afterwards")])
    second = Profile(tmp_path / "second")
    assert backup.restore(packed, second) is None
    assert second.vault.read_text() == '{"slots": "of the first profile"}'
    again = database.open_(second.records, key)
    assert [record.values["note"] for record in Records(again).find("engagement")] == ["kept"]
    again.close()
    for path in (second.records, second.vault, packed):
        assert path.stat().st_mode & 0o077 == 0


def test_a_backup_is_made_over_an_older_one_and_leaves_nothing_beside_it(
    packed: Path, profile: Profile, db, tmp_path: Path
) -> None:
    backup.backup(db, profile, packed)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["profile.backup"]
    assert list(profile.backups.iterdir()) == []


def test_a_backup_that_cannot_be_written_says_so_and_leaves_nothing(db, profile: Profile, tmp_path) -> None:
    profile.vault.write_text("{}")
    with pytest.raises(Trouble, match="folder-missing"):
        backup.backup(db, profile, tmp_path / "nowhere" / "profile.backup")
    (tmp_path / "folder").mkdir()
    with pytest.raises(Trouble, match="file-refused"):
        backup.backup(db, profile, tmp_path / "folder")
    assert not list(tmp_path.glob("*.part"))
    assert list(profile.backups.iterdir()) == []


def test_what_was_there_is_moved_aside_and_can_come_back(
    packed: Path, profile: Profile, db, key: bytes, hand
) -> None:
    oplog.add_own(db, [hand.engagement(note="not in the backup")])
    profile.vault.write_text("changed since")
    db.close()
    aside = backup.restore(packed, profile)
    assert aside == profile.backups / "replaced-1"
    assert (aside / "vault.json").read_text() == "changed since"
    old = database.open_(aside / "records.db", key)
    assert Records(old).count("engagement") == 2
    old.close()
    assert backup.restore(packed, profile) == profile.backups / "replaced-2"
    assert Records(database.open_(profile.records, key)).count("engagement") == 1


def test_a_write_ahead_log_goes_aside_with_its_database(
    packed: Path, profile: Profile, key: bytes, run, db
) -> None:
    """After a crash the newest saves stand in the log alone; next to another database it would be lost."""
    db.close()
    script = """
import os, sys
from pathlib import Path
from outreach_app.store import book, database
db = database.open_(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
book.put(db, "room", "newest", b"in the log")
os.kill(os.getpid(), 9)
"""
    run(script, str(profile.records), key.hex()).wait(timeout=60)
    aside = backup.restore(packed, profile)
    again = database.open_(profile.records, key)
    assert book.get(again, "room", "newest") is None
    again.close()
    old = database.open_(aside / "records.db", key)
    assert book.get(old, "room", "newest") == b"in the log"
    old.close()


@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda packed: packed.with_name("nowhere"), "backup-missing"),
        (lambda packed: rewritten(packed, records=b"something else"), "backup-damaged"),
        (lambda packed: rewritten(packed, vault=b"{}"), "backup-damaged"),
        (lambda packed: rewritten(packed, vault=None), "backup-damaged"),
        (lambda packed: rewritten(packed, contents=None), "backup-damaged"),
        (lambda packed: rewritten(packed, contents=b"{not json"), "backup-damaged"),
        (lambda packed: rewritten(packed, contents=b" " * 100_000), "backup-damaged"),
        (lambda packed: rewritten(packed, contents=b'{"version":2,"files":{}}'), "backup-newer"),
        (lambda packed: cut(packed), "backup-damaged"),
        (lambda packed: bent(packed), "backup-damaged"),
    ],
)
def test_a_backup_that_is_not_whole_changes_nothing(packed: Path, profile: Profile, db, harm, code) -> None:
    db.close()
    before = {path: path.read_bytes() for path in profile.folder.rglob("*") if path.is_file()}
    with pytest.raises(Trouble) as caught:
        backup.restore(harm(packed), profile)
    assert caught.value.code == code
    assert {path: path.read_bytes() for path in profile.folder.rglob("*") if path.is_file()} == before


def test_a_bit_turned_over_in_the_archives_index_is_damage_or_does_no_harm(
    packed: Path, profile: Profile, db
) -> None:
    db.close()
    whole, records = packed.read_bytes(), zipfile.ZipFile(packed).read("records.db")
    elsewhere = Profile(profile.folder.with_name("elsewhere"))
    for place in range(len(whole) - 200, len(whole)):
        packed.write_bytes(whole[:place] + bytes([whole[place] ^ 0x80]) + whole[place + 1 :])
        said = "restored"
        try:
            backup.restore(packed, elsewhere)
        except Trouble as trouble:
            said = trouble.code
        assert said in ("restored", "backup-damaged", "backup-newer"), place
    assert not elsewhere.records.exists() or elsewhere.records.read_bytes() == records


def cut(packed: Path) -> Path:
    whole = packed.read_bytes()
    packed.write_bytes(whole[: len(whole) // 2])
    return packed


def bent(packed: Path) -> Path:
    whole = bytearray(packed.read_bytes())
    whole[len(whole) // 2] ^= 1
    packed.write_bytes(whole)
    return packed


def test_a_backup_says_its_version_and_hashes_and_nothing_else(packed: Path) -> None:
    with zipfile.ZipFile(packed) as file:
        contents = msgspec.json.decode(file.read("contents.json"))
    assert set(contents) == {"version", "files"}
    assert set(contents["files"]) == {"records.db", "vault.json"}
