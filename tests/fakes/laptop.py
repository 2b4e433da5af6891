"""A real laptop for tests of carrying: an encrypted file, real verbs, a real line to a real server.

The vault is left out (its half second of key derivation has tests of its own); the file is not.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from fakes.clock import Clock

from outreach_app.domain.kind import Record
from outreach_app.store import batches, database, membership
from outreach_app.store.batches import Truths
from outreach_app.store.database import Database
from outreach_app.store.membership import Membership
from outreach_app.store.views import Records
from outreach_app.sync import admission, enrol, round
from outreach_app.sync.enrol import Founded
from outreach_app.sync.line import Laptop as Lanes
from outreach_app.sync.post import Post
from outreach_app.work import record
from outreach_app.work.desk import Desk
from outreach_app.work.record import Said

NOON = "2026-11-24T15:00:00Z"


class Outreach:
    """One person's laptop. `db` stays open until `close`; `reopen` is what a crash leaves."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path, self.clock = path, clock
        self.key = os.urandom(32)
        self.db: Database = database.create(path, self.key)
        self.url = ""

    def close(self) -> None:
        self.db.close()

    def reopen(self) -> None:
        self.db.close()
        self.db = database.open_(self.path, self.key)

    @property
    def me(self) -> Membership:
        found = membership.read(self.db)
        assert found is not None
        return found

    @property
    def desk(self) -> Desk:
        return Desk(self.db, self.clock, os.urandom, self.me)

    @property
    def lanes(self) -> Lanes:
        return Lanes(lambda verb: verb(self.db), Post(self.url), self.clock, os.urandom)

    @property
    def truths(self) -> Truths:
        return batches.truths(self.db)

    def found(self, url: str, token: str, name: str = "Lee") -> Founded:
        self.url = url
        post = Post(url)
        try:
            return enrol.found(
                self.db,
                post,
                token=token,
                team_name="City centre (example)",
                name=name,
                clock=self.clock,
                randomness=os.urandom,
            )
        finally:
            post.close()

    def invite(self, name: str, role: str = "worker", **more: str) -> str:
        lanes = self.lanes
        try:
            return admission.invite(lanes, role=role, name=name, **more)
        finally:
            lanes.post.close()

    def join(self, invite: str, name: str) -> tuple[str, ...]:
        joined = enrol.join(self.db, invite, name=name, clock=self.clock, randomness=os.urandom)
        self.url = joined.membership.server
        return joined.words

    def sync(self, url: str | None = None) -> round.Report:
        self.url = url or self.url
        lanes = self.lanes
        try:
            return round.run(lanes)
        finally:
            lanes.post.close()

    def save(self, kind: str, values: Mapping[str, object]) -> Record:
        return record.save(self.desk, Said(kind, values)).result

    def records(self, kind: str) -> list[Record]:
        return Records(self.db).find(kind, include_voided=True)

    def get(self, record_id: str) -> Record:
        found = Records(self.db).get(record_id)
        assert found is not None
        return found

    def meet(self, shift: str, **more: object) -> Record:
        """One more engagement of that shift."""
        said = {"shift": shift, "occurred_at": NOON, "headcount": 3, "depth": 2, **more}
        return self.save("engagement", said)
