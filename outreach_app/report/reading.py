"""Reading records for a summary: each asked for once, each counted one remembered, names beside ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import NamedTuple

from outreach_app.domain import counting
from outreach_app.domain.codes import CodeList
from outreach_app.domain.counting import Meeting, Spent, Stay
from outreach_app.domain.kind import Declared, LookUp, Record, answers
from outreach_app.domain.person import survivor
from outreach_app.domain.shift import Shift
from outreach_app.domain.trouble import Trouble
from outreach_app.report.summary import Status, Tally

UNKNOWN_MEMBER = "A member this laptop does not know"


UNKNOWN_HOTSPOT = "A hotspot this laptop does not know"


LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Period(NamedTuple):
    """Days from `since` to `until`, both included."""

    since: date
    until: date


class Shelf:
    """Records as one summary reads them: each asked for once, each counted one remembered."""

    def __init__(self, sources: LookUp) -> None:
        self._sources = sources
        self._by_id: dict[str, Record | None] = {}
        self._found: dict[tuple[str, str | None], list[Record]] = {}
        self._counted: dict[str, Record] = {}

    def get(self, record_id: str) -> Record | None:
        """A record by id, void ones included."""
        if record_id not in self._by_id:
            self._by_id[record_id] = self._sources.get(record_id)
        return self._by_id[record_id]

    def find(self, kind: str, *, shift: str | None = None, person: str | None = None) -> list[Record]:
        """Records of a kind that are not void."""
        if person is not None:
            return list(self._sources.find(kind, shift=shift, person=person))
        if (kind, shift) not in self._found:
            found = list(self._sources.find(kind, shift=shift))
            self._found[kind, shift] = found
            self._by_id.update((record.id, record) for record in found)
        return self._found[kind, shift]

    def count(self, records: Iterable[Record]) -> list[Record]:
        """Remember that figures stand on these records."""
        kept = list(records)
        self._counted.update((record.id, record) for record in kept)
        return kept

    def counted(self) -> list[Record]:
        """Every record that figures stand on, by id."""
        return [self._counted[one] for one in sorted(self._counted)]

    def team(self) -> str:
        """The team's name."""
        return next((str(team.get("name")) for team in self.find("team") if team.get("name")), "")

    def name(self, record_id: str | None, unknown: str) -> str:
        """The name of a member, hotspot or service; empty for no id, `unknown` where it has not arrived."""
        if not record_id:
            return ""
        record = self.get(record_id)
        return str(record.get("name")) if record is not None and record.get("name") else unknown

    def member(self, member_id: str | None) -> str:
        """A member's name."""
        return self.name(member_id, UNKNOWN_MEMBER)

    def hotspot(self, hotspot_id: str | None) -> str:
        """A hotspot's name."""
        return self.name(hotspot_id, UNKNOWN_HOTSPOT)

    def person(self, person_id: str | None) -> str:
        """The code of the card that stands for a person, after doubles were put together."""
        if not person_id:
            return ""
        doubles: dict[str, str] = {}
        card = self.get(person_id)
        while card is not None and card.id not in doubles and isinstance(card.get("duplicate_of"), str):
            doubles[card.id] = card.get("duplicate_of")
            card = self.get(doubles[card.id])
        record = self.get(survivor(person_id, doubles)) or self.get(person_id)
        return str(record.get("code")) if record is not None and record.get("code") else "A card not here yet"


class Outing(NamedTuple):
    """A shift with everything that was recorded of it; `ends` is its end, or now while it runs."""

    record: Record
    said: Shift
    ends: datetime
    spent: Spent
    stays: list[Stay]
    meetings: list[Meeting]

    @property
    def status(self) -> Status:
        """Where the shift stands."""
        said = self.said
        if said.cancelled_reason:
            return "cancelled"
        if said.approved_at:
            return "approved"
        if said.submitted_at:
            return "submitted"
        if said.ended_at:
            return "ended"
        return "open" if said.started_at else "planned"


def shift_on(shelf: Shelf, shift_id: str) -> Record:
    """A shift that can be summed up; raises Trouble `shift-unknown` and `shift-voided`."""
    shift = shelf.get(shift_id)
    if shift is None or shift.kind != "shift":
        raise Trouble("shift-unknown", id=shift_id[:40])
    if shift.state == "voided":
        raise Trouble("shift-voided", id=shift_id)
    return shift


def in_time(shift: Record) -> tuple[str, str, str]:
    """What puts shifts into the order in which they were worked."""
    return (
        str(shift.get("date")),
        str(shift.get("started_at") or shift.get("planned_start_at") or ""),
        shift.id,
    )


def outings_of(shelf: Shelf, shifts: list[Record], now: datetime) -> list[Outing]:
    """The shifts in time order; a double entry across two of them counts in one."""
    shelf.count(shifts)
    written = {shift.id: shelf.count(shelf.find("engagement", shift=shift.id)) for shift in shifts}
    met: dict[str, list[Meeting]] = {shift.id: [] for shift in shifts}
    for meeting in counting.meetings(record for records in written.values() for record in records):
        met[str(meeting.record.get("shift"))].append(meeting)
    outings = []
    for shift in sorted(shifts, key=in_time):
        said = answers(Shift, shift)
        ends = said.ended_at or now
        visits = shelf.count(shelf.find("visit", shift=shift.id))
        meetings = sorted(met[shift.id], key=_when_met)
        outings.append(
            Outing(
                shift, said, ends, counting.spent(shift, now), counting.stays(visits, until=ends), meetings
            )
        )
    return outings


def _when_met(meeting: Meeting) -> tuple[datetime, str]:
    return meeting.said.occurred_at or LONG_AGO, meeting.record.id


def words(shape: type[Declared], field: str, value: object) -> str:
    """An answer as people read it; empty where nothing was answered."""
    return "" if value is None else shape.described.fields[field].show(value)


def each(names: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in order, without empty ones."""
    return tuple(dict.fromkeys(name for name in names if name))


def tallies(counts: Mapping[str, int], listed: CodeList) -> tuple[Tally, ...]:
    """The codes that occurred, most frequent first, ties in the order of their list."""
    place = {code: number for number, code in enumerate(listed.values)}
    found = sorted(counts.items(), key=lambda item: (-item[1], place.get(item[0], len(place)), item[0]))
    return tuple(Tally(code=code, label=listed.label(code), count=number) for code, number in found if number)


def local(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """A moment on the team's clocks."""
    return moment.astimezone(zone) if moment else None
