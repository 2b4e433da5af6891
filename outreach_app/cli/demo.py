"""The example team: a server of its own, three laptops, a week of shifts, summaries on disk.

Everything goes through the real verbs and a real server process on loopback, so that what works here
works. A folder is built once; said again, the example that stands in it is used.
"""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NoReturn

import msgspec
from msgspec import structs

from outreach_app.cli import command, example, verbs
from outreach_app.cli.call import PASSPHRASE_FILE, PROFILE, Answer, Call, Outside
from outreach_app.cli.example import WalkingClock, Week
from outreach_app.domain.field import Json
from outreach_app.domain.trouble import Bug, Trouble
from outreach_app.store import membership
from outreach_app.work import door
from outreach_app.work.door import Opened

_MARK = "example.json"
_OURS = ("server", "profiles", "summaries", "passphrase.txt", "server.log", "invite.txt")
_LEAD, _WORKERS = "lead", ("sam", "jo")
_FORMATS = ("pdf", "xlsx", "csv", "json")
_PATIENCE_SECONDS = 60


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What is written into an example's folder, so that no other folder is ever taken for one."""

    is_example: bool
    is_ready: bool
    port: int = 0
    built_on: str = ""
    files: list[str] = []
    done: int = 0
    steps: int = 0
    """How far the building is, for whoever looks on."""


_STEPS = 2 + 1 + len(_WORKERS) + 1 + example.DAYS + 1 + 2 * len(_FORMATS)


def demo(call: Call) -> Answer:
    """Build the example, or use the one that is there; open the window on a worker's laptop."""
    folder = Path(call.asked.dir).absolute()
    outside = _without_ring(call.outside)
    mark = _read_mark(folder)
    if mark is None or not mark.is_ready:
        _require_server()
        _clear(folder, mark)
        if not getattr(call.asked, "wants_json", False):
            outside.stdout.write(f"Building the example in {folder} takes half a minute ...\n".encode())
            outside.stdout.flush()
        with _ending_in_order():
            mark = _build(folder, outside)
    if not call.asked.no_window:
        with _ending_in_order(), _server(folder, outside.environ, mark.port):
            _show(folder, outside.environ)
    return _tell(folder, mark)


@contextmanager
def _ending_in_order() -> Iterator[None]:
    """Told to end (SIGTERM), the program first ends what it has started."""

    def end(*_: object) -> NoReturn:
        raise SystemExit(128 + signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Told to end meanwhile, the program hears it afterwards: a process half started would be nobody's."""
    heard: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: heard.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
    if heard:
        signal.raise_signal(signal.SIGTERM)


def _show(folder: Path, environ: Mapping[str, str]) -> None:
    """A worker's window until it is closed. Locking it replaces its process, so it has one of its own."""
    profile = folder / "profiles" / _WORKERS[0]
    words = ["--profile", str(profile), "--passphrase-file", str(folder / "passphrase.txt")]
    window: subprocess.Popen[bytes] | None = None
    try:
        with _undisturbed():
            window = subprocess.Popen([*_program(), *words], env=dict(environ), stdin=subprocess.DEVNULL)
        with suppress(KeyboardInterrupt):  # the window hears Ctrl+C as well, and ends by itself
            window.wait()
    finally:
        if window is not None:
            window.terminate()
            window.wait()


def _tell(folder: Path, mark: Mark) -> Answer:
    profiles = [str(folder / "profiles" / name) for name in (_LEAD, *_WORKERS)]
    files = [str(folder / "summaries" / name) for name in mark.files]
    lines = [
        f"An example team of {mark.built_on}, fictitious from the first word to the last, in {folder}",
        "",
        "Summaries:",
        *(f"  {file}" for file in files),
        "Laptops:",
        *(f"  {profile}" for profile in profiles),
        "",
        "Look into one, for example:",
        f"  outreach --profile {profiles[0]} --passphrase-file {folder / 'passphrase.txt'} list shift",
        "Start its server again:",
        f"  outreach-server serve --data {folder / 'server'} --port {mark.port}",
    ]
    return Answer({"dir": str(folder), "profiles": profiles, "files": files}, lines)


# ------------------------------------------------------------------------------------------- the folder


def _read_mark(folder: Path) -> Mark | None:
    """The mark of an example; None in a folder that is new or empty; Trouble `demo-folder-taken`."""
    try:
        return msgspec.json.decode((folder / _MARK).read_bytes(), type=Mark)
    except (FileNotFoundError, NotADirectoryError):
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise Trouble("demo-folder-taken", folder=str(folder)) from None
        return None
    except msgspec.DecodeError:
        raise Trouble("demo-folder-taken", folder=str(folder)) from None


def _clear(folder: Path, mark: Mark | None) -> None:
    """A new folder with its mark; what an interrupted building left goes, and nothing else."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _OURS if mark else ():
            path = folder / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        _write_mark(folder, Mark(is_example=True, is_ready=False))
    except OSError as error:
        reason = error.strerror or "unknown"
        raise Trouble("file-not-written", file=str(folder), reason=reason) from None


def _write_mark(folder: Path, mark: Mark) -> None:
    part = folder / (_MARK + ".part")
    part.write_bytes(msgspec.json.format(msgspec.json.encode(mark), indent=2))
    os.replace(part, folder / _MARK)


# ----------------------------------------------------------------------------------------- the building


@dataclass(slots=True)
class _Steps:
    """Counts what is done into the mark, where a window that waits for the example can see it."""

    folder: Path
    done: int = 0

    def __call__(self) -> None:
        self.done += 1
        _write_mark(self.folder, Mark(is_example=True, is_ready=False, done=self.done, steps=_STEPS))


def _build(folder: Path, outside: Outside) -> Mark:
    """Found, invite, join, play the week, sum it up."""
    step = _Steps(folder)
    now = outside.clock.now().replace(microsecond=0)
    words = example.content()
    (folder / "passphrase.txt").write_text(words.passphrase + "\n", encoding="utf-8")
    (folder / "summaries").mkdir()
    clock = WalkingClock(outside.clock, now - timedelta(days=example.DAYS + 2))
    outside = replace(outside, clock=clock)
    server = _administer(folder, outside.environ, "init")
    step()
    token = _administer(folder, outside.environ, "team-token", "--label", "example")["token"]
    step()
    with ExitStack() as stack:
        url = stack.enter_context(_server(folder, outside.environ, 0))
        lead = stack.enter_context(_newcomer(folder, _LEAD, outside))
        lead.do("found", "--server", url, "--token", token, "--team", words.team, "--name", words.lead)
        step()
        workers = []
        for name, called in zip(_WORKERS, words.workers, strict=True):
            text = lead.do("invite", "--role", "worker", "--name", called)["invite"]
            worker = stack.enter_context(_newcomer(folder, name, outside))
            worker.do("join", "--invite", "-", "--name", called, given=text)
            workers.append(worker)
            step()
        for laptop in (*workers, lead, *workers, lead):
            laptop.do("sync")
            laptop.mark_as_example()
        step()
        sam, jo = workers
        week = Week(clock, words, lead, sam, jo)
        week.play(now, step)
        files = []
        for file in _summaries(folder, lead, week):
            files.append(file)
            step()
    mark = Mark(
        is_example=True,
        is_ready=True,
        port=int(url.rsplit(":", 1)[1]),
        built_on=clock.day_of(now).isoformat(),
        files=files,
    )
    assert server["created"]
    _write_mark(folder, mark)
    return mark


def _summaries(folder: Path, lead: Player, week: Week) -> Iterator[str]:
    """The newest finished shift and the whole week, in every format."""
    shifts = {one["id"]: one["date"] for one in lead.do("list", "shift")}
    finished = week.shifts[: example.DAYS]
    first, last = shifts[finished[0]], shifts[finished[-1]]
    for form in _FORMATS:
        end = "csv.zip" if form == "csv" else form
        for name, what in (
            (f"shift-{last}.{end}", ("--shift", finished[-1])),
            (f"week-{first}-to-{last}.{end}", ("--from", first, "--to", last)),
        ):
            out = str(folder / "summaries" / name)
            lead.do("summary", *what, "--edition", "team", "--format", form, "--out", out)
            yield name


@dataclass(slots=True)
class Player:
    """One of the example's people at their laptop: says command lines to it, in this process."""

    outside: Outside
    opened: Opened | None = None

    def do(self, *words: str, given: str = "") -> Json:
        """Say a command; its JSON document."""
        verb, asked = verbs.understand(words)
        if verb is None:
            raise Bug("the example said a command without a verb")
        outside = replace(self.outside, stdin=io.BytesIO(given.encode()))
        return command.perform(verb, Call(asked, outside, self.opened)).document

    def mark_as_example(self) -> None:
        """Every page, screen and file of this laptop says that it is fictitious."""
        assert self.opened is not None
        me = membership.read(self.opened.db)
        assert me is not None
        membership.keep(self.opened.db, structs.replace(me, is_example=True))


@contextmanager
def _newcomer(folder: Path, name: str, outside: Outside) -> Iterator[Player]:
    """A new laptop: its profile is made once and stays open while the week is played."""
    profile = folder / "profiles" / name
    environ = {**outside.environ, PROFILE: str(profile), PASSPHRASE_FILE: str(folder / "passphrase.txt")}
    player = Player(replace(outside, environ=environ))
    passphrase = (folder / "passphrase.txt").read_text(encoding="utf-8").strip()
    call = Call(verbs.understand(["help"])[1], player.outside)
    made = door.make_profile(profile, passphrase, call.ring, outside.randomness)
    player.opened = made.opened
    try:
        yield player
    finally:
        made.opened.close()


# ------------------------------------------------------------------------------------------- the server


def _program() -> list[str]:
    """`outreach`: this program itself, in an installed build and everywhere else."""
    return [sys.executable] if getattr(sys, "frozen", False) else [sys.executable, "-m", "outreach_app"]


def _server_program() -> list[str]:
    """`outreach-server`: beside this program in an installed build, a module everywhere else."""
    if getattr(sys, "frozen", False):
        return [str(Path(sys.executable).with_name("outreach-server" + Path(sys.executable).suffix))]
    return [sys.executable, "-m", "outreach_app.server"]


def _require_server() -> None:
    if not getattr(sys, "frozen", False) and find_spec("fastapi") is None:
        raise Trouble("demo-without-server")


def _administer(folder: Path, environ: Mapping[str, str], *words: str) -> dict[str, Json]:
    """One verb of the server's own command line."""
    command = [*_server_program(), *words, "--data", str(folder / "server"), "--json"]
    done = subprocess.run(
        command, env=dict(environ), capture_output=True, timeout=_PATIENCE_SECONDS, check=False
    )
    if done.returncode != 0:
        raise Trouble("demo-server-refused", said=_last_line(done.stderr))
    document: dict[str, Json] = msgspec.json.decode(done.stdout)
    return document


@contextmanager
def _server(folder: Path, environ: Mapping[str, str], port: int) -> Iterator[str]:
    """A server on loopback while the block lasts; its address. Port 0 takes a free one."""
    log = folder / "server.log"
    words = [*_server_program(), "serve", "--data", str(folder / "server"), "--port", str(port), "--json"]
    process: subprocess.Popen[bytes] | None = None
    try:
        with log.open("ab") as noise, _undisturbed():
            process = subprocess.Popen(
                words, env=dict(environ), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=noise
            )
        assert process.stdout is not None
        yield _address(process.stdout, log)
    finally:
        if process is not None:
            _end(process)


def _end(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
    assert server.stdout is not None
    server.stdout.close()


def _address(stdout: IO[bytes], log: Path) -> str:
    """The first line that a server says when it answers; it ends without one when it cannot."""
    first = stdout.readline()
    if not first:
        raise Trouble("demo-server-refused", said=_last_line(log.read_bytes()))
    url: str = msgspec.json.decode(first)["url"]
    return url


def _last_line(said: bytes) -> str:
    lines: Sequence[str] = said.decode(errors="replace").strip().splitlines()
    return lines[-1][:300] if lines else "nothing"


def _without_ring(outside: Outside) -> Outside:
    """Fictitious laptops leave nothing in anybody's key ring."""
    return replace(outside, environ={**outside.environ, "OUTREACH_RING": "none"})
