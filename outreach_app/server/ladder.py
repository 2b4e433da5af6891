"""Brings a database to the newest schema, or says that it is not there.

Alembic climbs; it takes as long to import as the rest of the program, so a server that only has to
look where it stands reads the revision itself. Steps are files `NNNN_name.py`, in order.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from outreach_app.server.refusal import Trouble

_FOLDER = Path(__file__).with_name("migrations")


def known() -> list[str]:
    """The revisions that this program knows, oldest first."""
    return sorted(path.name[:4] for path in (_FOLDER / "versions").glob("[0-9][0-9][0-9][0-9]_*.py"))


def newest() -> str:
    """The revision this program was written for."""
    return known()[-1]


def current(connection: Connection) -> str | None:
    """The revision the database is at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(text("select version_num from alembic_version")).scalar()
    return revision


def upgrade(connection: Connection) -> None:
    """Climb to the newest revision inside the caller's transaction, all steps or none."""
    from alembic import command
    from alembic.config import Config

    at = current(connection)
    if at is not None and at not in known():
        raise _too_new(at)
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def require_newest(connection: Connection) -> None:
    """Pass only on the schema of this program."""
    at = current(connection)
    if at is None:
        raise Trouble(
            "not-initialised", "The database holds no tables of this server.", "Run `outreach-server init`."
        )
    if at not in known():
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
