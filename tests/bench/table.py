"""Speed against the bare machine, side by side in one run: `poe bench`.

Each line does the same work twice, ours and the least anybody could do, in turns, and prints the medians
and the ratio of ours to the bare one. Nothing is asserted: machines differ, ratios less so.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent.parent))

import msgspec
import requests
import zstandard
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from fakes.clock import Clock
from fakes.crew import Server
from fakes.laptop import NOON, Outreach

from outreach_app.store import database, drafts
from outreach_app.store.drafts import Draft, Place
from outreach_app.work import record
from outreach_app.work.record import Said

RECORDS = 10_000
BATCH = 100
NOTE = "Talked about the open day at college and how dark the underpass is after six; number {}."


class Line(NamedTuple):
    """One row: what, ours and bare in milliseconds (medians), and the goal for ours ÷ bare."""

    what: str
    ours: float
    bare: float
    goal: str

    def print(self) -> None:
        ratio = self.ours / self.bare
        print(f"{self.what:<58} {self.ours:>10.2f} {self.bare:>10.2f} {ratio:>8.2f}   {self.goal}")


def engagement(shift: str, number: int) -> dict[str, object]:
    """A usual engagement: bands, topics and a sentence."""
    return {
        "shift": shift,
        "occurred_at": NOON,
        "headcount": 3,
        "depth": 2,
        "ages": {"13_15": 2, "16_17": 1},
        "genders": {"female": 1, "male": 2},
        "topics": ["school_college", "safety_in_area"],
        "given": ["listening", "advice"],
        "note": NOTE.format(number),
    }


def milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return (time.perf_counter() - start) * 1000


def in_turns(ours: Callable[[], object], bare: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians of both, measured alternately so that a noisy minute hits both."""
    pairs = [(milliseconds(ours), milliseconds(bare)) for _ in range(rounds)]
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


@contextmanager
def bare_server(folder: Path) -> Iterator[str]:
    command = [sys.executable, str(Path(__file__).with_name("bare.py")), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def two_laptops(folder: Path) -> Iterator[tuple[Server, Outreach, Outreach, str]]:
    """A server, a worker and a lead who have met, and a shift."""
    server = Server(folder / "server").init().start()
    clock = Clock()
    lead, worker = Outreach(folder / "lead.db", clock), Outreach(folder / "worker.db", clock)
    try:
        lead.found(server.url, server.verb("team-token")["token"])
        worker.join(lead.invite("Sam"), "Sam")
        for one in (worker, lead, worker, lead):
            one.sync()
        pair = [worker.me.member, lead.me.member]
        shift = worker.save("shift", {"date": "2026-11-24", "workers": pair}).id
        worker.sync()
        lead.sync()
        yield server, worker, lead, shift
    finally:
        worker.close()
        lead.close()
        server.close()


def one_save(folder: Path, worker: Outreach, shift: str) -> Line:
    """A saved engagement, draft and all, against one durable insert into SQLCipher."""
    bare_db = database.create(folder / "bare-save.db", os.urandom(32))
    bare_db.execute("create table row (id text primary key, body blob) strict")
    desk, number = worker.desk, iter(range(10**9))

    def ours() -> None:
        draft = f"draft-{next(number)}"
        record.save(desk, Said("engagement", engagement(shift, next(number)), draft))

    def bare() -> None:
        row = (os.urandom(16).hex(), msgspec.json.encode(engagement(shift, next(number))))
        bare_db.execute("insert into row values (?, ?)", row)

    drafts.keep(
        worker.db,
        Draft(
            id="draft-0",
            kind="engagement",
            values={},
            place=Place(screen="log"),
            updated_at=worker.clock.now(),
        ),
    )
    for _ in range(20):
        ours()
        bare()
    line = Line(
        "save one engagement / one bare SQLCipher insert (FULL)", *in_turns(ours, bare, 400), "≤ 5, goal 3"
    )
    bare_db.close()
    return line


def many(folder: Path, worker: Outreach, lead: Outreach, shift: str, bare_url: str) -> list[Line]:
    """Ten thousand up and down, against encode + zstd + AES-GCM + PUT + insert, and back."""
    bare_db = database.create(folder / "bare-many.db", os.urandom(32))
    bare_db.execute("create table row (id text primary key, body blob) strict")
    session, key = requests.Session(), AESGCM(os.urandom(32))
    rows = [{"id": os.urandom(16).hex(), **engagement(shift, number)} for number in range(RECORDS)]
    chunks = [rows[start : start + BATCH] for start in range(0, RECORDS, BATCH)]

    def bare_up() -> None:
        for number, chunk in enumerate(chunks):
            sealed = key.encrypt(bytes(12), zstandard.compress(msgspec.json.encode(chunk), 3), b"")
            session.put(f"{bare_url}/{number}", data=sealed).raise_for_status()
            with bare_db.atomic():
                bare_db.executemany(
                    "insert or replace into row values (?, ?)",
                    [(row["id"], msgspec.json.encode(row)) for row in chunk],
                )

    def bare_down() -> None:
        for number in range(len(chunks)):
            sealed = session.get(f"{bare_url}/{number}").content
            chunk = msgspec.json.decode(zstandard.decompress(key.decrypt(bytes(12), sealed, b"")))
            with bare_db.atomic():
                bare_db.executemany(
                    "insert or replace into row values (?, ?)",
                    [(row["id"], msgspec.json.encode(row)) for row in chunk],
                )

    ups, downs = [], []
    for _ in range(3):
        record.save_all(worker.desk, [Said("engagement", engagement(shift, n)) for n in range(RECORDS)])
        ups.append((milliseconds(worker.sync), milliseconds(bare_up)))
        downs.append((milliseconds(lead.sync), milliseconds(bare_down)))
        worker.sync()
    session.close()
    bare_db.close()
    what = f"{RECORDS:,} engagements"
    return [
        Line(f"{what} up / bare encode, zstd, GCM, PUT, insert", *_medians(ups), "goal ≤ 2"),
        Line(f"{what} down, verified, merged, indexed / bare", *_medians(downs), "goal ≤ 2"),
    ]


def _medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


def one_receipt(worker: Outreach, shift: str, bare_url: str) -> Line:
    """From save to a verified receipt, on a line that is already open, against a bare PUT of that size."""
    from outreach_app.sync import outgoing
    from outreach_app.sync.line import open_line, read_roster

    lanes = worker.lanes
    line = open_line(lanes, worker.me)
    line.post.sign_in(line.receipt_key, line.team, line.device, line.identity.signer)
    read_roster(line)
    session, body = requests.Session(), os.urandom(1024 + 500)
    desk, number = worker.desk, iter(range(10**9))

    def ours() -> None:
        record.save(desk, Said("engagement", engagement(shift, next(number))))
        assert outgoing.send_all(line) == 1

    def bare() -> None:
        session.put(f"{bare_url}/one-{next(number)}", data=body).raise_for_status()

    for _ in range(10):
        ours()
        bare()
    found = Line(
        "save, seal, send, receipt / one bare PUT of that size", *in_turns(ours, bare, 150), "goal ≤ 3"
    )
    session.close()
    lanes.post.close()
    return found


def first_paint() -> Line:
    """From the start of the process to the painted door, against a window with one line of text."""
    door = Path(__file__).with_name("door.py")
    environ = {**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its byte code beside it

    def run(which: str) -> Callable[[], object]:
        return lambda: subprocess.run([sys.executable, str(door), which], env=environ, check=True)

    for which in ("ours", "bare"):
        run(which)()
    return Line(
        "process start to painted door / a minimal Qt window",
        *in_turns(run("ours"), run("bare"), 9),
        "goal ≤ 2",
    )


def main() -> None:
    print(f"{'what':<58} {'ours ms':>10} {'bare ms':>10} {'ratio':>8}   goal")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with two_laptops(folder) as (_, worker, lead, shift), bare_server(folder) as bare_url:
            one_save(folder, worker, shift).print()
            worker.sync()
            lead.sync()
            one_receipt(worker, shift, bare_url).print()
            lead.sync()
            for line in many(folder, worker, lead, shift, bare_url):
                line.print()
    first_paint().print()


if __name__ == "__main__":
    main()
