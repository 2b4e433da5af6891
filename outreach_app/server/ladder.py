"""Brings a database to the newest schema, or says that it is not there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from outreach_app.server.refusal import Trouble

_FOLDER = Path(__file__).with_name("migrations")


def newest() -> str:
    """The revision this program was written for."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None
    return head


def current(connection: Connection) -> str | None:
    """The revision the database is at; None when it is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def upgrade(connection: Connection) -> None:
    """Climb to the newest revision inside the caller's transaction, all steps or none."""
    at = current(connection)
    if at is not None and at not in _known():
        raise _too_new(at)
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def require_newest(connection: Connection) -> None:
    """Pass only on the schema of this program."""
    at = current(connection)
    if at is None:
        raise Trouble(
            "not-initialised", "The database holds no tables of this server.", "Run `outreach-server init`."
        )
    if at not in _known():
        raise _too_new(at)
    if at != newest():
        raise Trouble(
            "schema-old",
            f"The database is at step {at}, this program needs {newest()}.",
            "Make a backup, then run `outreach-server init` to upgrade.",
        )


def _too_new(at: str) -> Trouble:
    return Trouble(
        "schema-newer",
        f"The database is at step {at}, which this program does not know.",
        "Install the newer program again; nothing was changed.",
    )


def _known() -> set[str]:
    return {step.revision for step in ScriptDirectory.from_config(_config()).walk_revisions()}


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    return config
