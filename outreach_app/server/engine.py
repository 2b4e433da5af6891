"""Opens SQLite or PostgreSQL so that both keep the same promises.

A commit is on disk before it returns (SQLite: WAL with synchronous=FULL; PostgreSQL:
synchronous_commit=on). A write waits a bounded time for others. What the disk or another process
causes is told apart from our own mistakes in one place.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from outreach_app.server import settings
from outreach_app.server.refusal import Refusal, Trouble

_WRITES = "outreach_writes"
_PG_DISK_FULL = "53100"


class Database:
    """One engine and its two kinds of transaction."""

    def __init__(self, url: str) -> None:
        self.engine = _open_engine(url)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        # SQLite lets one writer in; those of this process queue here instead of sleeping in its busy loop.
        self._turn = threading.Lock() if self.is_sqlite else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One consistent view of everything. Raises `Refusal` when the database is busy or gone."""
        with _translated(), self.engine.connect() as connection:
            if not self.is_sqlite:
                connection = connection.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """All or nothing, on disk when it ends. Raises `Refusal` when the database is busy, full or gone."""
        with _translated(), self._in_turn(), self.engine.connect() as plain:
            connection = plain.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=settings.LOCK_SECONDS):
            raise Refusal("busy", retry_after=settings.BUSY_RETRY_SECONDS)
        try:
            yield
        finally:
            self._turn.release()


def _open_engine(database: str) -> Engine:
    try:
        url = make_url(database)
    except ArgumentError:
        raise _unknown_database() from None
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        wait = settings.LOCK_SECONDS * 1000
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            pool_size=10,
            max_overflow=10,
            pool_timeout=settings.LOCK_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "connect_timeout": settings.LOCK_SECONDS,
                "options": f"-c lock_timeout={wait} -c statement_timeout={6 * wait} -c synchronous_commit=on",
            },
        )
    if url.drivername in ("sqlite", "sqlite+pysqlite") and url.database:
        engine = create_engine(
            url,
            pool_size=10,
            max_overflow=40,
            hide_parameters=True,
            connect_args={"timeout": settings.LOCK_SECONDS},
        )
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    raise _unknown_database()


def _unknown_database() -> Trouble:
    return Trouble(
        "database-unknown",
        "The database URL names neither SQLite nor PostgreSQL.",
        "Use sqlite:////path/server.db or postgresql://user@host/name.",
    )


def _prepare_sqlite(connection: sqlite3.Connection, _: Any) -> None:
    # The driver's own idea of when a transaction starts is switched off; `_begin_sqlite` decides.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
        cursor.execute(f"pragma {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write that starts as a read can meet a lock halfway and then cannot wait; so it says at once.
    is_writing = connection.get_execution_options().get(_WRITES)
    connection.exec_driver_sql("begin immediate" if is_writing else "begin")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except PoolTimeout:
        raise Refusal("busy", retry_after=settings.BUSY_RETRY_SECONDS) from None
    except DBAPIError as error:
        refusal = _read_error(error)
        if refusal is None:
            raise
        raise refusal from error


def _read_error(error: DBAPIError) -> Refusal | Trouble | None:
    """What the world did; None where the mistake is ours."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_FULL:
            return Refusal("storage-full", retry_after=settings.FULL_RETRY_SECONDS)
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Refusal("busy", retry_after=settings.BUSY_RETRY_SECONDS)
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            return Trouble(
                "database-unreadable",
                "The SQLite file is damaged or is no database.",
                "Stop the server, keep the file, and restore a backup into a new folder.",
            )
        return None
    if getattr(cause, "sqlstate", None) == _PG_DISK_FULL:
        return Refusal("storage-full", retry_after=settings.FULL_RETRY_SECONDS)
    if isinstance(error, OperationalError | InterfaceError):
        # Lock not available, deadlock, shut down, connection lost: all pass by themselves.
        return Refusal("busy", retry_after=settings.BUSY_RETRY_SECONDS)
    return None
