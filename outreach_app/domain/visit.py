"""A visit: the pair in one hotspot, arrived and left by hand, correctable. Dosage comes from here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from outreach_app.domain import codes
from outreach_app.domain.field import Choice, Choices, Json, Moment, Note, Ref, Refs, Yes, read_moment
from outreach_app.domain.kind import Declared, Finding, LookUp, describe

_LONGEST_HOURS = 12


class Visit(Declared, frozen=True):
    """Minutes in a hotspot. While `left_at` is empty the pair is still there."""

    shift: Annotated[str | None, Ref("Shift", required=True, to="shift")] = None
    hotspot: Annotated[str | None, Ref("Hotspot", required=True, to="hotspot", partners=True)] = None
    arrived_at: Annotated[datetime | None, Moment("Arrived", required=True)] = None
    left_at: Annotated[datetime | None, Moment("Left")] = None
    corrected: Annotated[bool | None, Yes("Time put right afterwards")] = None
    workers: Annotated[list[str] | None, Refs("Who was there", to="member")] = None
    others_present: Annotated[
        list[str] | None, Choices("Others there", codes=codes.PRESENT, partners=True)
    ] = None
    people_band: Annotated[str | None, Choice("People about", codes=codes.PEOPLE_BANDS, partners=True)] = None
    mood: Annotated[str | None, Choice("Mood", codes=codes.MOODS, partners=True)] = None
    seen: Annotated[
        list[str] | None, Choices("What we saw", "What was seen, never what crime it was.", codes=codes.SEEN)
    ] = None
    action_taken: Annotated[list[str] | None, Choices("What we did", codes=codes.ACTIONS_TAKEN)] = None
    note: Annotated[str | None, Note("Note")] = None


def _rules(values: Mapping[str, Json]) -> Iterable[Finding]:
    arrived, left = values.get("arrived_at"), values.get("left_at")
    if arrived and left:
        if read_moment(left) < read_moment(arrived):
            yield Finding("refuse", "left_at", "left-before-arrived", "You left before you arrived.")
        elif (read_moment(left) - read_moment(arrived)).total_seconds() > _LONGEST_HOURS * 3600:
            yield Finding("ask", "left_at", "visit-long", "The visit is longer than twelve hours.")


def _rules_against(values: Mapping[str, Json], look_up: LookUp, record_id: str | None) -> Iterable[Finding]:
    if not values.get("shift"):
        return
    if not values.get("left_at"):
        for other in look_up.find("visit", shift=values["shift"]):
            if other.id != record_id and not other.get("left_at"):
                words = "This pair has not left the last hotspot yet: leave it first."
                yield Finding("refuse", "arrived_at", "visit-open", words)
                break
    shift = look_up.get(values["shift"])
    if shift is not None and outside(
        shift.get("started_at"), shift.get("ended_at"), values.get("arrived_at")
    ):
        yield Finding("flag", "arrived_at", "outside-shift", "The time lies outside the shift.")


def outside(start: str | None, end: str | None, at: str | None) -> bool:
    """Whether a moment lies before the start or after the end; unknown bounds bound nothing."""
    if at is None:
        return False
    moment = read_moment(at)
    return bool((start and moment < read_moment(start)) or (end and moment > read_moment(end)))


VISIT = describe(
    Visit,
    "visit",
    label="Visit",
    plural="Visits",
    when="arrived_at",
    rules=_rules,
    rules_against=_rules_against,
)
