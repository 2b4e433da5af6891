"""An open desk: one person at one unlocked laptop. Every verb works on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from outreach_app.domain.field import Json
from outreach_app.domain.ids import Clock, MemberId, Randomness, RecordId, new_record_id, to_millis
from outreach_app.domain.operation import Held, stamp
from outreach_app.store import oplog
from outreach_app.store.database import Database
from outreach_app.store.views import Records


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works here, and with what.

    `role` is the one the roster gives this member ("worker", "lead", "dsl", "analyst"); before
    admission it is the one the invite promises. Used on the store lane only.
    """

    db: Database
    clock: Clock
    randomness: Randomness
    team: str
    me: MemberId
    role: str

    @property
    def records(self) -> Records:
        """Reading: the records of this laptop."""
        return Records(self.db)

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
        return new_record_id(self.clock.now(), self.randomness)

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
            at=max(to_millis(now), oplog.last_at(self.db)),
            zone=self.clock.zone_minutes(now),
            salt=self.randomness(16),
            set=said,
            over=over,
        )
