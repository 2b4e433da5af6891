"""The least a server could do: take a body, write it to SQLite as durably as ours, answer.

Run as a process of its own: `python bare.py FOLDER`; prints its port. No accounts, no chain, no
receipts, no order: what everything else of ours is measured against.
"""

from __future__ import annotations

import sqlite3
import sys
import threading
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def build(folder: Path) -> Starlette:
    """PUT stores a body under its name, GET gives it back."""
    db = sqlite3.connect(folder / "bare.db", check_same_thread=False, isolation_level=None)
    for pragma in ("journal_mode = wal", "synchronous = full"):
        db.execute(f"pragma {pragma}")
    db.execute("create table body (name text primary key, bytes blob) strict")
    lock = threading.Lock()

    async def put(request: Request) -> Response:
        body = await request.body()
        with lock:
            db.execute("insert or replace into body values (?, ?)", (request.path_params["name"], body))
        return Response(b"", 201)

    async def get(request: Request) -> Response:
        row = db.execute("select bytes from body where name = ?", (request.path_params["name"],)).fetchone()
        return Response(row[0])

    return Starlette(routes=[Route("/{name}", put, methods=["PUT"]), Route("/{name}", get, methods=["GET"])])


class _Told(uvicorn.Server):
    async def startup(self, sockets: object = None) -> None:
        await super().startup(sockets)  # type: ignore[arg-type]
        print(self.servers[0].sockets[0].getsockname()[1], flush=True)


if __name__ == "__main__":
    _Told(uvicorn.Config(build(Path(sys.argv[1])), port=0, log_level="critical")).run()
