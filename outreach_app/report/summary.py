"""What a summary holds: every figure and line, already counted, before anybody lays it out.

Pages, workbooks, CSV and JSON are made from this one value, so their totals cannot differ. All
moments are aware and stand on the team's local clocks, because that is how they are read. Words of
code lists come with their codes: people read `label`, programs read `code`.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

Status = Literal["planned", "open", "ended", "submitted", "approved", "cancelled"]
"""Where a shift stands; it follows from the shift's own answers."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """What the parts of a summary have in common."""


class Tally(Line, frozen=True, kw_only=True):
    """How often one code of a list was recorded."""

    code: str
    label: str
    count: int


class Totals(Line, frozen=True, kw_only=True):
    """The figures that every format carries and a test compares. Counts, and whole minutes."""

    shifts: int
    conversations: int
    young_people: int
    declined: int
    declined_young_people: int
    new_young_people: int
    recorded_outcomes: int
    views: int
    full_referrals: int
    statutory: int
    supported: int
    signposts: int
    referrals_due: int
    referrals_overdue: int
    hotspots_visited: int
    visits: int
    hotspot_minutes: int
    pair_minutes: int
    person_minutes: int
    break_minutes: int
    handover_open: int
    check_ins_missed: int


class ShiftLine(Line, frozen=True, kw_only=True):
    """One shift of the summary: who, when, how it stands, and its own figures."""

    id: str
    date: date | None
    pair_label: str
    workers: tuple[str, ...]
    status: Status
    status_label: str
    planned_start_at: datetime | None
    planned_end_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    submitted_at: datetime | None
    approved_at: datetime | None
    approved_by: str
    author: str
    cancelled_reason: str
    single_reason: str
    single_allowed_by: str
    weather: str
    context: tuple[str, ...]
    readiness: tuple[str, ...]
    readiness_open: tuple[str, ...]
    risk_level: str
    risk_note: str
    went_well: str
    hard: str
    next_time: str
    conversations: int
    young_people: int
    declined: int
    visits: int
    hotspot_minutes: int
    pair_minutes: int
    person_minutes: int
    break_minutes: int
    planned_minutes: int


class CheckInLine(Line, frozen=True, kw_only=True):
    """A sign of life, and when it was due."""

    at: datetime | None
    due_at: datetime | None
    code: str
    label: str
    hotspot: str


class Safety(Line, frozen=True, kw_only=True):
    """How the pairs kept in touch."""

    check_ins: tuple[Tally, ...]
    lines: tuple[CheckInLine, ...]


class NotReached(Line, frozen=True, kw_only=True):
    """Why an assigned hotspot was not reached, and in how many shifts. Empty reason: none was given."""

    reason: str
    shifts: int


class HotspotLine(Line, frozen=True, kw_only=True):
    """One hotspot: what was planned, what was delivered, what was met there.

    `assigned` and `delivered` count shifts; `delivered` those assigned ones that got a visit.
    """

    id: str
    name: str
    code: str
    assigned: int
    delivered: int
    visits: int
    minutes: int
    first_at: datetime | None
    last_at: datetime | None
    still_there: bool
    conversations: int
    young_people: int
    not_reached: tuple[NotReached, ...]
    others_present: tuple[Tally, ...]
    people_about: tuple[Tally, ...]
    mood: tuple[Tally, ...]
    seen: tuple[Tally, ...]
    action_taken: tuple[Tally, ...]


class DepthLine(Line, frozen=True, kw_only=True):
    """How many engagements reached a depth, and with how many young people."""

    code: str
    label: str
    help: str
    engagements: int
    young_people: int


class HourLine(Line, frozen=True, kw_only=True):
    """Conversations that began within one hour of the local clock."""

    hour: int
    conversations: int
    young_people: int


class WeekdayLine(Line, frozen=True, kw_only=True):
    """One day of the week: exposure beside what came of it."""

    weekday: str
    shifts: int
    pair_minutes: int
    hotspot_minutes: int
    conversations: int
    young_people: int


class Voice(Line, frozen=True, kw_only=True):
    """What a young person would change, in their words, without who said it."""

    text: str
    tag: str
    hotspot: str


class Engagements(Line, frozen=True, kw_only=True):
    """The conversations, from every side. Bands end with "not recorded"."""

    depths: tuple[DepthLine, ...]
    by_hour: tuple[HourLine, ...]
    between_hotspots: int
    between_hotspots_young_people: int
    ages: tuple[Tally, ...]
    genders: tuple[Tally, ...]
    acquaintance: tuple[Tally, ...]
    topics: tuple[Tally, ...]
    given: tuple[Tally, ...]
    outcomes: tuple[Tally, ...]
    concern_reasons: tuple[Tally, ...]
    voices: tuple[Voice, ...]


class ReferralKindLine(Line, frozen=True, kw_only=True):
    """Referrals opened in these shifts, of one kind; `counted` follows the counting rule of the kind.

    `services` says where to: services by name, or the kind of service where none was named.
    """

    code: str
    label: str
    opened: int
    sent: int
    counted: int
    services: tuple[Tally, ...]


class ReferralLine(Line, frozen=True, kw_only=True):
    """A referral that wants attention."""

    id: str
    kind: str
    service: str
    person: str
    status: str
    due_on: date | None
    is_overdue: bool


class ReferralMove(Line, frozen=True, kw_only=True):
    """A step of a referral since the last shift."""

    at: datetime
    kind: str
    service: str
    person: str
    status: str
    outcome: str


class Referrals(Line, frozen=True, kw_only=True):
    """What was opened, what moved, what is due. Signposts stand apart from full referrals."""

    by_kind: tuple[ReferralKindLine, ...]
    not_taken: tuple[Tally, ...]
    moves_since: datetime | None
    moves_until: datetime | None
    moves: tuple[ReferralMove, ...]
    due: tuple[ReferralLine, ...]


class HandoverLine(Line, frozen=True, kw_only=True):
    """Something passed on."""

    text: str
    about: str
    person: str
    hotspot: str
    owner: str
    due_on: date | None
    status: str
    is_open: bool


class Arrivals(Line, frozen=True, kw_only=True):
    """What the sync room knows about records that are not here yet or not away yet.

    `missing` counts batches that other laptops say exist and this one has not; `parked` those that
    arrived and could not be opened; `waiting` this laptop's own records that wait to be sent.
    """

    waiting: int
    missing: int
    parked: int


class Completeness(Line, frozen=True, kw_only=True):
    """What may still change these figures. `arrivals` is None where nobody asked the sync room."""

    drafts_left: int
    shifts_without_count: int
    late_entries: int
    open_visits: int
    running_shifts: int
    conflicts: int
    flagged: int
    arrivals: Arrivals | None


class Trail(Line, frozen=True, kw_only=True):
    """Where the summary comes from: enough to make it again and to see that nothing changed.

    `fingerprint` is SHA-256 over the records it counts, the same on every laptop that has the same
    records; `records` is how many they are and `newest_at` when the newest of them was last changed.
    """

    authors: tuple[str, ...]
    approvers: tuple[str, ...]
    made_at: datetime
    made_by: str
    version: int
    edition: str
    reader: str
    code_list_version: int
    records: int
    newest_at: datetime | None
    fingerprint: str
    time_zone: str


class Rule(Line, frozen=True, kw_only=True):
    """How one figure is counted, in words."""

    name: str
    words: str


class LeftOutLine(Line, frozen=True, kw_only=True):
    """What this edition's reader is not shown, and why."""

    what: str
    why: str


class Summary(Line, frozen=True, kw_only=True):
    """A shift or a period, counted for one reader."""

    team: str
    scope: Literal["shift", "period"]
    since: date
    until: date
    edition: str
    is_example: bool
    totals: Totals
    completeness: Completeness
    shifts: tuple[ShiftLine, ...]
    safety: Safety
    hotspots: tuple[HotspotLine, ...]
    engagements: Engagements
    referrals: Referrals
    handover: tuple[HandoverLine, ...]
    weekdays: tuple[WeekdayLine, ...]
    rules: tuple[Rule, ...]
    left_out: tuple[LeftOutLine, ...]
    trail: Trail
