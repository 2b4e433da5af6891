"""The small cupboards: drafts, the book, the audit log, the profile's folder and its lock."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach_app.domain.trouble import Bug, Trouble
from outreach_app.store import audit, book, checkup, drafts
from outreach_app.store.drafts import Draft, Place
from outreach_app.store.profile import Profile

AT = datetime(2026, 11, 24, 18, 8, 9, 123000, tzinfo=UTC)


def test_a_draft_comes_back_with_its_field_and_its_cursor(db) -> None:
    draft = Draft(
        id="one",
        kind="engagement",
        values={"note": "half a sent", "ages": {"13_15": 2}},
        over={"note": ["ab" * 32]},
        record="a record",
        place=Place(screen="log", field="note", cursor=11),
        updated_at=AT,
    )
    drafts.keep(db, draft)
    assert drafts.get(db, "one") == draft
    assert drafts.get(db, "two") is None


def test_a_draft_is_kept_over_itself_and_the_last_touched_comes_first(db) -> None:
    for number, name in enumerate(("one", "two", "one")):
        place = Place(screen="log", cursor=number)
        at = AT + timedelta(minutes=number)
        drafts.keep(db, Draft(id=name, kind="visit", values={}, place=place, updated_at=at))
    assert [(draft.id, draft.place.cursor) for draft in drafts.all(db)] == [("one", 2), ("two", 1)]
    assert drafts.drop(db, "one") is True
    assert drafts.drop(db, "one") is False
    assert len(drafts.all(db)) == 1


def test_the_book_keeps_each_room_to_itself(db) -> None:
    book.put(db, "roster", "0002", b"second")
    book.put(db, "roster", "0001", b"first")
    book.put(db, "invite", "0001", b"another")
    book.put(db, "roster", "0001", b"first again")
    assert book.all(db, "roster") == [("0001", b"first again"), ("0002", b"second")]
    assert book.get(db, "invite", "0001") == b"another"
    assert book.get(db, "invite", "0002") is None
    assert book.drop(db, "invite", "0001") is True
    assert book.all(db, "invite") == []


class TestTheAuditLog:
    def test_tells_what_happened_newest_first(self, db) -> None:
        audit.note(db, "reveal", AT, "a" * 32, "record id")
        audit.note(db, "export-team-pdf", AT + timedelta(hours=1), "b" * 32)
        newest, oldest = audit.entries(db)
        assert (newest.number, newest.what, newest.who) == (2, "export-team-pdf", "b" * 32)
        assert (oldest.at, oldest.about) == (AT, "record id")
        assert audit.entries(db, limit=1) == [newest]
        assert audit.verify(db) is None

    def test_takes_no_line_back(self, db) -> None:
        audit.note(db, "reveal", AT, "a" * 32)
        for harm in ("delete from audit", "update audit set who = 'nobody'"):
            with pytest.raises(Bug):
                db.execute(harm)
        assert len(audit.entries(db)) == 1

    @pytest.mark.parametrize(
        ("harm", "first"),
        [
            ("update audit set who = 'nobody' where number = 2", 2),
            ("update audit set at = at + 1 where number = 3", 3),
            ("delete from audit where number = 2", 2),
            ("delete from audit where number = 1", 1),
        ],
    )
    def test_shows_what_was_done_to_it_behind_its_back(self, db, harm: str, first: int) -> None:
        for number in range(4):
            audit.note(db, "reveal", AT, "a" * 32, f"record {number}")
        db.execute("drop trigger audit_keeps_its_rows")
        db.execute("drop trigger audit_keeps_its_words")
        db.execute(harm)
        assert audit.verify(db) == first
        assert [(one.code, one.count) for one in checkup.check(db)] == [("audit", 1)]


class TestTheProfile:
    def test_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        profile = Profile(tmp_path / "new" / "profile")
        assert not profile.exists()
        with profile.acquire():
            assert stat.S_IMODE(profile.folder.stat().st_mode) == 0o700
            assert not profile.exists()
        profile.vault.touch()
        assert profile.exists()

    def test_closes_a_folder_that_stood_open(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o755)
        Profile(tmp_path).acquire().release()
        assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700

    def test_lets_one_program_in_and_the_next_one_after_it_even_after_a_kill(self, tmp_path, run) -> None:
        script = """
import sys
from pathlib import Path
from outreach_app.store.profile import Profile
lease = Profile(Path(sys.argv[1])).acquire()
print("in", flush=True)
sys.stdin.read()
"""
        profile = Profile(tmp_path / "profile")
        process = run(script, str(profile.folder))
        assert process.stdout is not None
        assert process.stdout.readline() == "in\n"
        with pytest.raises(Trouble, match="profile-in-use"):
            profile.acquire()
        process.kill()
        process.wait()
        lease = profile.acquire()
        with pytest.raises(Trouble, match="profile-in-use"):
            profile.acquire()
        lease.release()
        lease.release()
        profile.acquire().release()


def test_a_folder_that_cannot_be_one_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("not a folder")
    with pytest.raises(Trouble) as caught:
        Profile(tmp_path / "a file").acquire()
    assert (caught.value.code, caught.value.facts["folder"]) == ("profile-refused", "a file")
