"""`outreach-server`: the administrator's verbs.

Exit codes: 0 done, 1 trouble (one line on standard error: code, what happened, what to do), 2 usage.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from outreach_app import __version__
from outreach_app.server import admin, archive
from outreach_app.server.admin import Document
from outreach_app.server.engine import Database
from outreach_app.server.refusal import Refusal, Trouble
from outreach_app.server.settings import Rate, Settings, default_database

_DATA = "OUTREACH_SERVER_DATA"
_DATABASE = "OUTREACH_SERVER_DATABASE"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the process's exit code."""
    parser = _parser()
    chosen = parser.parse_args(arguments)
    data = getattr(chosen, "data", None) or os.environ.get(_DATA)
    if data is None:
        parser.error(f"--data DIR (or {_DATA}) is needed")
    chosen.data = Path(data).absolute()
    chosen.database = (
        getattr(chosen, "database", None) or os.environ.get(_DATABASE) or default_database(chosen.data)
    )
    chosen.json = getattr(chosen, "json", False)
    try:
        return _run(chosen)
    except Trouble as trouble:
        print(trouble.line, file=sys.stderr)
    except Refusal as refusal:
        report = refusal.report
        print(f"{report.code}: {report.title} Nothing was changed; try again later.", file=sys.stderr)
    except OSError as error:
        print(
            f"file-trouble: {error.strerror}: {error.filename} Check the path and its rights.",
            file=sys.stderr,
        )
    return 1


def _run(chosen: argparse.Namespace) -> int:
    verb: Callable[[argparse.Namespace, Database], int] = chosen.run
    _require_folder(chosen)
    with contextlib.closing(Database(chosen.database)) as database:
        return verb(chosen, database)


def _require_folder(chosen: argparse.Namespace) -> None:
    """Only `init` and `restore` may make a data folder, and SQLite's file with it."""
    if chosen.verb in ("init", "restore"):
        chosen.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    elif not chosen.data.is_dir():
        raise Trouble(
            "not-initialised", f"There is no folder {chosen.data}.", "Run `outreach-server init --data DIR`."
        )


def _init(chosen: argparse.Namespace, database: Database) -> int:
    done = admin.prepare(chosen.data, database, _now(), os.urandom)
    state = "Set up" if done["created"] else "Upgraded" if done["upgraded"] else "Already set up"
    return _say(chosen, done, f"{state}: {done['data']}, receipt key {done['receipt_key']}")


def _team_token(chosen: argparse.Namespace, database: Database) -> int:
    admin.open_house(chosen.data, database)
    done = admin.make_token(database, chosen.label, chosen.days, _now(), os.urandom)
    return _say(chosen, done, done["token"])


def _status(chosen: argparse.Namespace, database: Database) -> int:
    admin.open_house(chosen.data, database)
    done = admin.describe(chosen.data, database)
    lines = [f"Version {done['version']}, schema {done['schema']}, {done['database']}, {done['data']}"]
    for team in done["teams"]:
        lines.append(f"Team {team['id']} {team['label']}".rstrip() + f", roster {team['roster_version']}")
        lines += [
            f"  stream {each['name']}: {each['batches']} batches, {each['bytes']} bytes, {each['late']} late"
            for each in team["streams"]
        ]
        for each in team["devices"]:
            seen = each["last_seen_at"] or "never"
            lines.append(f"  device {each['id']} {each['role']} {each['standing']}, last seen {seen}")
    return _say(chosen, done, "\n".join(lines))


def _revoke(chosen: argparse.Namespace, database: Database) -> int:
    admin.open_house(chosen.data, database)
    done = admin.block(database, chosen.device, None if chosen.undo else _now())
    state = "reads again" if chosen.undo else "reads nothing any more; the team should remove it too"
    return _say(chosen, done, f"Device {done['device']} {state}.")


def _backup(chosen: argparse.Namespace, database: Database) -> int:
    done = archive.back_up(chosen.data, database, chosen.out.absolute())
    return _say(chosen, done, f"{done['file']}: {done['batches']} batches of {done['teams']} teams")


def _restore(chosen: argparse.Namespace, database: Database) -> int:
    done = archive.restore(chosen.data, database, chosen.file.absolute(), _now(), os.urandom)
    return _say(
        chosen, done, f"Restored {done['batches']} batches of {done['teams']} teams, with new histories"
    )


def _verify(chosen: argparse.Namespace, database: Database) -> int:
    done = archive.verify(chosen.data, database)
    if done["sound"]:
        return _say(chosen, done, f"Sound: {done['batches']} batches in {done['streams']} streams")
    _say(chosen, done, json.dumps(done["damaged"], indent=1))
    raise Trouble(
        "damaged",
        f"{len(done['damaged'])} places do not hold.",
        "Batches heal when a laptop that holds them syncs; for the rest restore a backup.",
    )


def _serve(chosen: argparse.Namespace, database: Database) -> int:
    # The web framework is a third of the time that the other verbs take, and only this one needs it.
    from outreach_app.server import serving
    from outreach_app.server.app import create_app

    if (chosen.tls_cert is None) != (chosen.tls_key is None):
        raise Trouble("tls-incomplete", "One TLS file is missing.", "Give --tls-cert and --tls-key together.")
    identity = admin.open_house(chosen.data, database)
    serving.set_up_logging()
    listener = serving.bind(chosen.host, chosen.port)
    settings = Settings(
        name=chosen.name,
        stall_seconds=chosen.stall_seconds,
        device_rate=Rate(chosen.device_rate, chosen.device_rate * 10),
    )
    app, bell = create_app(
        settings, identity, database, now=_now, ticks=time.monotonic, randomness=os.urandom
    )
    serving.serve(
        app,
        listener,
        bell,
        header_seconds=settings.stall_seconds,
        tls=(chosen.tls_cert, chosen.tls_key) if chosen.tls_cert else None,
        trusted_proxy=chosen.trust_proxy,
        announce=lambda url: _announce(chosen, url),
    )
    return 0


def _announce(chosen: argparse.Namespace, url: str) -> None:
    print(json.dumps({"url": url}) if chosen.json else url, flush=True)


def _say(chosen: argparse.Namespace, document: Document, text: str) -> int:
    print(json.dumps(document) if chosen.json else text)
    return 0


def _now() -> datetime:
    return datetime.now(UTC)


def _parser() -> argparse.ArgumentParser:
    shared = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shared.add_argument("--data", metavar="DIR", help="folder of the receipt key and the SQLite database")
    shared.add_argument("--database", metavar="URL", help="postgresql://... instead of the SQLite file")
    shared.add_argument("--json", action="store_true", help="print one JSON document")
    parser = argparse.ArgumentParser(
        prog="outreach-server", description="The central server: blind, append-only.", parents=[shared]
    )
    parser.add_argument("--version", action="version", version=__version__)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    def add(
        name: str, run: Callable[[argparse.Namespace, Database], int], text: str
    ) -> argparse.ArgumentParser:
        verb = verbs.add_parser(name, parents=[shared], help=text, description=text)
        verb.set_defaults(run=run)
        return verb

    add("init", _init, "make the data folder, the receipt key and the tables, or upgrade them")
    serve = add("serve", _serve, "answer laptops until told to stop")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=8440, help="0 takes a free one")
    serve.add_argument(
        "--tls-cert", type=Path, metavar="F", help="PEM certificate chain; TLS 1.3 and newer only"
    )
    serve.add_argument("--tls-key", type=Path, metavar="F", help="PEM private key")
    serve.add_argument("--trust-proxy", metavar="ADDRESS", help="believe this proxy about clients' addresses")
    serve.add_argument("--name", default="Outreach server", help="shown to anybody who asks")
    serve.add_argument(
        "--stall-seconds", type=float, default=30.0, help="hang up on a client silent for so long"
    )
    serve.add_argument("--device-rate", type=float, default=100.0, help="requests a second for one device")
    token = add("team-token", _team_token, "make a one-time token that founds a team")
    token.add_argument("--label", default="", help="your own name for the team")
    token.add_argument("--days", type=int, default=7, help="how long it is good for")
    add("status", _status, "show teams, streams and devices")
    revoke = add("revoke", _revoke, "block a device at once")
    revoke.add_argument("device", metavar="DEVICE", help="its id, as `status` shows it")
    revoke.add_argument("--undo", action="store_true", help="lift the block again")
    backup = add("backup", _backup, "copy everything and the receipt key into one file")
    backup.add_argument("--out", type=Path, required=True, metavar="F")
    restore = add("restore", _restore, "fill an empty server from a backup; starts a new history")
    restore.add_argument("file", type=Path, metavar="F")
    add("verify", _verify, "replay every chain and hash and say what is damaged")
    return parser


if __name__ == "__main__":
    sys.exit(main())
