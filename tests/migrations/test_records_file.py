"""Files of every version that people may still have: opened, brought up to date, nothing lost.

`records-vN.db` was written by the program of version N, with the key 00 01 02 … 1f. A new step in
`store/migrations.py` comes with such a file of the version before it.
"""

from __future__ import annotations

import ast
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from outreach_app.domain.trouble import Bug, Trouble
from outreach_app.store import audit, batches, book, checkup, database, drafts, engine, migrations, search
from outreach_app.store.views import Records

KEY = bytes(range(32))
FILES = sorted(Path(__file__).parent.glob("records-v*.db"))

SCHEMAS = {1: "c75b491536a40c728a127ec32002b7e15b29b2c42f2fba10422473b85cce0f5b"}
"""SHA-256 of each version's schema. It never changes once a version is out: write a new step instead."""


@pytest.fixture(params=FILES, ids=[path.stem for path in FILES])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    copy = tmp_path / "records.db"
    shutil.copy(request.param, copy)
    return copy


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[engine.Tables], None]], None]:
    """The program as it will be one step later: `next_version(step)`."""

    def release(step: Callable[[engine.Tables], None]) -> None:
        steps = engine.Migrations("outreach")
        steps(name="0001_first")(migrations._first)
        steps(name="0002_next")(step)
        monkeypatch.setattr(migrations, "_STEPS", steps)
        monkeypatch.setattr(migrations, "VERSION", 2)

    return release


def schema_of(db: database.Database) -> str:
    rows = db.rows(
        "select sql from sqlite_schema where sql is not null and name not like '\\_%' escape '\\'"
        " and name not like 'search\\_%' escape '\\' order by name"
    )
    return hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()


def test_every_version_that_was_released_has_its_file() -> None:
    assert [path.name for path in FILES] == [f"records-v{n}.db" for n in range(1, migrations.VERSION + 1)]


def test_what_was_written_by_that_version_is_all_there(path: Path) -> None:
    db = database.open_(path, KEY)
    (met,) = Records(db).find("engagement", shift="1" * 32)
    assert (met.values["note"], met.values["headcount"], met.conflicts) == (
        "said to version 1",
        3,
        ("headcount",),
    )
    assert [hit.record.id for hit in search.search(db, "version")] == [met.id]
    assert batches.tick(db, met.id) == "on_server"
    assert [batches.waiting(db, "team", 9, 9999)[0].op.set["code"]] == ["Maple-14"]
    assert [one.reason for one in batches.parked(db)] == ["body-damaged"]
    assert batches.cursor(db, "team").team_seq == 3
    assert [draft.values for draft in drafts.all(db)] == [{"note": "half a sentence"}]
    assert book.get(db, "identity", "device") == b"bytes"
    assert audit.verify(db) is None
    assert [damage.code for damage in checkup.check(db)] == ["batches"]
    db.close()


def test_a_file_brought_up_to_date_has_the_schema_of_a_new_one(path: Path, tmp_path: Path) -> None:
    old = database.open_(path, KEY)
    new = database.create(tmp_path / "new.db", KEY)
    assert schema_of(old) == schema_of(new) == SCHEMAS[migrations.VERSION]
    old.close()
    new.close()


def test_a_step_keeps_the_data_and_a_copy_of_what_was(tmp_path: Path, next_version) -> None:
    path = tmp_path / "records.db"
    shutil.copy(FILES[0], path)

    def step(tables: engine.Tables) -> None:
        tables.execute("alter table draft add column colour text")
        tables.execute("pragma user_version = 2")

    next_version(step)
    db = database.open_(path, KEY)
    assert db.value("pragma user_version") == 2
    assert db.value("select colour from draft") is None
    assert len(drafts.all(db)) == 1
    db.close()
    copy = tmp_path / "backups" / "before-version-2.db"
    database.open_(path, KEY).close()  # a second opening finds nothing to do
    spare = engine.connect(str(copy))
    spare.execute(f"pragma key = \"x'{KEY.hex()}'\"")
    assert spare.execute("pragma user_version").fetchone() == (1,)
    assert spare.execute("select count(*) from draft").fetchone() == (1,)
    spare.close()


def test_a_step_that_fails_leaves_the_file_of_the_old_program(
    tmp_path: Path, next_version, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "records.db"
    shutil.copy(FILES[0], path)

    def step(tables: engine.Tables) -> None:
        tables.execute("drop table draft")
        tables.execute("pragma user_version = 2")
        tables.execute("insert into no_such_table values (1)")

    with monkeypatch.context():
        next_version(step)
        with pytest.raises(Bug):
            database.open_(path, KEY)
    monkeypatch.undo()
    db = database.open_(path, KEY)
    assert db.value("pragma user_version") == 1
    assert len(drafts.all(db)) == 1
    assert checkup.check(db)[1:] == []
    db.close()


def test_the_old_program_refuses_what_the_next_one_wrote(tmp_path: Path, next_version, monkeypatch) -> None:
    path = tmp_path / "records.db"
    shutil.copy(FILES[0], path)
    next_version(lambda tables: tables.execute("pragma user_version = 2"))
    database.open_(path, KEY).close()
    monkeypatch.undo()
    with pytest.raises(Trouble, match="database-newer"):
        database.open_(path, KEY)


def test_migrations_import_nothing_that_lives() -> None:
    """A step that calls living code does something else next year than what it did to last year's files."""
    tree = ast.parse(Path(migrations.__file__).read_text())
    imported = {
        node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module
    } | {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert imported == {"__future__", "outreach_app.store.engine"}


def test_steps_are_numbered_without_gaps() -> None:
    names = [step.name for step in migrations._STEPS._migrations]
    assert [name.split("_")[0] for name in names] == [f"{n:04}" for n in range(1, migrations.VERSION + 1)]
