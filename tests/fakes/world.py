"""A whole team in one process: laptops with encrypted files, a blind server, and whatever can go wrong.

Production's own store, work, keys, sync, wire and server decide everything; simulated are only the edges
(`fakes.edges`). The world remembers what each laptop acknowledged to its person and knows what must be true.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, TypeVar

from fakes.chance import Randomness
from fakes.clock import Clock
from fakes.edges import (
    URL,
    WEATHER,
    Answer,
    Deliver,
    Died,
    Disk,
    Fuse,
    House,
    Weather,
    Wire,
    leave,
    outlive_token,
)
from structlog.testing import capture_logs

from outreach_app.domain.kind import Record
from outreach_app.domain.operation import Held, read
from outreach_app.domain.trouble import Trouble
from outreach_app.store import database, membership
from outreach_app.store.membership import Membership
from outreach_app.store.views import Records
from outreach_app.sync import admission, enrol, kept, round
from outreach_app.sync.line import Laptop as Lanes
from outreach_app.sync.post import Answered, Post
from outreach_app.work import record
from outreach_app.work.desk import Desk
from outreach_app.work.record import Said

MARK = "Quetzalcoatlus"
"""Stands in every text that anybody writes here, names included, and must never leave a laptop in clear."""

EXPECTED = frozenset(("offline", "server-busy", "server-failed", "server-strange"))
"""What a round may say when the weather is bad."""

T = TypeVar("T")


class Fault(NamedTuple):
    """What happens to a round's request of that number (from 1).

    A name of `WEATHER`; "token expired"; "server dies", at its next commit; "meanwhile", a whole round of the
    laptop `other`; or something written for the occasion.
    """

    request: int
    what: str | Weather
    other: str = ""


@dataclass
class Person:
    """Somebody's laptop, and what it told them is saved."""

    name: str
    folder: Path
    key: bytes
    clock: Clock
    randomness: Randomness
    wire: Wire
    db: Disk
    lives: int = 0
    saved: dict[str, Held] = field(default_factory=dict)
    """Operations by id whose saving was acknowledged: they must never be missing here again."""
    noted: int = 0
    """The last row of its log that was looked at for them."""
    forms: dict[str, Mapping[str, list[str]]] = field(default_factory=dict)
    """What was on screen when a form was opened, by record."""

    @property
    def me(self) -> Membership:
        found = membership.read(self.db)
        assert found is not None
        return found

    @property
    def desk(self) -> Desk:
        return Desk(self.db, self.clock, self.randomness, self.me)

    @contextmanager
    def lanes(self) -> Iterator[Lanes]:
        """What a round is given: this laptop's file and its simulated line."""
        post = Post(URL)
        # The one seam: what requests calls a transport adapter, in the place of the one that opens sockets.
        post._session.mount(URL, self.wire)
        post._session.trust_env = False  # no proxy stands on a simulated wire
        try:
            yield Lanes(lambda verb: verb(self.db), post, self.clock, self.randomness)
        finally:
            post.close()

    def records(self, kind: str = "engagement") -> list[Record]:
        return Records(self.db).find(kind, include_voided=True)

    def get(self, record_id: str) -> Record:
        found = Records(self.db).get(record_id)
        assert found is not None, f"{self.name} misses {record_id}"
        return found

    def own(self) -> dict[str, bytes]:
        """Every operation of this laptop's person that stands in its file, by id."""
        return {one.hex(): raw for one, raw in self.db.rows("select id, raw from op where is_own = 1")}


class World:
    """A founded team: `lee` leads, `sam` and `kim` work; one shift is known to all three."""

    def __init__(self, folder: Path, seed: str = "a world") -> None:
        self.folder, self.seed = folder, seed
        self.clock = Clock()
        self.people: dict[str, Person] = {}
        self.troubles: list[tuple[str, str]] = []
        self.asked: list[str] = []
        """What the last call asked of the server."""
        self.commits = 0
        """How often the last verb at a laptop committed."""
        self.flipped: set[bytes] = set()
        self.is_restored = False
        self._backups = 0
        self._said = 0
        self._log = capture_logs()
        self._lines = self._log.__enter__()

    # ------------------------------------------------------------------------------------ its beginning

    @classmethod
    def found(cls, folder: Path) -> World:
        """A new team of three, everybody in step."""
        world = cls(folder)
        world.house = House.build(folder / "server", world.clock, Randomness("the server"))
        lee = world.add("lee")
        with lee.lanes() as lanes:
            world.founded = enrol.found(
                lee.db,
                lanes.post,
                token=world.house.token(),
                team_name=f"{MARK} team",
                name=f"{MARK} Lee",
                clock=lee.clock,
                randomness=lee.randomness,
            )
        world.note(lee)
        for name in ("sam", "kim"):
            world.join(name, world.invite(lee, name))
        world.converge("sam", "kim", "lee")
        workers = [world.people[name].me.member for name in ("sam", "kim")]
        begun = {"date": "2026-11-24", "workers": workers, "started_at": "2026-11-24T14:00:00Z"}
        world.shift = world.save(world.people["sam"], "shift", begun)
        world.meet(world.people["sam"])
        world.converge("sam", "lee", "kim")
        return world

    def copy(self, folder: Path) -> World:
        """The same world once more in another folder; this one must be at rest, and stays as it is."""
        other = World(folder, self.seed)
        other.clock.at = self.clock.at
        shutil.copytree(self.house.data, folder / "server", ignore=shutil.ignore_patterns("*-shm"))
        other.house = House(folder / "server", other.clock, Randomness("a copied server"))
        other.founded, other.shift, other._said = self.founded, self.shift, self._said
        for name, person in self.people.items():
            leave(person.db.path, folder / name)
            clock = Clock(person.clock.at)
            other.people[name] = Person(
                name=name,
                folder=folder / name,
                key=person.key,
                clock=clock,
                randomness=Randomness(f"a copied {name}"),
                wire=Wire(other.house, other.watch),
                db=Disk.open(folder / name / person.db.path.name, person.key),
                saved=dict(person.saved),
                noted=person.noted,
            )
        return other

    def add(self, name: str) -> Person:
        """A new laptop with an empty file."""
        folder = self.folder / name
        folder.mkdir()
        randomness = Randomness(f"{self.seed}/{name}")
        key = randomness(32)
        database.create(folder / "records.db", key).close()
        person = Person(
            name=name,
            folder=folder,
            key=key,
            clock=Clock(self.clock.at),
            randomness=randomness,
            wire=Wire(self.house, self.watch),
            db=Disk.open(folder / "records.db", key),
        )
        self.people[name] = person
        return person

    def close(self) -> None:
        """Doing it twice does no harm."""
        if not self.people:
            return
        for person in self.people.values():
            person.db.close()
        self.people.clear()
        self.house.close()
        self._log.__exit__(None, None, None)

    # ---------------------------------------------------------------------------------- what people do

    def act(self, person: Person, verb: Callable[[], T], fuse: Fuse | None = None) -> T | None:
        """Do something at a laptop, which may die over it; what it acknowledged is remembered.

        After a death the file is opened again. What stands in it then was saved, whether or not anybody
        was told, and must stay.
        """
        person.db.light(fuse, person.folder.with_name(f"{person.name}-{person.lives + 1}"))
        try:
            done = verb()
        except Died:
            self._rise(person)
            done = None
        finally:
            self.commits = person.db.commits
            person.db.light(None, person.folder)
        self.note(person)
        return done

    def note(self, person: Person) -> None:
        """Whatever of its own stands in a laptop's file after a verb has ended is acknowledged."""
        for raw, role in person.db.rows(
            "select raw, role from op where is_own = 1 and number > ?", (person.noted,)
        ):
            held = read(raw, role)
            person.saved[held.id] = held
        person.noted = person.db.value("select coalesce(max(number), 0) from op")

    def save(self, person: Person, kind: str, values: Mapping[str, object], fuse: Fuse | None = None) -> str:
        """Save a record; its id, empty when the laptop died over it."""
        done = self.act(person, lambda: record.save(person.desk, Said(kind, values)), fuse)  # type: ignore[arg-type]
        return "" if done is None else done.result.id

    def meet(self, person: Person, fuse: Fuse | None = None, **more: object) -> str:
        """One more engagement of the shift, with a note of its own; before the shift has come, a person."""
        if Records(person.db).get(self.shift) is None:
            return self.save(person, "person", {"hint": f"{MARK} {self._next()}"}, fuse)
        return self.save(person, "engagement", self._engagement(more), fuse)

    def meet_many(self, person: Person, many: int) -> None:
        """So many engagements in one transaction."""
        if Records(person.db).get(self.shift) is not None:
            said = [Said("engagement", self._engagement({})) for _ in range(many)]
            self.act(person, lambda: record.save_all(person.desk, said))

    def _engagement(self, more: Mapping[str, object]) -> dict[str, object]:
        said = {"shift": self.shift, "occurred_at": "2026-11-24T15:00:00Z", "headcount": 3, "depth": 2}
        return {**said, "note": f"{MARK} {self._next()}", **more}

    def _next(self) -> int:
        self._said += 1
        return self._said

    def crash(self, person: Person) -> None:
        """Kill the program at rest and start it again."""
        leave(person.db.path, person.folder.with_name(f"{person.name}-{person.lives + 1}"))
        self._rise(person)

    def _rise(self, person: Person) -> None:
        person.db.close()
        person.lives += 1
        person.folder = person.folder.with_name(f"{person.name}-{person.lives}")
        person.db = Disk.open(person.folder / "records.db", person.key)

    # ------------------------------------------------------------------------------------ over the wire

    def sync(self, person: Person, *faults: Fault, fuse: Fuse | None = None) -> round.Report | None:
        """One round. None when trouble ended it or the laptop died; the trouble is in `troubles`."""
        return self.call(person, round.run, *faults, fuse=fuse)

    def call(
        self, person: Person, verb: Callable[[Lanes], T], *faults: Fault, fuse: Fuse | None = None
    ) -> T | None:
        """Do something that needs the server, in this weather."""
        person.wire.clear()
        for fault in faults:
            person.wire.happens[fault.request] = self._weather(person, fault)

        def run() -> T | None:
            try:
                with person.lanes() as lanes:
                    return verb(lanes)
            except Trouble as trouble:
                self.troubles.append((person.name, str(trouble.facts.get("problem", trouble.code))))
            except Answered as answered:
                self.troubles.append((person.name, answered.report.code))
            return None

        try:
            return self.act(person, run, fuse)
        finally:
            self.asked = list(person.wire.asked)
            person.wire.clear()
            self.house.light(None)

    def _weather(self, person: Person, fault: Fault) -> Weather:
        if not isinstance(fault.what, str):
            return fault.what
        if fault.what == "token expired":
            return lambda deliver: outlive_token(self.clock, deliver)
        if fault.what == "server dies":

            def dies(deliver: Deliver) -> Answer:
                self.house.light(Fuse(1))
                return deliver()

            return dies
        if fault.what == "meanwhile":

            def meanwhile(deliver: Deliver) -> Answer:
                asked = self.asked
                if fault.other in self.people and fault.other != person.name:
                    self.sync(self.people[fault.other])
                self.asked = asked
                return deliver()

            return meanwhile
        return WEATHER[fault.what]

    def invite(self, lead: Person, name: str, *faults: Fault, role: str = "worker") -> str:
        """An invite for somebody, made without a network if need be; empty where it was refused."""
        return (
            self.call(lead, lambda lanes: admission.invite(lanes, role=role, name=f"{MARK} {name}"), *faults)
            or ""
        )

    def join(self, name: str, invite: str) -> Person | None:
        """A new laptop makes its keys and its request; the next rounds of joiner and lead do the rest.

        None where the invite cannot be used, because some clock says that it is over.
        """
        person = self.add(name)
        try:
            enrol.join(
                person.db,
                invite,
                name=f"{MARK} {name}",
                clock=person.clock,
                randomness=person.randomness,
            )
        except Trouble as trouble:
            if trouble.code != "invite-expired":
                raise
            person.db.close()
            del self.people[name]
            shutil.rmtree(person.folder)
            return None
        self.note(person)
        return person

    def remove(self, lead: Person, other: Person, *faults: Fault) -> None:
        """Take somebody out of the team, if the weather lets it through."""
        member = other.me.member
        self.call(lead, lambda lanes: admission.remove(lanes, member), *faults)

    def is_listed(self, person: Person) -> bool:
        """Whether the lead's roster lists the laptop: who must agree in the end."""
        lee = self.people["lee"]
        book = kept.book(lee.db, lee.me)
        assert book is not None
        return book.entry.device(bytes.fromhex(person.me.device)) is not None

    # ------------------------------------------------------------------------------------ what goes wrong

    def crash_server(self) -> None:
        self.house.crash()

    def back_up(self) -> Path:
        """The administrator makes a backup."""
        self._backups += 1
        out = self.folder / f"backup-{self._backups}"
        self.house.back_up(out)
        return out

    def flip(self, number: int, column: str, bit: int) -> bytes | None:
        """Turn one bit of a stored batch, as a bad disk does; which batch, or None if there is none."""
        self.house.database.close()
        with closing(sqlite3.connect(self.house.data / "server.db")) as there, there:
            rows = there.execute(f"select id, {column} from batch order by received_at, rowid").fetchall()
            if not rows:
                return None
            batch_id, blob = rows[number % len(rows)]
            at = bit % (len(blob) * 8)
            changed = bytearray(blob)
            changed[at // 8] ^= 1 << at % 8
            there.execute(f"update batch set {column} = ? where id = ?", (bytes(changed), batch_id))
        self.flipped.add(batch_id)
        return bytes(batch_id)

    def restore(self, backup: Path) -> None:
        """The server's machine is lost; the administrator restores an older copy."""
        self.is_restored = True
        self.house.restore(backup)

    def excused(self, person: Person) -> set[str]:
        """What a round may say in fair weather: somebody removed is told so, a joiner may wait in vain."""
        excused: set[str] = set()
        with self.house.database.reading() as db:
            device = bytes.fromhex(person.me.device)
            row = db.exec_driver_sql("select removed_by from device where id = ?", (device,)).first()
        if row is not None and row[0] is not None:
            excused.add("device-revoked")
        if row is None and person.me.is_enrolled:
            excused.add("server-behind")
        if not person.me.is_enrolled:
            excused |= {"invite-unknown", "invite-expired"}
        return excused

    def log_lines(self) -> list[dict]:
        """What the server logged since this was asked last."""
        lines = list(self._lines)
        self._lines.clear()
        return lines

    def watch(self, passing: bytes) -> None:
        """Nothing that anybody wrote passes in clear."""
        assert MARK.encode() not in passing

    # ------------------------------------------------------------------------------------ coming to rest

    def pass_time(self, time: timedelta) -> None:
        """For everybody, right clocks and wrong ones."""
        self.clock.at += time
        for person in self.people.values():
            person.clock.at += time

    def come_to_rest(self) -> None:
        """Clocks are put right, the sun shines, and everybody syncs twice.

        Once more before that if somebody waits to be let in, or to be known again by a restored server.
        """
        for person in self.people.values():
            person.clock.at = self.clock.at
        if self.is_restored or not all(person.me.is_enrolled for person in self.people.values()):
            self.converge(times=1)
        self.is_restored = False
        self.converge()

    def converge(self, *order: str, times: int = 2) -> None:
        """Everybody syncs in fair weather, so many times."""
        for _ in range(times):
            for name in order or sorted(self.people):
                person = self.people[name]
                before = len(self.troubles)
                self.sync(person)
                new = {code for _, code in self.troubles[before:]}
                assert new <= self.excused(person), f"{name}: {new}"
