"""A fictitious week's end around `desk.build_team`: what the last pair left, and a shift in full swing."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from desk import LEE, ME, SAM, Team, build_team


def build_before(folder: Path) -> Team:
    """Tuesday 14:00, nobody out yet; yesterday's pair (Alex and Sam) passed three things on."""
    team = build_team(folder, has_shift=False)
    team.on_lane(lambda: _yesterday(team))
    return team


def build_typical(folder: Path) -> Team:
    """Tuesday 18:11: five places visited, in Clock Tower since 18:02, six engagements, two referrals."""
    team = build_before(folder)
    team.on_lane(lambda: _afternoon(team))
    return team


def _yesterday(team: Team) -> None:
    from outreach_app.domain.field import spell_moment
    from outreach_app.work.handover import pass_on
    from outreach_app.work.record import Said, save
    from outreach_app.work.shift import arrive, end_shift, leave, start_shift

    desk, clock = team.desk, team.clock
    today = clock.now()
    clock.advance(days=-1)
    shift = start_shift(desk, [SAM]).result.id
    for name, minutes in (("Clock Tower", 41), ("Bus station", 33), ("Market Place", 52)):
        clock.advance(minutes=30)
        arrive(desk, team.hotspots[name])
        clock.advance(minutes=minutes)
        leave(desk)
    maple = save(desk, Said("person", {"code": "Maple-14"})).result.id
    river = save(desk, Said("person", {"code": "River-07"})).result.id
    pass_on(
        desk,
        shift,
        {
            "text": "Asked about the college open day on Thursday. Promised to bring the leaflet.",
            "about": "person",
            "person": maple,
            "due_on": today.date().isoformat(),
        },
    )
    pass_on(
        desk,
        shift,
        {
            "text": "Lights by the underpass are still out; the council was told.",
            "about": "place",
            "hotspot": team.hotspots["Bus station"],
        },
    )
    _referral(team, shift, river, "Roof first", "housing", today - timedelta(days=1), sent=True)
    _referral(team, shift, maple, "Right Track mentoring", "mentoring", None, sent=True, then="accepted")
    end_shift(desk, {"next_time": "Start at the Bus station, it fills up before four.", "went_well": "Calm."})
    clock.at = today
    assert spell_moment(clock.now())


def _referral(
    team: Team, shift: str, person: str, service: str, kind: str, due: Any, *, sent: bool, then: str = ""
) -> str:
    from outreach_app.domain.field import spell_moment
    from outreach_app.work.record import Said, save

    desk = team.desk
    consent = save(
        desk,
        Said(
            "consent",
            {
                "person": person,
                "purpose": "referral",
                "given_by": "self",
                "method": "verbal",
                "on": desk.today().isoformat(),
            },
        ),
    ).result.id
    known = {str(one.get("name")): one.id for one in desk.records.find("service")}
    referral = save(
        desk,
        Said(
            "referral",
            {
                "kind_of": "full",
                "opened_at": spell_moment(desk.now()),
                "service": known[service],
                "service_type": kind,
                "person": person,
                "shift": shift,
                "consent": consent,
                "told_person": "pending",
                **({"due_at": spell_moment(due)} if due else {}),
            },
        ),
    ).result.id
    for step in ("ready", "sent", then) if sent else ():
        if step:
            team.clock.advance(minutes=1)
            at = spell_moment(desk.now())
            save(desk, Said("referral_event", {"referral": referral, "at": at, "to": step}))
    return referral


_VISITS = (
    ("Bus station", 58, 40),
    ("Riverside steps", 18, 36),
    ("Market Place", 11, 46),
    ("Abbey Park", 14, 42),
)
_TALKS = {
    "Bus station": [(5, 1, ["chat_trust"], None)],
    "Riverside steps": [(3, 0, [], None), (2, 3, ["housing", "money"], "River-07")],
    "Market Place": [(6, 2, ["police_experience", "safety_in_area"], None)],
    "Abbey Park": [(4, 2, ["school_college"], None)],
}


def _afternoon(team: Team) -> None:
    from outreach_app.domain.field import spell_moment
    from outreach_app.work.record import Said, save
    from outreach_app.work.shift import arrive, leave, start_shift

    desk, clock = team.desk, team.clock
    people = {str(one.get("code")): one.id for one in desk.records.find("person")}
    shift = start_shift(
        desk, [SAM], {"readiness": ["phone_charged", "first_aid"], "risk_level": "low", "weather": "rain"}
    ).result.id
    team.shift = shift

    def talk(heads: int, depth: int, topics: list[str], who: str | None, hotspot: str, visit: str) -> None:
        save(
            desk,
            Said(
                "engagement",
                {
                    "shift": shift,
                    "hotspot": hotspot,
                    "visit": visit,
                    "occurred_at": spell_moment(desk.now()),
                    "headcount": heads,
                    "depth": depth,
                    **({"topics": topics} if topics else {}),
                    **({"persons": [people[who]]} if who else {}),
                },
            ),
        )

    for name, walk, stay in _VISITS:
        clock.advance(minutes=walk)
        visit = arrive(desk, team.hotspots[name]).result.id
        clock.advance(minutes=stay // 2)
        for heads, depth, topics, who in _TALKS[name]:
            clock.advance(minutes=2)
            talk(heads, depth, topics, who, team.hotspots[name], visit)
            if who == "River-07":
                clock.advance(minutes=1)
                _referral(team, shift, people[who], "Roof first", "housing", None, sent=True)
        clock.advance(minutes=2)
        leave(desk)
    clock.at = clock.at.replace(hour=18, minute=2, second=0)
    visit = arrive(desk, team.hotspots["Clock Tower"]).result.id
    clock.advance(minutes=6)
    talk(4, 2, ["safety_in_area", "school_college"], "Maple-14", team.hotspots["Clock Tower"], visit)
    clock.advance(minutes=3)


def divide(team: Team) -> None:
    """Both laptops put the last visit's end right while they were apart: two answers stand."""
    from outreach_app.domain.field import spell_moment
    from outreach_app.store import oplog

    desk = team.desk
    visits = [one for one in desk.records.find("visit", shift=team.shift) if one.get("left_at")]
    last = max(visits, key=lambda visit: visit.get("left_at"))
    merged = oplog.merged(desk.db, last.id)
    over = {"left_at": [leaf.op for leaf in merged.leaves["left_at"]]}
    for author, minutes in ((ME, 2), (SAM, 9)):
        at = team.clock.now() - timedelta(minutes=20 - minutes)
        said = {"left_at": spell_moment(at)}
        held = _as(team, author).stamp("visit", last.id, said, over)
        oplog.add_own(desk.db, [held])


def _as(team: Team, member: str) -> Any:
    """The same desk with somebody else's name on what is stamped: a colleague's laptop."""
    import msgspec

    from outreach_app.work.desk import Desk

    known = {SAM: "Sam", LEE: "Lee", ME: "Alex"}
    other = msgspec.structs.replace(team.desk.membership, member=member, name=known[member])
    return Desk(team.desk.db, team.desk.clock, team.desk.randomness, other)
