"""A shift: a pair out together, from readiness to debrief."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

from outreach_app.domain import codes
from outreach_app.domain.field import (
    Choice,
    Choices,
    Day,
    Json,
    Moment,
    Note,
    Number,
    Ref,
    Refs,
    Rows,
    Text,
    read_moment,
)
from outreach_app.domain.kind import Declared, Finding, LookUp, describe

_LONGEST_HOURS = 24


class Shift(Declared, frozen=True):
    """One pair, one day. Two pairs on one day are two shifts."""

    date: Annotated[date | None, Day("Date", required=True, partners=True)] = None
    workers: Annotated[
        list[str] | None,
        Refs("Workers", "Two or more; one alone needs a reason.", required=True, to="member", fewest=1),
    ] = None
    planned_start_at: Annotated[datetime | None, Moment("Planned start")] = None
    planned_end_at: Annotated[datetime | None, Moment("Planned end")] = None
    started_at: Annotated[datetime | None, Moment("Started")] = None
    ended_at: Annotated[datetime | None, Moment("Ended")] = None
    break_minutes: Annotated[int | None, Number("Breaks", most=360, unit="minutes")] = None
    pair_label: Annotated[str | None, Text("Pair", "For example A.", longest=20)] = None
    hotspots_assigned: Annotated[list[str] | None, Refs("Hotspots of the day", to="hotspot")] = None
    not_reached: Annotated[
        list[dict[str, str]] | None,
        Rows(
            "Not reached",
            "Which hotspots, and why.",
            columns=(
                ("hotspot", Ref("Hotspot", required=True, to="hotspot")),
                ("reason", Choice("Reason", required=True, codes=codes.NOT_REACHED)),
            ),
        ),
    ] = None
    readiness: Annotated[list[str] | None, Choices("Ready to go", codes=codes.READINESS)] = None
    risk_level: Annotated[str | None, Choice("Risk", codes=codes.RISK_LEVELS)] = None
    risk_note: Annotated[str | None, Note("About the risk")] = None
    weather: Annotated[str | None, Choice("Weather", codes=codes.WEATHER)] = None
    context: Annotated[list[str] | None, Choices("What else is on", codes=codes.CONTEXT)] = None
    drafts_left: Annotated[int | None, Number("Drafts left", "Half-written forms when the shift ended.")] = (
        None
    )
    went_well: Annotated[str | None, Note("What went well")] = None
    hard: Annotated[str | None, Note("What was hard")] = None
    next_time: Annotated[str | None, Note("Next time")] = None
    single_reason: Annotated[str | None, Choice("Why alone", codes=codes.SINGLE_REASONS)] = None
    single_allowed_by: Annotated[str | None, Ref("Allowed by", to="member")] = None
    submitted_at: Annotated[datetime | None, Moment("Handed in")] = None
    approved_by: Annotated[str | None, Ref("Approved by", to="member")] = None
    approved_at: Annotated[datetime | None, Moment("Approved")] = None
    cancelled_reason: Annotated[str | None, Choice("Cancelled because", codes=codes.CANCEL_REASONS)] = None


def _rules(values: Mapping[str, Json]) -> Iterable[Finding]:
    workers = values.get("workers")
    if workers is not None and len(workers) < 2:
        if not workers:
            yield Finding("refuse", "workers", "workers-too-few", "A shift needs two workers.")
        elif not (values.get("single_reason") and values.get("single_allowed_by")):
            words = "A shift needs two workers; one alone needs a reason and who allowed it."
            yield Finding("refuse", "single_reason", "workers-too-few", words)
    for first, second in (("planned_start_at", "planned_end_at"), ("started_at", "ended_at")):
        if values.get(first) and values.get(second):
            if read_moment(values[second]) < read_moment(values[first]):
                yield Finding("refuse", second, "end-before-start", "The shift ends before it starts.")
            elif hours_between(values[first], values[second]) > _LONGEST_HOURS:
                yield Finding("flag", second, "shift-long", "The shift is longer than a day.")
    if values.get("approved_by") and values["approved_by"] in (workers or ()):
        yield Finding(
            "refuse", "approved_by", "approver-in-pair", "Somebody outside the pair approves a shift."
        )


def _rules_against(values: Mapping[str, Json], look_up: LookUp, record_id: str | None) -> Iterable[Finding]:
    if record_id is None or not (values.get("started_at") and values.get("ended_at")):
        return
    for visit in look_up.find("visit", shift=record_id):
        left = visit.get("left_at") or visit.get("arrived_at")
        if left and read_moment(left) > read_moment(values["ended_at"]):
            yield Finding("flag", "ended_at", "visit-after-end", "A visit goes on after the shift's end.")
            return


def hours_between(first: str, second: str) -> float:
    """Hours from one moment's text to another's."""
    return (read_moment(second) - read_moment(first)).total_seconds() / 3600


SHIFT = describe(
    Shift, "shift", label="Shift", plural="Shifts", when="date", rules=_rules, rules_against=_rules_against
)


class CheckIn(Declared, frozen=True):
    """The pair's sign of life to the lead."""

    shift: Annotated[str | None, Ref("Shift", required=True, to="shift")] = None
    kind_of: Annotated[str | None, Choice("Check-in", required=True, codes=codes.CHECK_IN_KINDS)] = None
    at: Annotated[datetime | None, Moment("At", required=True)] = None
    due_at: Annotated[datetime | None, Moment("Due")] = None
    hotspot: Annotated[str | None, Ref("Hotspot", to="hotspot")] = None


CHECK_IN = describe(CheckIn, "check_in", label="Check-in", plural="Check-ins", when="at")
