"""An open desk: one person at one unlocked laptop. Every verb works on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from outreach_app.domain.field import Json
from outreach_app.domain.ids import Clock, MemberId, Randomness, RecordId, new_record_id, to_millis
from outreach_app.domain.kind import LookUp, Record
from outreach_app.domain.operation import Held, stamp
from outreach_app.store import oplog
from outreach_app.store.database import Database
from outreach_app.store.membership import Membership
from outreach_app.store.views import Records


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works here, and with what. Used on the store lane only."""

    db: Database
    clock: Clock
    randomness: Randomness
    membership: Membership

    @property
    def me(self) -> MemberId:
        """This member's id."""
        return MemberId(self.membership.member)

    @property
    def role(self) -> str:
        """What the roster lets this member do; before admission, what the invite promises."""
        return self.membership.role

    @property
    def team(self) -> str:
        """The team's id."""
        return self.membership.team

    @property
    def records(self) -> Records:
        """Reading: the records of this laptop."""
        return Records(self.db)

    @property
    def look_up(self) -> LookUp:
        """What rules look at: the records, and whoever the invite made known before they arrive."""
        return _Acquainted(self.records, self.membership)

    def now(self) -> datetime:
        """The present moment to the second, as people record it."""
        return self.clock.now().replace(microsecond=0)

    def local(self, moment: datetime) -> datetime:
        """A moment on the wall clock of this laptop."""
        return moment.astimezone(timezone(timedelta(minutes=self.clock.zone_minutes(moment))))

    def today(self) -> date:
        """The local date."""
        return self.local(self.now()).date()

    def new_id(self) -> RecordId:
        """An id for a record that begins now."""
        return new_record_id(self.clock.now(), self.randomness, self.me)

    def stamp(
        self, kind: str, record: str, said: Mapping[str, Json], over: Mapping[str, list[str]] | None = None
    ) -> Held:
        """An operation of mine about a record, at a time that never goes back on this laptop."""
        now = self.clock.now()
        return stamp(
            kind=kind,
            record=RecordId(record),
            author=self.me,
            role=self.role,
            at=max(to_millis(now), oplog.last_at(self.db, to_millis(now))),
            zone=self.clock.zone_minutes(now),
            salt=self.randomness(16),
            set=said,
            over=over,
        )


@dataclass(frozen=True, slots=True)
class _Acquainted:
    """Before admission no record has arrived, but a pair must be named: the joiner and the inviter count."""

    records: Records
    membership: Membership

    def get(self, record_id: str) -> Record | None:
        found = self.records.get(record_id)
        if found is None and record_id in (self.membership.member, self.membership.inviter):
            name = {"name": self.membership.name} if record_id == self.membership.member else {}
            return Record(
                id=record_id,
                kind="member",
                author=record_id,
                made_at=0,
                changed_at=0,
                state="final",
                values=name,
            )
        return found

    def find(self, kind: str, *, shift: str | None = None, person: str | None = None) -> Iterable[Record]:
        return self.records.find(kind, shift=shift, person=person)
