"""The example week: what a pair and their lead might say to their laptops, from a seed.

Everything is fictitious. It is told as it would have happened: a clock walks through the days, and
each thing is said to the laptop of whoever saw it, at its time, in the words of the command line.
Places and words come from `resources/demo/`.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import partial
from itertools import cycle
from random import Random
from typing import NamedTuple, Protocol

import msgspec

from outreach_app import resources
from outreach_app.domain import codes
from outreach_app.domain.field import Json, spell_moment
from outreach_app.domain.ids import Clock

DAYS = 5
SEED = "the example week"

_PER_VISIT = (2, 2, 3, 3, 4)
_DEPTHS = (0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 4)
_HEADS = (1, 1, 1, 2, 2, 2, 3, 3, 4, 6)
_AGES = ("13_15", "13_15", "16_17", "16_17", "16_17", "18_24", "18_24", "18_24", "25_plus")
_GENDERS = ("female", "male") * 9 + ("other",)
_STAYS = (32, 36, 40, 44, 48)
_WALKS = (7, 9, 12)
_BREAK_MINUTES = 30
_TOPICS = (
    "school_college",
    "chat_trust",
    "safety_in_area",
    "work_training",
    "money",
    "mental_health",
    "vaping",
    "online",
    "peer_conflict",
    "leisure_clubs",
    "family_home",
    "housing",
    "police_experience",
    "relationships",
    "rights",
)


class _Person(msgspec.Struct, frozen=True):
    hint: str
    age_band: str
    gender: str
    stage: str


class _DayWords(msgspec.Struct, frozen=True):
    weather: str
    context: list[str]
    risk_level: str
    risk_note: str | None = None
    went_well: str | None = None
    hard: str | None = None
    next_time: str | None = None


class _Text(msgspec.Struct, frozen=True):
    text: str


class _View(msgspec.Struct, frozen=True):
    text: str
    tag: str


class _Passed(msgspec.Struct, frozen=True):
    text: str
    about: str
    hotspot: str | None = None


class Content(msgspec.Struct, frozen=True):
    """`resources/demo/week.toml`."""

    team: str
    lead: str
    workers: list[str]
    passphrase: str
    people: list[_Person]
    days: list[_DayWords]
    notes: list[_Text]
    views: list[_View]
    outcomes: list[dict[str, str]]
    handovers: list[_Passed]


def content() -> Content:
    """Read the words of the week."""
    return msgspec.convert(tomllib.loads(resources.text("demo", "week.toml")), Content)


class Laptop(Protocol):
    """Somebody's laptop, as a command line says things to it."""

    def do(self, *words: str, given: str = "") -> Json:
        """Say a command; its JSON document."""
        ...


class WalkingClock:
    """A clock that somebody moves, on the wall of this machine."""

    def __init__(self, machine: Clock, at: datetime) -> None:
        self._machine = machine
        self.at = at

    def now(self) -> datetime:
        """Where it has been moved to."""
        return self.at

    def zone_minutes(self, at: datetime) -> int:
        """As on this machine."""
        return self._machine.zone_minutes(at)

    def day_of(self, moment: datetime) -> date:
        """The date on the wall."""
        return (moment + timedelta(minutes=self.zone_minutes(moment))).date()

    def on(self, day: date, hours: int, minutes: int = 0) -> datetime:
        """A time of a day on the wall."""
        noon = datetime.combine(day, time(12), UTC)
        zone = timezone(timedelta(minutes=self.zone_minutes(noon)))
        return datetime.combine(day, time(hours, minutes), zone).astimezone(UTC)


class Seen(NamedTuple):
    """A visit as it was planned: where, from, until (None: they are still there)."""

    hotspot: str
    arrived_at: datetime
    left_at: datetime | None


@dataclass(slots=True)
class Week:
    """The week under way. `play` says all of it; the lead's summaries can be made afterwards."""

    clock: WalkingClock
    words: Content
    lead: Laptop
    sam: Laptop
    jo: Laptop
    chance: Random = field(default_factory=lambda: Random(SEED))
    shifts: list[str] = field(default_factory=list)
    _hotspots: dict[str, str] = field(default_factory=dict)
    _services: dict[str, str] = field(default_factory=dict)
    _people: dict[int, str] = field(default_factory=dict)
    _acts: list[tuple[datetime, int, Callable[[], object]]] = field(default_factory=list)
    _referrals: dict[int, str] = field(default_factory=dict)
    _notes: Iterator[_Text] = field(init=False)
    _views: Iterator[_View] = field(init=False)
    _outcomes: Iterator[dict[str, str]] = field(init=False)
    _handovers: Iterator[_Passed] = field(init=False)

    def __post_init__(self) -> None:
        """Words are used one after another, so that nobody says a thing twice before all were said."""
        self._notes, self._views = cycle(self.words.notes), cycle(self.words.views)
        self._outcomes, self._handovers = cycle(self.words.outcomes), cycle(self.words.handovers)

    def play(self, now: datetime, done: Callable[[], object]) -> None:
        """Five whole days until yesterday, and the shift that is under way at `now`; `done` after each."""
        self._prepare()
        begin = self._begun(now)
        today = self.clock.day_of(begin)
        for number in range(DAYS):
            day = today - timedelta(days=DAYS - number)
            self._whole_day(number, day)
            self._run(now)
            done()
        self._unfinished_day(begin, now)
        self._run(now)
        self.clock.at = now
        self._carry(self.sam, self.jo, self.lead, self.sam, self.jo)
        done()

    # ------------------------------------------------------------------------------------- the team

    def _prepare(self) -> None:
        """Draw the hotspots, list the services, and let everybody know."""
        self.lead.do("import", "hotspots", str(resources.path("demo", "hotspots.geojson")))
        self.lead.do("import", "services", str(resources.path("demo", "services.csv")))
        self._carry(self.lead, self.sam, self.jo)
        for kind, key, known in (
            ("hotspot", "code", self._hotspots),
            ("service", "name", self._services),
        ):
            known.update({one[key]: one["id"] for one in self.sam.do("list", kind)})

    # ------------------------------------------------------------------------------------ a whole day

    def _whole_day(self, number: int, day: date) -> None:
        begin = self.clock.on(day, 13, 55 + 2 * (number % 3))
        visits = self._route(begin + timedelta(minutes=12), self.clock.on(day, 19, 40), _BREAK_MINUTES)
        self._begin(number, begin, visits)
        for place, visit in enumerate(visits):
            self._stay(number, place, visit)
        self._keep_in_touch(begin, late=number == 1)
        self._follow_up(number, begin)
        end = self.clock.on(day, 19, 58) - timedelta(minutes=3 * (number % 4))
        self._at(end - timedelta(minutes=12), partial(self._debrief, number, visits))
        self._at(end, partial(self.sam.do, "end"))
        self._at(end + timedelta(minutes=2), partial(self._carry, self.jo, self.sam, self.lead))
        if number < DAYS - 1:
            morning = self.clock.on(day + timedelta(days=1), 9, 20)
            self._at(morning, self._approve)

    def _begun(self, now: datetime) -> datetime:
        """When the shift of today began: at two, or not quite three hours ago where two is far from now."""
        patrol = self.clock.on(self.clock.day_of(now), 14) - timedelta(minutes=2)
        if timedelta(hours=1, minutes=30) < now - patrol < timedelta(hours=5, minutes=45):
            return patrol
        begin = (now - timedelta(hours=2, minutes=50)).replace(second=0, microsecond=0)
        return begin - timedelta(minutes=begin.minute % 5)

    def _unfinished_day(self, begin: datetime, now: datetime) -> None:
        """A shift that is still under way."""
        visits = self._route(begin + timedelta(minutes=10), now - timedelta(minutes=6), 0)
        visits[-1] = visits[-1]._replace(left_at=None)
        self._begin(DAYS, begin, visits)
        for place, visit in enumerate(visits):
            self._stay(DAYS, place, visit)
        self._keep_in_touch(begin, late=False)
        self._follow_up(DAYS, begin)

    def _route(self, start: datetime, until: datetime, break_minutes: int) -> list[Seen]:
        """Which six hotspots, in which order, from when to when; where time runs out, fewer."""
        visits: list[Seen] = []
        at = start
        for place, code in enumerate(self.chance.sample(sorted(self._hotspots), 6)):
            left = min(at + timedelta(minutes=self.chance.choice(_STAYS)), until)
            if left - at < timedelta(minutes=4):
                break
            visits.append(Seen(code, at, left))
            pause = break_minutes if place == 2 else 0
            at = left + timedelta(minutes=self.chance.choice(_WALKS) + pause)
        return visits

    def _begin(self, number: int, begin: datetime, visits: Sequence[Seen]) -> None:
        self._at(begin, partial(self._start, number, begin, visits))

    def _start(self, number: int, begin: datetime, visits: Sequence[Seen]) -> None:
        """The pair is out: readiness, risk, hotspots of the day. Today's hours are those of the example."""
        shift = self.sam.do("start", "--with", self.words.workers[1])["id"]
        self.shifts.append(shift)
        day = self.words.days[number]
        said: dict[str, Json] = {
            "pair_label": "A",
            "hotspots_assigned": [self._hotspots[code] for code in self._assigned(visits)],
            "readiness": [code.value for code in codes.READINESS][: 6 - number % 2],
            "risk_level": day.risk_level,
            "risk_note": day.risk_note,
            "weather": day.weather,
            "context": day.context,
        }
        if number == DAYS:
            planned = begin + timedelta(minutes=2)
            said["planned_start_at"] = spell_moment(planned)
            said["planned_end_at"] = spell_moment(planned + timedelta(hours=6))
        self._amend(self.sam, "shift", shift, said)
        self._carry(self.sam, self.jo)

    def _assigned(self, visits: Sequence[Seen]) -> list[str]:
        """The hotspots of the day: those they will reach, and one more."""
        reached = [visit.hotspot for visit in visits]
        others = [code for code in sorted(self._hotspots) if code not in reached]
        return sorted([*reached, *others[:1]])

    # ---------------------------------------------------------------------------------------- a visit

    def _stay(self, number: int, place: int, visit: Seen) -> None:
        ids: list[str] = []
        self._at(visit.arrived_at, partial(self._arrive, visit, ids))
        stay = (visit.left_at or visit.arrived_at + timedelta(minutes=25)) - visit.arrived_at
        meetings = self.chance.choice(_PER_VISIT)
        for turn in range(meetings):
            at = (visit.arrived_at + stay * (turn + 1) / (meetings + 1)).replace(second=0, microsecond=0)
            author = self.sam if (place + turn) % 2 else self.jo
            met = self._meeting(visit.hotspot, at)
            self._at(at + timedelta(minutes=2), partial(self._log, author, met, ids))
        if number == 1 and place == 1:
            self._at(visit.arrived_at + stay * 0.9, partial(self._same_conversation, visit, ids))
        if visit.left_at is not None:
            self._at(visit.left_at, partial(self._leave, ids))

    def _arrive(self, visit: Seen, ids: list[str]) -> None:
        ids.append(self.sam.do("arrive", visit.hotspot)["id"])
        self._carry(self.sam, self.jo)

    def _leave(self, ids: Sequence[str]) -> None:
        self.sam.do("leave")
        choice = self.chance.choice
        said = {
            "others_present": choice((["none"], ["none"], ["pcso"], ["bid_ranger"], ["police"])),
            "people_band": choice(("1_5", "6_20", "6_20", "21_50")),
            "mood": choice(("calm", "calm", "lively", "lively", "tense")),
            "seen": choice((["nothing"], ["group_gathering"], ["group_gathering", "music_noise"])),
            "action_taken": ["presence", "greeted", "conversation"],
        }
        self._amend(self.sam, "visit", ids[0], said)

    def _log(self, author: Laptop, met: Mapping[str, Json], ids: Sequence[str]) -> None:
        linked = {**met, **self._linked(met), "shift": self.shifts[-1], "visit": ids[0]}
        self._record(author, "engagement", linked)

    def _meeting(self, hotspot: str, at: datetime) -> dict[str, Json]:
        """One engagement, without its links."""
        chance = self.chance
        depth, heads = chance.choice(_DEPTHS), chance.choice(_HEADS)
        if depth in (0, 4):
            heads = min(heads, 2)
        met: dict[str, Json] = {
            "hotspot": self._hotspots[hotspot],
            "occurred_at": spell_moment(at),
            "headcount": heads,
            "depth": depth,
            "genders": self._split(heads, _GENDERS),
            "ages": self._split(heads, _AGES),
            "age_basis": "perceived",
        }
        if depth == 0:
            return met
        met["acquaintance"] = self._split(heads, ("new", "new", "seen_before"))
        met["topics"] = chance.sample(_TOPICS, min(depth, 3))
        met["given"] = [["listening"], ["listening", "advice"], ["advice", "leaflet_card"]][min(depth, 3) - 1]
        if depth >= 2:
            met["outcome"] = [chance.choice(("calmer", "will_come_back", "accepted_signpost", "none"))]
            if chance.random() < 0.5:
                met["note"] = next(self._notes).text
        if depth >= 3:
            met["outcome"] = ["agreed_next_step"]
            if chance.random() < 0.75:
                view = next(self._views)
                met |= {"young_person_view": view.text, "view_tag": view.tag}
        if depth == 4:
            met["outcome"] = ["agreed_next_step", "recorded_outcome"]
            met["recorded_outcome"] = [next(self._outcomes)]
        if depth >= 2 and chance.random() < 0.08:
            met["concern_reason"] = ["risk_victim"]
        return met

    def _split(self, heads: int, bands: Sequence[str]) -> dict[str, int]:
        """Everybody in a band, or now and then one in none."""
        placed = [self.chance.choice(bands) for _ in range(heads - (self.chance.random() < 0.1))]
        return {band: placed.count(band) for band in dict.fromkeys(placed)}

    def _linked(self, met: Mapping[str, Json]) -> dict[str, Json]:
        """Cards of people who come back, linked to deep conversations in ones and twos."""
        if met["depth"] < 2 or met["headcount"] > 2 or self.chance.random() < 0.35:
            return {}
        return {"persons": [self._card(self.chance.randrange(len(self.words.people)))]}

    def _card(self, number: int) -> str:
        """Somebody's card, made on Sam's laptop when they are first met and carried to Jo's."""
        if number not in self._people:
            person = self.words.people[number]
            said = {
                "hint": person.hint,
                "age_band": person.age_band,
                "age_basis": "perceived",
                "gender": person.gender,
                "stage": person.stage,
                "status": "active",
            }
            self._people[number] = self._record(self.sam, "person", said)
            self._carry(self.sam, self.jo)
        return self._people[number]

    def _same_conversation(self, visit: Seen, visit_ids: Sequence[str]) -> None:
        """Both of the pair write down one talk; Jo says that it is the same, and it counts once."""
        said = {
            "shift": self.shifts[-1],
            "visit": visit_ids[0],
            "hotspot": self._hotspots[visit.hotspot],
            "occurred_at": spell_moment(visit.arrived_at + timedelta(minutes=15)),
            "headcount": 3,
            "depth": 2,
            "topics": ["safety_in_area"],
        }
        first = self._record(self.sam, "engagement", said)
        second = self._record(self.jo, "engagement", said)
        self._carry(self.sam, self.jo)
        self._amend(self.jo, "engagement", second, {"same_as": first})

    # ------------------------------------------------------------------------- around the conversations

    def _keep_in_touch(self, begin: datetime, *, late: bool) -> None:
        for turn, minutes in enumerate((90, 180, 270, 350)):
            due = (begin + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
            is_late = late and turn == 2
            at = due + timedelta(minutes=14 if is_late else -3)
            kind = "late" if is_late else "all_clear" if turn == 3 else "on_time"
            self._at(at, partial(self._check_in, kind, at, due))

    def _check_in(self, kind: str, at: datetime, due: datetime) -> None:
        said = {"kind_of": kind, "at": spell_moment(at), "due_at": spell_moment(due)}
        self._record(self.sam, "check_in", {"shift": self.shifts[-1], **said})

    def _follow_up(self, number: int, begin: datetime) -> None:
        """A referral is opened on most days, and those of earlier days go on."""
        middle = begin + timedelta(hours=2, minutes=25)
        acts: dict[int, tuple[Callable[[datetime], None], ...]] = {
            0: (partial(self._full_referral, 0, "Open Door Young Minds (example)"),),
            1: (
                partial(self._signpost, "Lantern Youth Club (example)"),
                partial(self._signpost, "Clinic on the Corner (example)"),
            ),
            2: (
                partial(self._step, 0, "accepted"),
                partial(self._supported, "Next Step Work and Training (example)"),
            ),
            3: (
                partial(self._full_referral, 3, "Bridge Housing Advice (example)"),
                partial(self._signpost, "Lantern Youth Club (example)"),
            ),
            4: (partial(self._signpost, "Skate and Paint Collective (example)"),),
        }
        for act in acts.get(number, (partial(self._signpost, "Lantern Youth Club (example)"),)):
            self._at(middle, partial(act, middle))

    def _full_referral(self, number: int, service: str, at: datetime) -> None:
        """With consent, sent the same day, to be chased."""
        person = self._card(number)
        day = self.clock.day_of(at)
        consent = self._record(
            self.sam,
            "consent",
            {
                "person": person,
                "purpose": "referral",
                "given_by": "self",
                "method": "verbal",
                "on": day.isoformat(),
                "competence_view": "appears_competent",
                "explained": ["limits_of_confidentiality", "who_sees", "withdraw"],
            },
        )
        self._referrals[number] = self._record(
            self.sam,
            "referral",
            {
                "kind_of": "full",
                "opened_at": spell_moment(at),
                "service": self._services[service],
                "person": person,
                "shift": self.shifts[-1],
                "timeframe": "3_days",
                "consent": consent,
                "method": "secure_email",
                "next_chase_on": (day + timedelta(days=3)).isoformat(),
                "told_person": "pending",
            },
        )
        for minutes, step in enumerate(("offered", "ready", "sent")):
            self._step(number, step, at + timedelta(minutes=minutes))

    def _step(self, number: int, step: str, at: datetime) -> None:
        said = {"referral": self._referrals[number], "at": spell_moment(at), "to": step}
        self._record(self.sam, "referral_event", said)

    def _signpost(self, service: str, at: datetime) -> None:
        self._light_referral("signpost", service, at, ("offered", "completed"))

    def _supported(self, service: str, at: datetime) -> None:
        self._light_referral("supported", service, at, ("offered", "ready", "sent", "accepted"))

    def _light_referral(self, kind: str, service: str, at: datetime, steps: Sequence[str]) -> None:
        """Nothing about a person leaves the team."""
        referral = self._record(
            self.jo,
            "referral",
            {
                "kind_of": kind,
                "opened_at": spell_moment(at),
                "service": self._services[service],
                "anonymous": True,
                "shift": self.shifts[-1],
            },
        )
        for minutes, step in enumerate(steps):
            said = {"referral": referral, "at": spell_moment(at + timedelta(minutes=minutes)), "to": step}
            self._record(self.jo, "referral_event", said)

    def _debrief(self, number: int, visits: Sequence[Seen]) -> None:
        """What went well, what to pass on, and where they did not get to."""
        shift = self.shifts[-1]
        missed = set(self._assigned(visits)) - {visit.hotspot for visit in visits}
        day = self.words.days[number]
        self._amend(
            self.sam,
            "shift",
            shift,
            {
                "break_minutes": _BREAK_MINUTES,
                "not_reached": [
                    {"hotspot": self._hotspots[code], "reason": "stayed_elsewhere"} for code in sorted(missed)
                ],
                "went_well": day.went_well,
                "hard": day.hard,
                "next_time": day.next_time,
            },
        )
        for turn in range(2):
            passed = next(self._handovers)
            said: dict[str, Json] = {
                "shift": shift,
                "text": passed.text,
                "about": passed.about,
                "owner": "next_pair",
                "status": "open" if number == DAYS - 1 else "done",
            }
            if passed.hotspot is not None:
                said["hotspot"] = self._hotspots[passed.hotspot]
            if passed.about == "person":
                said["person"] = self._card(turn + 1)
            self._record(self.sam if turn else self.jo, "handover_item", said)

    def _approve(self) -> None:
        self._carry(self.lead)
        self.lead.do("approve", self.shifts[-1])
        self._carry(self.lead, self.sam, self.jo)

    # ------------------------------------------------------------------------------------------ saying

    def _at(self, moment: datetime, act: Callable[[], object]) -> None:
        self._acts.append((moment, len(self._acts), act))

    def _run(self, now: datetime) -> None:
        """Let what was planned happen, in the order of its time; what lies after `now` does not."""
        acts, self._acts = sorted(self._acts, key=lambda act: act[:2]), []
        for moment, _, act in acts:
            if moment <= now:
                self.clock.at = moment
                act()

    def _record(self, laptop: Laptop, kind: str, said: Mapping[str, Json]) -> str:
        saved: str = laptop.do("record", kind, "--file", "-", given=json.dumps(said))["ids"][0]
        return saved

    def _amend(self, laptop: Laptop, kind: str, record: str, said: Mapping[str, Json]) -> None:
        laptop.do("amend", kind, record, "--file", "-", given=json.dumps(said))

    def _carry(self, *laptops: Laptop) -> None:
        for laptop in laptops:
            laptop.do("sync")
