"""A team on the street, written into a real encrypted file through real operations.

`Notebook` writes records; `evening` fills it with the shift of Tuesday 24 November 2026 whose figures
are known by heart: 11 conversations with 27 young people, 2 declines, 164 minutes in five of seven
hotspots, 2 full referrals and 3 signposts.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fakes.chance import Ids, Randomness

from outreach_app.domain.ids import RecordId, new_record_id, to_millis
from outreach_app.domain.kinds import KINDS
from outreach_app.domain.operation import Held, stamp
from outreach_app.store import oplog
from outreach_app.store.database import Database, create
from outreach_app.store.views import Records

HOTSPOTS = (
    "Clock Tower",
    "Haymarket",
    "Gallowtree Gate",
    "St Margaret's",
    "Bus station",
    "Town Hall Square",
    "Church Gate",
)

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def at(clock: str, day: datetime = DAY) -> datetime:
    """A moment of the evening, by its clock in UTC (which is Leicester's in November)."""
    hour, minute = map(int, clock.split(":"))
    return day + timedelta(hours=hour, minutes=minute)


@dataclass
class Notebook:
    """Writes records as the program does: checked, stamped, merged and viewed by the real rooms."""

    database: Database
    randomness: Randomness = field(default_factory=lambda: Randomness("street"))
    ids: Ids = field(default_factory=lambda: Ids("street"))
    members: dict[str, str] = field(default_factory=dict)
    hotspots: dict[str, str] = field(default_factory=dict)

    @property
    def records(self) -> Records:
        return Records(self.database)

    def write(
        self, kind: str, *, wrote: datetime, by: str = "Jo", as_id: str | None = None, **values: Any
    ) -> str:
        """A new record, written at `wrote`; refuses what the program would refuse."""
        record = as_id or new_record_id(wrote, self.randomness)
        canonical, findings = KINDS[kind].check({name: spell(value) for name, value in values.items()})
        refused = [finding for finding in findings if finding.level == "refuse"]
        assert not refused, refused
        self._add(kind, record, wrote, by, canonical)
        return record

    def amend(self, record: str, *, wrote: datetime, by: str = "Jo", **values: Any) -> None:
        """Further answers to a record, by somebody who saw the ones before."""
        known = oplog.merged(self.database, record)
        assert known is not None
        spelled = {name: spell(value) for name, value in values.items()}
        self._add(known.record.kind, record, wrote, by, spelled, known.over(spelled))

    def amend_unseen(self, record: str, *, wrote: datetime, by: str = "Jo", **values: Any) -> None:
        """Answers given on another laptop, without having seen the ones before."""
        known = oplog.merged(self.database, record)
        assert known is not None
        self._add(
            known.record.kind, record, wrote, by, {name: spell(value) for name, value in values.items()}
        )

    def _add(
        self,
        kind: str,
        record: str,
        wrote: datetime,
        by: str,
        values: dict[str, Any],
        over: dict[str, list[str]] | None = None,
    ) -> Held:
        held = stamp(
            kind=kind,
            record=RecordId(record),
            author=self.members.get(by, "f" * 32),  # type: ignore[arg-type]
            role="lead",
            at=to_millis(wrote),
            zone=0,
            salt=self.randomness(16),
            set=values,
            over=over,
        )
        oplog.add_own(self.database, [held])
        return held

    def team(self, name: str = "City centre street outreach") -> None:
        """The team, three members and seven hotspots."""
        with self.database.atomic():
            self._team(name)

    def _team(self, name: str) -> None:
        wrote = DAY - timedelta(days=30)
        for member in ("Jo", "Sam", "Lee"):
            self.members[member] = self.ids()
        self.write("team", wrote=wrote, as_id=self.ids(), name=name)
        for member, member_id in self.members.items():
            self.write("member", wrote=wrote, as_id=member_id, name=member)
        for number, hotspot in enumerate(HOTSPOTS, 1):
            self.hotspots[hotspot] = self.write("hotspot", wrote=wrote, name=hotspot, code=f"H{number}")


def spell(value: Any) -> Any:
    """Moments and dates as JSON text."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def open_notebook(folder: Path) -> Notebook:
    """An empty notebook over a new encrypted file."""
    return Notebook(create(folder / "records.db", b"k" * 32))


def new_shift(book: Notebook, **more: Any) -> str:
    """A shift of Jo and Sam on 24 November, 14:00 to 20:00, unless told otherwise."""
    given = {
        "date": "2026-11-24",
        "workers": [book.members["Jo"], book.members["Sam"]],
        "started_at": at("14:00"),
        "ended_at": at("20:00"),
        "drafts_left": 0,
    }
    values = {name: value for name, value in (given | more).items() if value is not None}
    return book.write("shift", wrote=at("14:00"), **values)


def meet(book: Notebook, shift: str, clock: str = "15:00", **more: Any) -> str:
    """Two young people who talked about their lives, unless told otherwise."""
    given = {"shift": shift, "occurred_at": at(clock), "headcount": 2, "depth": 2}
    return book.write("engagement", wrote=at(clock), **(given | more))


def evening(book: Notebook) -> str:
    """The shift of 24 November; its id."""
    with book.database.atomic():
        return _evening(book)


def _evening(book: Notebook) -> str:
    pair = [book.members["Jo"], book.members["Sam"]]
    spots = book.hotspots
    shift = book.write(
        "shift",
        wrote=at("14:02"),
        date="2026-11-24",
        workers=pair,
        pair_label="A",
        planned_start_at=at("14:00"),
        planned_end_at=at("20:00"),
        started_at=at("14:02"),
        ended_at=at("20:04"),
        break_minutes=30,
        hotspots_assigned=list(spots.values()),
        not_reached=[
            {"hotspot": spots["Town Hall Square"], "reason": "no_time"},
            {"hotspot": spots["Church Gate"], "reason": "event"},
        ],
        readiness=["phone_charged", "id_card", "first_aid", "dynamic_risk_done", "routes_agreed"],
        risk_level="medium",
        risk_note="Football crowd from five; keep to the lit side of the square.",
        weather="dry",
        context=["match_day"],
        drafts_left=1,
        went_well="The college group came over by themselves and stayed for half an hour.",
        hard="Long wait for the bus station kiosk to answer; two lads were turned away.",
        next_time="Start at the bus station when college ends at 15:30.",
        submitted_at=at("20:10"),
    )
    for spot, arrived, left, mood, others, seen in (
        ("Haymarket", "14:20", "14:58", "lively", ["pcso"], ["group_gathering", "music_noise"]),
        ("Clock Tower", "15:05", "15:35", "calm", ["bid_ranger"], ["nothing"]),
        (
            "Bus station",
            "15:50",
            "16:12",
            "tense",
            ["police", "bid_ranger"],
            ["arguments", "vaping_cannabis"],
        ),
        ("Gallowtree Gate", "16:45", "17:16", "calm", [], ["begging"]),
        ("St Margaret's", "17:40", "18:07", "calm", ["none"], ["rough_sleeping", "litter_damage"]),
        ("Clock Tower", "18:30", "18:46", "lively", ["police"], ["group_gathering"]),
    ):
        book.write(
            "visit",
            wrote=at(arrived),
            shift=shift,
            hotspot=spots[spot],
            arrived_at=at(arrived),
            left_at=at(left),
            mood=mood,
            others_present=others,
            people_band="6_20",
            seen=seen,
            action_taken=["presence", "conversation"],
        )
    people = {code: book.write("person", wrote=at("15:00"), code=code) for code in ("Maple-14", "Otter-07")}
    met: list[str] = []
    for clock, spot, headcount, depth, more in (
        (
            "14:25",
            "Haymarket",
            4,
            1,
            {"topics": ["chat_trust"], "ages": {"13_15": 4}, "genders": {"male": 4}},
        ),
        ("14:40", "Haymarket", 2, 0, {}),
        (
            "14:50",
            "Haymarket",
            3,
            2,
            {
                "topics": ["safety_in_area", "ideas_for_area"],
                "ages": {"13_15": 2, "16_17": 1},
                "genders": {"female": 2, "male": 1},
                "young_person_view": "Lights in the underpass, and somewhere warm after six.",
                "view_tag": "lighting",
            },
        ),
        ("15:10", "Clock Tower", 5, 1, {"topics": ["leisure_clubs"], "acquaintance": {"new": 5}}),
        (
            "15:25",
            "Clock Tower",
            1,
            3,
            {
                "topics": ["school_college", "work_training"],
                "ages": {"16_17": 1},
                "genders": {"male": 1},
                "acquaintance": {"seen_before": 1},
                "given": ["listening", "advice", "referral_offered"],
                "outcome": ["accepted_referral"],
                "persons": [people["Maple-14"]],
            },
        ),
        ("15:55", "Bus station", 2, 1, {"concern_reason": ["asb"], "topics": ["peer_conflict"]}),
        (
            "16:05",
            "Bus station",
            3,
            2,
            {
                "topics": ["peer_conflict", "drugs"],
                "given": ["listening", "advice"],
                "outcome": ["calmer", "left_safely"],
                "concern_reason": ["asb", "risk_victim"],
            },
        ),
        ("16:50", "Gallowtree Gate", 1, 0, {}),
        ("17:00", "Gallowtree Gate", 2, 2, {"topics": ["money"], "given": ["signpost", "leaflet_card"]}),
        ("17:30", None, 1, 1, {"topics": ["chat_trust"], "acquaintance": {"seen_before": 1}}),
        (
            "17:50",
            "St Margaret's",
            1,
            3,
            {
                "topics": ["housing", "mental_health"],
                "given": ["listening", "food_drink", "referral_offered"],
                "outcome": ["accepted_referral", "agreed_next_step"],
                "persons": [people["Otter-07"]],
                "young_person_view": "A place to sit that does not cost anything.",
                "view_tag": "places_to_go",
                "recorded_outcome": [
                    {
                        "start_point": "No safe place for the night",
                        "what_happened": "Called the night shelter together",
                        "gain": "A bed until Friday",
                    }
                ],
            },
        ),
        ("18:35", "Clock Tower", 3, 2, {"topics": ["safety_in_area"], "given": ["crime_prevention_info"]}),
        ("18:40", "Clock Tower", 2, 1, {"acquaintance": {"new": 2}, "topics": ["leisure_clubs"]}),
    ):
        met.append(
            book.write(
                "engagement",
                wrote=at(clock),
                shift=shift,
                hotspot=spots[spot] if spot else None,
                occurred_at=at(clock),
                headcount=headcount,
                depth=depth,
                **more,
            )
        )
    # Sam wrote down the talk at 18:35 too: the pair's double entry.
    book.write(
        "engagement",
        wrote=at("18:50"),
        by="Sam",
        shift=shift,
        hotspot=spots["Clock Tower"],
        occurred_at=at("18:36"),
        headcount=3,
        depth=2,
        same_as=met[11],
    )
    _referrals(book, shift, people)
    for clock, due, kind in (
        ("15:30", "15:30", "on_time"),
        ("17:00", "17:00", "on_time"),
        ("18:38", "18:30", "late"),
    ):
        book.write("check_in", wrote=at(clock), shift=shift, kind_of=kind, at=at(clock), due_at=at(due))
    book.write(
        "handover_item",
        wrote=at("19:50"),
        shift=shift,
        text="College open day, Thursday: go with Maple-14.",
        about="person",
        person=people["Maple-14"],
        owner="next_pair",
        due_on="2026-11-26",
    )
    book.write(
        "handover_item",
        wrote=at("19:52"),
        shift=shift,
        text="Underpass lights: council asked, chase Friday.",
        about="place",
        hotspot=spots["Haymarket"],
        owner=book.members["Lee"],
        due_on="2026-11-27",
    )
    return shift


def _referrals(book: Notebook, shift: str, people: dict[str, str]) -> None:
    college = book.write(
        "service", wrote=at("09:00"), name="Leicester College, welcome desk", types=["education"]
    )
    shelter = book.write("service", wrote=at("09:00"), name="Night shelter, Abbey Street", types=["housing"])
    for person, service, clock in (("Maple-14", college, "15:30"), ("Otter-07", shelter, "17:58")):
        consent = book.write(
            "consent",
            wrote=at(clock),
            person=people[person],
            purpose="referral",
            given_by="self",
            method="verbal",
            on="2026-11-24",
        )
        referral = book.write(
            "referral",
            wrote=at(clock),
            kind_of="full",
            opened_at=at(clock),
            service=service,
            person=people[person],
            shift=shift,
            consent=consent,
            due_at=at("12:00") + timedelta(days=3),
            method="phone",
        )
        for step, minute in (("ready", 1), ("sent", 2)):
            book.write(
                "referral_event",
                wrote=at(clock),
                referral=referral,
                at=at(clock) + timedelta(minutes=minute),
                to=step,
            )
    for number, kind_of_service in enumerate(("benefits_debt", "youth_club_activity", "youth_club_activity")):
        signpost = book.write(
            "referral",
            wrote=at("17:05"),
            kind_of="signpost",
            opened_at=at(f"17:0{number}"),
            service_type=kind_of_service,
            anonymous=True,
            shift=shift,
            **({"unavailable_reason": "closed"} if number == 2 else {}),
        )
        if number == 0:
            for step, minute in (("offered", 1), ("completed", 2)):
                book.write(
                    "referral_event", wrote=at("17:05"), referral=signpost, at=at(f"17:0{minute}"), to=step
                )
    earlier = book.write(
        "referral",
        wrote=at("17:00") - timedelta(days=6),
        kind_of="full",
        opened_at=at("17:00") - timedelta(days=6),
        service_type="mental_health",
        person=people["Otter-07"],
        override="Agreed out loud.",
        next_chase_on="2026-11-23",
    )
    for step, hours in (("ready", 0), ("sent", 1), ("received", 140)):
        moment = at("17:00") - timedelta(days=6) + timedelta(hours=hours)
        book.write("referral_event", wrote=moment, referral=earlier, at=moment, to=step)


HOSTILE = (
    '=HYPERLINK("http://example.invalid","Click")',
    "+44 116 000 0000",
    "-1+1",
    "@SUM(A1:A9)",
    "=cmd|' /C calc'!A0",
    "  =1+1",
    "\t=1+1",
    "\uff1d1+1",
    "#let x = [typst] $ * _ ` \\ // ] #panic()",
    "<script>alert(1)</script> & \"quotes\" 'and' &L&R",
    "مرحبا بكم في المدينة 24",
    "שלום לכולם, 7 in the evening",
    "👩🏽‍🤝‍👨🏿 😀 漢字 नमस्ते 🏳️‍🌈",
    "Two lines\nand the second\r\nand a third",
    "bell \x07, turned \u202e around, nothing \u200b wide, \ufffe end",
    "An unbreakable " + "w" * 180 + " word",
)
"""Texts that a page, a workbook or a file could trip over."""

LONG_NAMES = ("Jo " + "Featherstonehaugh-Cholmondeley " * 3, "Sam de la Cruz y Martínez-Okonkwo")


def hard_evening(book: Notebook, *, spots: int = 25, meetings: int = 200) -> str:
    """A shift with many hotspots, many engagements, long names and hostile texts everywhere; its id."""
    with book.database.atomic():
        return _hard_evening(book, spots, meetings)


def _hard_evening(book: Notebook, spots: int, meetings: int) -> str:
    for name in LONG_NAMES:
        book.members[name] = book.ids()
        book.write("member", wrote=at("08:00"), as_id=book.members[name], name=name)
    names = [*HOSTILE, *(f"Hotspot {number} behind the old shopping centre car park" for number in range(99))]
    places = [
        book.write("hotspot", wrote=at("08:00"), name=name[:300], code=f"H{number}")
        for number, name in enumerate(names[:spots])
    ]
    shift = book.write(
        "shift",
        wrote=at("14:00"),
        date="2026-11-24",
        workers=[book.members[name] for name in LONG_NAMES],
        pair_label="=A1+B2",
        planned_start_at=at("14:00"),
        planned_end_at=at("20:00"),
        started_at=at("14:00"),
        ended_at=at("23:59"),
        hotspots_assigned=places,
        not_reached=[{"hotspot": place, "reason": "weather"} for place in places[::4]],
        risk_note=HOSTILE[8],
        went_well="\n".join(HOSTILE),
        hard=HOSTILE[9],
        next_time=HOSTILE[10] + " " + HOSTILE[12],
        drafts_left=0,
    )
    for number, place in enumerate(places):
        if number % 4:
            arrived = at("14:00") + timedelta(minutes=number * 20)
            book.write(
                "visit",
                wrote=arrived,
                shift=shift,
                hotspot=place,
                arrived_at=arrived,
                left_at=arrived + timedelta(minutes=number + 1),
                mood="calm",
                seen=["music_noise", "litter_damage", "arguments", "vulnerable_person"],
                others_present=["police", "council_warden", "bid_ranger", "other_service"],
                action_taken=["presence", "greeted", "de_escalated", "called_service"],
            )
    for number in range(meetings):
        moment = at("14:00") + timedelta(minutes=number * 2)
        book.write(
            "engagement",
            wrote=moment,
            shift=shift,
            hotspot=places[number % len(places)],
            occurred_at=moment,
            headcount=1 + number % 9,
            depth=number % 5,
            topics=[code.value for code in KINDS["engagement"].fields["topics"].codes][number % 20 :][:3],  # type: ignore[attr-defined]
            ages={"13_15": 1},
            **({"young_person_view": HOSTILE[number // 10 % len(HOSTILE)]} if number % 10 == 1 else {}),
        )
    for text in HOSTILE:
        book.write("handover_item", wrote=at("19:50"), shift=shift, text=text, about="learning")
        service = book.write("service", wrote=at("09:00"), name=text[:300], types=["other"])
        book.write(
            "referral",
            wrote=at("17:00"),
            kind_of="signpost",
            opened_at=at("17:00"),
            service=service,
            anonymous=True,
            shift=shift,
            due_at=at("12:00") + timedelta(days=2),
        )
    return shift
