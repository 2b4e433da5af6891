"""The edges of a simulated world: a server without a socket, a wire that fails as told, a disk that outlives
its process.

Behind each edge stands production's own code. Nothing here decides anything about records.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, TypeVar
from urllib.parse import urlsplit

import pytest
import requests
from fakes.chance import Randomness
from fakes.clock import Clock
from sqlalchemy import event
from urllib3.response import HTTPResponse

from outreach_app.server import admin, archive, gate, routes, settings
from outreach_app.server.app import create_app
from outreach_app.server.engine import Database as ServerDatabase
from outreach_app.server.settings import Settings
from outreach_app.store.database import Database, open_
from outreach_app.wire import limits

URL = "http://127.0.0.1:1"
"""Where the simulated server is: an address that the laptops' own checks let pass. No socket is opened."""

T = TypeVar("T")


class Died(BaseException):
    """A process ended here, without a goodbye. Not an `Exception`, so that no code under test survives it."""


class Fuse(NamedTuple):
    """Where a process will die: at which of the commits from now on, before it or right after it."""

    commit: int
    is_after: bool = False


# ------------------------------------------------------------------------------------------------ the disk


class Disk(Database):
    """Production's encrypted file, and a fuse that ends the laptop's process at one of its commits.

    What a killed process leaves is what stands in its files at that moment, the write-ahead log included:
    they are copied then and there, because the living connection would still tidy up after itself.
    """

    fuse: Fuse | None = None
    commits = 0
    grave: Path

    @classmethod
    def open(cls, path: Path, key: bytes) -> Disk:
        """Open with production's own opening, then put the fuse around the connection."""
        opened = open_(path, key)
        return cls(opened.path, opened._connection)

    def execute(self, sql: str, values: Sequence[object] = ()) -> int:
        """Run a statement; a commit, or a write that commits by itself, may be the last thing done."""
        if sql != "commit" and (self.in_transaction or sql.startswith("begin")):
            return super().execute(sql, values)
        self.commits += 1
        if self.fuse == Fuse(self.commits):
            self._die()
        done = super().execute(sql, values)
        if self.fuse == Fuse(self.commits, is_after=True):
            self._die()
        return done

    def light(self, fuse: Fuse | None, grave: Path) -> None:
        """Count commits anew, and die at this one; with None live on."""
        self.fuse, self.commits, self.grave = fuse, 0, grave

    def _die(self) -> None:
        leave(self.path, self.grave)
        raise Died


def leave(path: Path, grave: Path) -> None:
    """Copy a database as its process leaves it when it is killed now."""
    grave.mkdir()
    for end in ("", "-wal"):
        file = path.with_name(path.name + end)
        if file.exists():
            shutil.copy(file, grave / file.name)


# ---------------------------------------------------------------------------------------------- the server


class Answer(NamedTuple):
    """What comes back over the wire."""

    status: int
    headers: dict[str, str]
    body: bytes


class House:
    """`outreach-server`'s application over its SQLite shelf, asked without a socket and without a thread.

    One request at a time, so that a seed always gives the same run; stand inside `without_threads`.
    """

    def __init__(self, data: Path, clock: Clock, randomness: Randomness) -> None:
        self.data, self.clock, self.randomness = data, clock, randomness
        self.fuse: Fuse | None = None
        self._commits = 0
        self._lives = itertools.count()
        self._loop = asyncio.new_event_loop()
        self._start()

    @classmethod
    def build(cls, data: Path, clock: Clock, randomness: Randomness) -> House:
        """`outreach-server init`, and serving."""
        data.mkdir()
        with closing(ServerDatabase(settings.default_database(data))) as database:
            admin.prepare(data, database, clock.now(), randomness)
        return cls(data, clock, randomness)

    def _start(self) -> None:
        ticks = itertools.count()
        self.database = ServerDatabase(settings.default_database(self.data))
        identity = admin.open_house(self.data, self.database)
        self.receipt_public = identity.public
        event.listen(self.database.engine, "commit", self._on_commit)
        self._app, _ = create_app(
            # One tick a request refills every bucket: how often one may knock is tested elsewhere.
            Settings(),
            identity,
            self.database,
            now=self.now,
            ticks=lambda: float(next(ticks)),
            randomness=self.randomness,
        )

    def now(self) -> datetime:
        """The server's time."""
        return self.clock.now()

    def ask(self, method: str, target: str, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
        """One request to its end. Raises `Died` when the server's process ends in the middle of it."""
        parts = urlsplit(target)
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 1),
        }
        said: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            said.append(message)

        self.run(self._app(scope, receive, send))
        content = b"".join(message.get("body", b"") for message in said[1:])
        named = {name.decode(): value.decode() for name, value in said[0]["headers"]}
        return Answer(said[0]["status"], named, content)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Drive a coroutine of the server to its end."""
        return self._loop.run_until_complete(coroutine)

    def token(self) -> str:
        """A one-time token for a new team."""
        made = admin.make_token(self.database, "a simulated team", 7, self.now(), self.randomness)
        return str(made["token"])

    def light(self, fuse: Fuse | None) -> None:
        """Die at one of the coming commits; with None live on."""
        self.fuse, self._commits = fuse, 0

    def _on_commit(self, connection: Any) -> None:
        if not connection.get_execution_options().get("outreach_writes"):
            return
        self._commits += 1
        if self.fuse == Fuse(self._commits):
            self.fuse = None
            self._bury()
            raise Died

    def _bury(self) -> None:
        """Put what a kill leaves in the place of the data folder's next life."""
        self._next = self.data.with_name(f"server-{next(self._lives)}")
        shutil.copytree(self.data, self._next, ignore=shutil.ignore_patterns("*-shm"))

    def crash(self) -> None:
        """Killed now, and started again."""
        self._bury()
        self.rise()

    def rise(self) -> None:
        """Start again from what the dead process left."""
        self.database.close()
        self.data = self._next
        self._start()

    def imagine(self, name: str) -> Path:
        """A folder with what the disk holds now, as a thief or a careless administrator copies it."""
        folder = self.data.with_name(name)
        shutil.copytree(self.data, folder, ignore=shutil.ignore_patterns("*-shm"))
        return folder

    def become(self, folder: Path) -> None:
        """Serve from such a folder from now on, without telling anybody."""
        self.database.close()
        self.data = folder
        self._start()

    def back_up(self, out: Path) -> None:
        """`outreach-server backup`."""
        archive.back_up(self.data, self.database, out)

    def restore(self, backup: Path) -> None:
        """The machine is lost: `outreach-server restore` into an empty folder, and a new history."""
        self.database.close()
        self.data = self.data.with_name(f"server-{next(self._lives)}")
        self.data.mkdir()
        with closing(ServerDatabase(settings.default_database(self.data))) as database:
            archive.restore(self.data, database, backup, self.now(), self.randomness)
        self._start()

    def close(self) -> None:
        """Stop for good."""
        self.database.close()
        self._loop.close()


@contextmanager
def without_threads() -> Iterator[None]:
    """What the server's calls would hand to a thread pool runs on the spot instead."""

    async def here(verb: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        return verb(*args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        for room in (routes, gate):
            patch.setattr(room, "run_in_threadpool", here)
        yield


# ------------------------------------------------------------------------------------------------ the wire

Deliver = Callable[[], Answer]
"""Hands a request to the server; the answer."""

Weather = Callable[[Deliver], Answer]
"""What becomes of one request on its way."""


def _lost(_: Deliver) -> Answer:
    raise requests.exceptions.ConnectionError("the request was lost")


def _answer_lost(deliver: Deliver) -> Answer:
    deliver()
    raise requests.exceptions.ReadTimeout("the answer was lost")


def _cut(deliver: Deliver) -> Answer:
    whole = deliver()
    return whole._replace(
        body=whole.body[: len(whole.body) // 2], headers={**whole.headers, "content-length": "9000"}
    )


def _cut_clean(deliver: Deliver) -> Answer:
    """Half an answer, and a proxy that gives its length as if it were whole."""
    whole = deliver()
    half = whole.body[: len(whole.body) // 2]
    return whole._replace(body=half, headers={**whole.headers, "content-length": str(len(half))})


def _twice(deliver: Deliver) -> Answer:
    deliver()
    return deliver()


def _portal(_: Deliver) -> Answer:
    return Answer(200, {"content-type": "text/html"}, b"<html><body>Welcome to Free Wi-Fi.</body></html>")


def _busy(_: Deliver) -> Answer:
    return Answer(503, {"retry-after": "30"}, b"down for maintenance")


def _gone_gateway(deliver: Deliver) -> Answer:
    """The server did it, and the proxy before it did not wait for the answer."""
    deliver()
    return Answer(504, {"content-type": "text/html"}, b"<html>Gateway Time-out</html>")


WEATHER: dict[str, Weather] = {
    "request lost": _lost,
    "answer lost": _answer_lost,
    "answer cut": _cut,
    "answer cut clean": _cut_clean,
    "delivered twice": _twice,
    "portal": _portal,
    "busy": _busy,
    "gateway": _gone_gateway,
}
"""What may happen to any request, by name."""


class Wire(requests.adapters.BaseAdapter):
    """One laptop's line to the server, in the place of the adapter that would open a socket.

    Everything of `requests` above it is real: redirects, status, streaming, cut bodies. `happens` says, by
    the number of a request since `clear`, what becomes of it.
    """

    def __init__(self, house: House, watch: Callable[[bytes], None]) -> None:
        super().__init__()
        self._house, self._watch = house, watch
        self._builder = requests.adapters.HTTPAdapter()
        self.happens: dict[int, Weather] = {}
        self.asked: list[str] = []

    def clear(self) -> None:
        """Good weather, and counting begins anew."""
        self.happens, self.asked = {}, []

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """Deliver a request to the server, as far as the weather lets it."""
        self.asked.append(f"{request.method} {request.path_url.split('?')[0]}")
        happens = self.happens.get(len(self.asked))
        answer = self._deliver(request) if happens is None else happens(lambda: self._deliver(request))
        raw = HTTPResponse(
            body=BytesIO(answer.body),
            headers=answer.headers,
            status=answer.status,
            preload_content=False,
            request_method=request.method,
        )
        return self._builder.build_response(request, raw)

    def _deliver(self, request: requests.PreparedRequest) -> Answer:
        body = request.body or b""
        assert isinstance(body, bytes)
        self._watch(str(request.path_url).encode() + body)
        try:
            answer = self._house.ask(request.method or "", request.path_url, request.headers.items(), body)
        except Died:
            self._house.rise()
            raise requests.exceptions.ConnectionError("the server died") from None
        self._watch(answer.body)
        return answer

    def close(self) -> None:
        """Nothing is open."""


def outlive_token(clock: Clock, deliver: Deliver) -> Answer:
    """By the time the request arrives, the session is over."""
    clock.advance(seconds=limits.TOKEN_SECONDS + 1)
    return deliver()
