"""The encrypted file: what is told apart when it does not open, and what a transaction promises."""

from __future__ import annotations

import sqlite3
import subprocess
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import sqlite_utils

from outreach_app.domain.trouble import Bug, Trouble
from outreach_app.store import book, database, engine, migrations
from outreach_app.store.database import Database


def trouble_of(path: Path, key: bytes) -> Trouble:
    with pytest.raises(Trouble) as caught:
        database.open_(path, key)
    return caught.value


def closed_file(path: Path, key: bytes) -> None:
    made = database.create(path, key)
    book.put(made, "room", "key", b"kept" * 5000)
    made.close()


def test_a_saved_value_is_there_after_closing_and_opening(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "records.db"
    closed_file(path, key)
    again = database.open_(path, key)
    assert book.get(again, "room", "key") == b"kept" * 5000
    again.close()


def test_a_commit_is_on_the_disk_and_nothing_deleted_stays(db: Database) -> None:
    settings = ("synchronous", "journal_mode", "foreign_keys", "secure_delete", "temp_store", "fullfsync")
    assert [db.value(f"pragma {name}") for name in settings] == [2, "wal", 1, 1, 2, 1]


def test_the_file_is_only_its_owners(profile, db: Database) -> None:
    assert profile.records.stat().st_mode & 0o077 == 0


def test_nothing_but_this_key_opens_the_file(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "records.db"
    closed_file(path, key)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        sqlite3.connect(path).execute("select * from sqlite_schema")
    assert trouble_of(path, bytes(32)).code == "database-damaged"


def test_a_missing_an_empty_and_an_emptied_file_are_told_apart(tmp_path: Path, key: bytes) -> None:
    assert trouble_of(tmp_path / "nowhere.db", key).code == "database-missing"
    nothing = tmp_path / "nothing.db"
    nothing.touch()
    assert trouble_of(nothing, key).code == "database-empty"
    assert nothing.stat().st_size == 0
    emptied = tmp_path / "emptied.db"
    bare = engine.connect(str(emptied))
    bare.execute(f"pragma key = \"x'{key.hex()}'\"")
    bare.execute("create table soon_gone (one)")
    bare.execute("drop table soon_gone")
    bare.close()
    assert trouble_of(emptied, key).code == "database-empty"


@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda whole: bytes(16) + whole[16:], id="salt zeroed"),
        pytest.param(lambda whole: whole[:200] + b"\0" + whole[201:], id="a byte of page 1"),
        pytest.param(lambda whole: whole[:3000], id="cut in page 1"),
        pytest.param(lambda whole: b"<html>" + whole[6:], id="another file's beginning"),
        pytest.param(lambda whole: bytes(len(whole)), id="all zeros"),
    ],
)
def test_a_file_that_was_harmed_is_called_damaged_and_is_left_alone(tmp_path: Path, key: bytes, harm) -> None:
    path = tmp_path / "records.db"
    closed_file(path, key)
    harmed = harm(path.read_bytes())
    path.write_bytes(harmed)
    assert trouble_of(path, key).code == "database-damaged"
    assert path.read_bytes() == harmed


def test_a_harmed_page_in_the_middle_is_damage_when_it_is_read(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "records.db"
    closed_file(path, key)
    whole = bytearray(path.read_bytes())
    for page in range(4096 * 3, len(whole), 4096):
        whole[page + 100] ^= 1
    path.write_bytes(whole)
    with pytest.raises(Trouble, match="database-damaged"):
        book.get(database.open_(path, key), "room", "key")


def test_a_file_of_a_newer_program_is_refused_and_left_alone(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "records.db"
    made = database.create(path, key)
    made.execute(f"pragma user_version = {migrations.VERSION + 1}")
    made.close()
    before = path.read_bytes()
    trouble = trouble_of(path, key)
    assert (trouble.code, trouble.facts) == (
        "database-newer",
        {"found": migrations.VERSION + 1, "known": migrations.VERSION},
    )
    assert path.read_bytes() == before


def test_another_writer_makes_it_busy_and_not_damaged(db: Database, profile, key: bytes) -> None:
    other = database.open_(profile.records, key)
    other.execute("pragma busy_timeout = 0")
    with db.atomic(), pytest.raises(Trouble, match="database-busy"), other.atomic():
        pass
    other.close()


def test_creating_never_overwrites(tmp_path: Path, key: bytes) -> None:
    path = tmp_path / "records.db"
    closed_file(path, key)
    before = path.read_bytes()
    with pytest.raises(Trouble, match="database-exists"):
        database.create(path, key)
    assert path.read_bytes() == before


def test_half_a_database_of_a_crash_is_no_hindrance(tmp_path: Path, key: bytes) -> None:
    (tmp_path / "records.db.part").write_bytes(b"half")
    database.create(tmp_path / "records.db", key).close()
    assert [one.name for one in tmp_path.iterdir()] == ["records.db"]


def test_a_key_has_32_bytes(tmp_path: Path) -> None:
    with pytest.raises(Bug):
        database.create(tmp_path / "records.db", b"short")


# ------------------------------------------------------------------------------------------- transactions


def put_and_fail(db: Database, key: str, words: str, before: Callable[[], object] = int) -> None:
    with db.atomic():
        book.put(db, "room", key, b"1")
        before()
        raise ValueError(words)


def test_an_error_in_a_block_undoes_the_block(db: Database) -> None:
    with pytest.raises(ValueError, match="ours"):
        put_and_fail(db, "a", "ours")
    assert not db.in_transaction
    assert book.get(db, "room", "a") is None


def test_an_inner_block_is_undone_alone(db: Database) -> None:
    with db.atomic():
        book.put(db, "room", "outer", b"1")
        with pytest.raises(ValueError, match="inside"):
            put_and_fail(db, "inner", "inside")
        with db.atomic():
            book.put(db, "room", "second", b"1")
    assert [key for key, _ in book.all(db, "room")] == ["outer", "second"]


def test_the_first_error_is_the_one_that_is_seen(db: Database) -> None:
    with pytest.raises(ValueError, match="the first"):
        put_and_fail(db, "a", "the first", lambda: db._connection.execute("rollback"))
    with pytest.raises(ValueError, match="closed meanwhile"):
        put_and_fail(db, "a", "closed meanwhile", db.close)


def test_a_commit_that_fails_leaves_no_transaction_open(db: Database) -> None:
    def orphan() -> None:
        with db.atomic():
            db.execute("pragma defer_foreign_keys = on")
            db.execute("insert into sealed (batch, header) values (77, x'00')")

    with pytest.raises(Bug, match="SQLITE_CONSTRAINT"):
        orphan()
    assert not db.in_transaction
    assert db.value("select count(*) from sealed") == 0


def test_a_bug_names_its_statement_and_never_a_value(db: Database) -> None:
    with pytest.raises(Bug) as caught:
        db.execute("insert into op (id, record) values (?, ?)", (b"secret-value", "secret-name"))
    assert "insert into op" in str(caught.value)
    assert "secret" not in f"{caught.value} {caught.value.__cause__}"


def test_a_connection_belongs_to_one_thread(db: Database) -> None:
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            db.value("select 1")
        except BaseException as error:
            caught.append(error)

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert [type(error) for error in caught] == [Bug]


def test_a_copy_is_encrypted_whole_and_complete(db: Database, tmp_path: Path, key: bytes) -> None:
    book.put(db, "room", "key", b"in the copy")
    db.copy_to(tmp_path / "copy.db")
    copy = database.open_(tmp_path / "copy.db", key)
    assert book.get(copy, "room", "key") == b"in the copy"
    copy.close()
    with pytest.raises(Bug), db.atomic():
        db.copy_to(tmp_path / "another.db")


# --------------------------------------------------------------------------------------------- sqlite-utils


def test_sqlite_utils_speaks_the_encrypted_driver() -> None:
    assert sqlite_utils.db.sqlite3 is engine.sqlcipher3
    assert issubclass(engine.Error, Exception)
    assert not issubclass(engine.Error, sqlite3.Error)


def test_a_failing_returning_loses_no_later_write(profile, key: bytes, db: Database) -> None:
    with pytest.raises(Bug), db.translated() as tables:
        list(tables.query("insert into book (room, key, value) values ('r', 'k', null) returning key"))
    assert not db.in_transaction
    book.put(db, "room", "later", b"1")
    db.close()
    again = database.open_(profile.records, key)
    assert book.get(again, "room", "later") == b"1"
    again.close()


def test_a_plugin_is_never_given_the_opened_file(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    given = []

    class Plugin:
        @sqlite_utils.hookimpl
        def prepare_connection(self, conn: object) -> None:
            given.append(conn)

    sqlite_utils.plugins.pm.register(Plugin(), name="nosy")
    try:
        assert db.tables.table_names()
        assert given == []
    finally:
        sqlite_utils.plugins.pm.unregister(name="nosy")


# --------------------------------------------------------------------------------------------- another key


def test_a_new_key_opens_and_the_old_one_does_not(profile, db: Database, key: bytes) -> None:
    book.put(db, "room", "key", b"kept")
    new = bytes(reversed(key))
    again = database.rekey(db, new)
    assert book.get(again, "room", "key") == b"kept"
    assert again.value("pragma journal_mode") == "wal"
    again.close()
    assert trouble_of(profile.records, key).code == "database-damaged"
    assert list(profile.backups.iterdir()) == []


def test_a_power_cut_while_the_key_changes_leaves_one_of_the_two(tmp_path: Path, key: bytes, run) -> None:
    path, new = tmp_path / "records.db", bytes(reversed(key))
    made = database.create(path, key)
    with made.atomic():
        for number in range(200):
            book.put(made, "room", f"{number:03}", bytes(50_000))
    made.close()
    whole = path.read_bytes()
    script = """
import sys
from pathlib import Path
from outreach_app.store import database
db = database.open_(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
print("begins", flush=True)
database.rekey(db, bytes.fromhex(sys.argv[3]))
"""
    reached = set()
    for delay in (0.01, 0.06, 0.11, 0.16, 0.21, 0.3):
        path.write_bytes(whole)
        process = run(script, str(path), key.hex(), new.hex())
        assert process.stdout is not None
        assert process.stdout.readline() == "begins\n"
        try:
            process.wait(timeout=delay)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for number, one in enumerate((key, new)):
            with suppress(Trouble):
                opened = database.open_(path, one)
                reached.add(number)
                break
        else:
            pytest.fail("neither key opens the file")
        assert len(book.all(opened, "room")) == 200
        assert opened.rows("pragma quick_check") == [("ok",)]
        opened.close()
        for left in tmp_path.glob("records.db-*"):
            left.unlink()
    assert 0 in reached
