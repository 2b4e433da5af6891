"""The encrypted SQLite driver, and sqlite-utils made to speak it.

sqlite-utils catches the exceptions of the driver that it finds first, and it looks for `pysqlite3`. Unless
sqlcipher3 answers to that name before sqlite-utils is loaded, a failing statement leaves a savepoint open and
every later write vanishes when the file is closed. So this module alone imports either of them.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import MappingProxyType

import sqlcipher3
from sqlcipher3 import dbapi2 as driver

sys.modules["pysqlite3"] = sqlcipher3
sys.modules["pysqlite3.dbapi2"] = driver

import sqlite_utils  # noqa: E402  # only now: see above
from sqlite_utils.migrations import Migrations  # noqa: E402

from outreach_app.domain.trouble import Bug, Trouble  # noqa: E402

__all__ = ["Connection", "Error", "Migrations", "Tables", "connect", "translate"]

if import_module("sqlite_utils.utils").sqlite3 is not sqlcipher3:
    raise Bug("sqlite-utils was loaded before its driver was chosen")

Connection = driver.Connection
Error = driver.Error
Tables = sqlite_utils.Database
connect = driver.connect

_TROUBLES = MappingProxyType(
    {
        driver.SQLITE_FULL: "disk-full",
        driver.SQLITE_IOERR: "disk-failing",
        driver.SQLITE_BUSY: "database-busy",
        driver.SQLITE_LOCKED: "database-busy",
        driver.SQLITE_READONLY: "database-readonly",
        driver.SQLITE_PERM: "database-readonly",
        driver.SQLITE_CANTOPEN: "database-readonly",
        driver.SQLITE_CORRUPT: "database-damaged",
        driver.SQLITE_NOTADB: "database-damaged",
    }
)
"""Primary result codes that are the world's fault (sqlite.org/rescode.html). All others are ours."""


def translate(error: BaseException, sql: str) -> Trouble | Bug:
    """What a driver's error means: a Trouble of the world, or a Bug that names the statement.

    Statements carry placeholders, never values, so naming one tells nothing about anybody.
    """
    code = getattr(error, "sqlite_errorcode", None)
    trouble = None if code is None else _TROUBLES.get(code & 0xFF)
    if trouble is not None:
        return Trouble(trouble, reason=getattr(error, "sqlite_errorname", ""))
    return Bug(f"{getattr(error, 'sqlite_errorname', None) or type(error).__name__}: {sql}")
