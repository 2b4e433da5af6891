"""The encrypted file: opened with a raw key, written in transactions, its errors put into our words.

One `Database` belongs to one thread and to one process (`Profile.acquire`). Reads see committed data and
their own transaction's; nothing is cached above SQLite's pages.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from outreach_app.domain.trouble import Bug, Trouble
from outreach_app.store import engine, migrations
from outreach_app.store.profile import sync_folder

Row = tuple[Any, ...]

_KEY = 32
_BUSY_MILLIS = 5_000
_CACHE_KIB = 32 * 1024
_LEAST_ROOM = 128 * 1024


class Database:
    """A connection and its transactions. Made by `create` and `open_`, never by hand."""

    def __init__(self, path: Path, connection: engine.Connection) -> None:
        self.path = path
        self._connection = connection
        self._depth = 0
        self._tables: engine.Tables | None = None

    @property
    def tables(self) -> engine.Tables:
        """The same connection as sqlite-utils sees it; use it inside `atomic` or `translated`."""
        if self._tables is None:
            # Plugins of sqlite-utils would be given a connection to the opened file.
            self._tables = engine.Tables(self._connection, execute_plugins=False, recursive_triggers=False)
        return self._tables

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one statement; how many rows it changed."""
        try:
            return int(self._connection.execute(sql, values).rowcount)
        except engine.Error as error:
            raise engine.translate(error, sql) from error

    def executemany(self, sql: str, rows: Iterable[Sequence[object]]) -> int:
        """Run one statement for many rows; how many rows it changed. Atomic only inside `atomic`."""
        try:
            return int(self._connection.executemany(sql, rows).rowcount)
        except engine.Error as error:
            raise engine.translate(error, sql) from error

    def insert(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run one insert; the rowid it gave."""
        try:
            return int(self._connection.execute(sql, values).lastrowid)
        except engine.Error as error:
            raise engine.translate(error, sql) from error

    def rows(self, sql: str, values: Sequence[object] = ()) -> list[Row]:
        """Every row of a query."""
        try:
            return self._connection.execute(sql, values).fetchall()  # type: ignore[no-any-return]
        except engine.Error as error:
            raise engine.translate(error, sql) from error

    def row(self, sql: str, values: Sequence[object] = ()) -> Row | None:
        """The first row of a query, or None."""
        try:
            return self._connection.execute(sql, values).fetchone()  # type: ignore[no-any-return]
        except engine.Error as error:
            raise engine.translate(error, sql) from error

    def value(self, sql: str, values: Sequence[object] = ()) -> Any:
        """The first column of the first row, or None."""
        row = self.row(sql, values)
        return None if row is None else row[0]

    def each(self, sql: str, values: Sequence[object] = ()) -> Iterator[Row]:
        """Rows one after another, for what is too long to hold."""
        try:
            yield from self._connection.execute(sql, values)
        except engine.Error as error:
            raise engine.translate(error, sql) from error

    @contextmanager
    def atomic(self) -> Iterator[None]:
        """All or nothing: a transaction outermost, savepoints inside it.

        The transaction takes the write lock when it begins, so it cannot fail half-way for want of it.
        Whatever ends the block is what the caller sees; cleaning up never hides it. When the block has
        passed without an error the outermost one is on the disk (synchronous=FULL).
        """
        outermost = not self._connection.in_transaction
        name = f"depth_{self._depth}"
        self.execute("begin immediate" if outermost else f"savepoint {name}")
        self._depth += 1
        try:
            yield
            self.execute("commit" if outermost else f"release {name}")
        except BaseException:
            with suppress(engine.Error):
                self._undo(None if outermost else name)
            raise
        finally:
            self._depth -= 1

    def _undo(self, savepoint: str | None) -> None:
        if not self._connection.in_transaction:
            return  # some errors (a full disk, RAISE(ROLLBACK)) have ended the transaction already
        if savepoint is None:
            self._connection.execute("rollback")
        else:
            self._connection.execute(f"rollback to {savepoint}")
            self._connection.execute(f"release {savepoint}")

    @contextmanager
    def translated(self) -> Iterator[engine.Tables]:
        """`tables`, with the driver's errors put into our words."""
        try:
            yield self.tables
        except engine.Error as error:
            raise engine.translate(error, "sqlite-utils") from error

    @property
    def in_transaction(self) -> bool:
        """Whether an `atomic` block is open."""
        return bool(self._connection.in_transaction)

    def copy_to(self, path: Path) -> None:
        """An encrypted copy of what is committed, under the same key, whole or not there at all.

        The copy is compact, has no journal beside it and is on the disk when this returns.
        """
        if self.in_transaction:
            raise Bug("a copy inside a transaction")
        part = path.with_name(path.name + ".part")
        part.unlink(missing_ok=True)
        try:
            self.execute("vacuum into ?", (str(part),))
            settle(part, path)
        finally:
            part.unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the file. SQLite folds the write-ahead log into it. Doing it twice does no harm."""
        try:
            self._connection.close()
        except engine.Error as error:
            raise engine.translate(error, "close") from error


def settle(part: Path, path: Path) -> None:
    """Put a finished file in its place so that a power cut leaves the old one or the new one."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    os.chmod(part, 0o600)
    os.replace(part, path)
    sync_folder(path.parent)


def create(path: Path, key: bytes) -> Database:
    """A new, empty, encrypted database; raises Trouble `database-exists` where there is one.

    It is built beside its place and moved there when whole, so a crash never leaves half a database.
    """
    if path.exists() and path.stat().st_size:
        raise Trouble("database-exists", file=path.name)
    part = path.with_name(path.name + ".part")
    part.unlink(missing_ok=True)
    _touch(part)
    connection = _connect(part, key)
    try:
        migrations.migrate(engine.Tables(connection, execute_plugins=False, recursive_triggers=False))
    except engine.Error as error:
        raise engine.translate(error, "create") from error
    finally:
        connection.close()
    settle(part, path)
    return open_(path, key)


def open_(path: Path, key: bytes) -> Database:
    """Open the database, bringing an older one up to date.

    The caller has proven the key (the vault's slot did), so a file that does not open is damaged.
    Raises Trouble: `database-missing`, `database-empty`, `database-damaged`, `database-newer`,
    `database-busy`, `database-readonly`, `disk-full`, `disk-failing`.
    """
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise Trouble("database-missing", file=path.name) from None
    except PermissionError:
        raise Trouble("database-readonly", file=path.name, reason="permission") from None
    if size == 0:
        raise Trouble("database-empty", file=path.name)
    try:
        return _open_connection(path, key)
    except Trouble as trouble:
        # Without room for the log's index SQLite speaks of an input or output error and of nothing else.
        if trouble.code == "disk-failing" and shutil.disk_usage(path.parent).free < _LEAST_ROOM:
            raise Trouble("disk-full", reason="open") from trouble
        raise


def _open_connection(path: Path, key: bytes) -> Database:
    connection = _connect(path, key)
    database = Database(path, connection)
    try:
        _prepare(database)
    except BaseException:
        with suppress(engine.Error):
            connection.close()
        raise
    return database


def rekey(database: Database, new_key: bytes) -> Database:
    """Encrypt the whole file under another key; returns it opened again.

    SQLCipher rewrites every page in one transaction. A rollback journal (not the write-ahead log)
    makes that safe: after a power cut the file opens with the old key or with the new one, and the
    caller keeps both until this returns. A copy under the old key stands in `backups/` meanwhile.
    """
    _check_key(new_key)
    path = database.path
    spare = path.parent / "backups" / "before-new-key.db"
    _make_folder(spare.parent)
    database.copy_to(spare)
    if database.value("pragma journal_mode = delete") != "delete":
        raise Trouble("database-busy", reason="journal")
    # Not through `execute`: what it raises names its statement.
    try:
        database._connection.execute(f"pragma rekey = \"x'{new_key.hex()}'\"")
    except engine.Error as error:
        raise engine.translate(error, "rekey") from error
    database.close()
    reopened = open_(path, new_key)
    spare.unlink()
    return reopened


def _connect(path: Path, key: bytes) -> engine.Connection:
    _check_key(key)
    try:
        connection = engine.connect(
            str(path), timeout=_BUSY_MILLIS / 1000, isolation_level=None, cached_statements=256
        )
        for pragma in (
            # First of all: SQLCipher writes about a file that does not open to standard error.
            "cipher_log_level = none",
            f"key = \"x'{key.hex()}'\"",
            "foreign_keys = on",
            "secure_delete = on",
            "temp_store = memory",
            "trusted_schema = off",
            f"cache_size = -{_CACHE_KIB}",
            # Where a drive lies about fsync (macOS), ask for the truth.
            "fullfsync = on",
            "checkpoint_fullfsync = on",
            "synchronous = full",
        ):
            connection.execute(f"pragma {pragma}")
    except engine.Error as error:
        raise engine.translate(error, "open") from error
    return connection


def _prepare(database: Database) -> None:
    """Prove that the file opens, is ours and not newer; write-ahead log on; older schemas brought up."""
    if database.value("select count(*) from sqlite_schema") == 0:
        raise Trouble("database-empty", file=database.path.name)
    version = int(database.value("pragma user_version"))
    if version > migrations.VERSION:
        raise Trouble("database-newer", found=version, known=migrations.VERSION)
    if database.value("pragma journal_mode = wal") != "wal":
        raise Trouble("database-readonly", reason="journal")
    if version < migrations.VERSION:
        spare = database.path.parent / "backups" / f"before-version-{migrations.VERSION}.db"
        _make_folder(spare.parent)
        database.copy_to(spare)
        with database.translated() as tables:
            migrations.migrate(tables)


def _check_key(key: bytes) -> None:
    if len(key) != _KEY:
        raise Bug("a database key has 32 bytes")


def _touch(path: Path) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)


Progress = Callable[[int, int], None]
"""Told (done, all) while something long runs; it may raise to stop."""
