"""An engagement: meeting one young person or a group. The heart of the program.

Three answers make one: place and time fill themselves, headcount, depth. To add a field, add one
line below and its words; form, check, schema, search, table and export follow.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated

from outreach_app.domain import codes
from outreach_app.domain.field import (
    Choice,
    Choices,
    Counts,
    Json,
    Moment,
    Note,
    Number,
    Ref,
    Refs,
    Rows,
    Text,
)
from outreach_app.domain.kind import Declared, Finding, LookUp, describe
from outreach_app.domain.visit import outside


class Engagement(Declared, frozen=True):
    """Who we met, how far the conversation went, and what came of it."""

    shift: Annotated[str | None, Ref("Shift", required=True, to="shift")] = None
    hotspot: Annotated[
        str | None, Ref("Hotspot", "Empty: between hotspots.", to="hotspot", partners=True)
    ] = None
    occurred_at: Annotated[datetime | None, Moment("When", required=True)] = None
    headcount: Annotated[
        int | None,
        Number(
            "How many",
            "Everyone you spoke with, counted once.",
            required=True,
            partners=True,
            least=1,
            most=200,
        ),
    ] = None
    depth: Annotated[
        int | None,
        Choice(
            "How deep",
            "The furthest point the conversation reached.",
            required=True,
            partners=True,
            codes=codes.DEPTH,
        ),
    ] = None
    visit: Annotated[str | None, Ref("Visit", to="visit")] = None
    ages: Annotated[
        dict[str, int] | None,
        Counts("Ages", "As you perceive them; nobody is asked.", partners=True, codes=codes.AGES),
    ] = None
    genders: Annotated[
        dict[str, int] | None, Counts("Genders", "As you perceive them.", partners=True, codes=codes.GENDERS)
    ] = None
    acquaintance: Annotated[
        dict[str, int] | None, Counts("New or known", partners=True, codes=codes.ACQUAINTANCE)
    ] = None
    age_basis: Annotated[str | None, Choice("How we know the ages", codes=codes.AGE_BASIS)] = None
    topics: Annotated[
        list[str] | None, Choices("What about", "Press the letter.", partners=True, codes=codes.TOPICS)
    ] = None
    given: Annotated[list[str] | None, Choices("What we gave", partners=True, codes=codes.GIVEN)] = None
    outcome: Annotated[list[str] | None, Choices("What came of it", partners=True, codes=codes.OUTCOMES)] = (
        None
    )
    recorded_outcome: Annotated[
        list[dict[str, str]] | None,
        Rows(
            "Recorded outcome",
            "Where they started, what happened, what they gained.",
            columns=(
                ("start_point", Text("Where they started", required=True, longest=2000)),
                ("what_happened", Text("What happened", required=True, longest=2000)),
                ("gain", Text("What they gained", required=True, longest=2000)),
            ),
        ),
    ] = None
    concern_reason: Annotated[
        list[str] | None, Choices("Why we were worried", codes=codes.CONCERN_REASONS)
    ] = None
    young_person_view: Annotated[
        str | None, Note("What they would change here", "In their words, without names.", longest=2000)
    ] = None
    view_tag: Annotated[str | None, Choice("Their view is about", codes=codes.VIEW_TAGS)] = None
    persons: Annotated[list[str] | None, Refs("People", to="person")] = None
    note: Annotated[str | None, Note("Note", "Keep names out of it.")] = None
    same_as: Annotated[
        str | None, Ref("Same conversation as", "A pair's double entry counts once.", to="engagement")
    ] = None


def _rules(values: Mapping[str, Json]) -> Iterable[Finding]:
    headcount = values.get("headcount")
    if headcount is not None:
        for name, label in (("ages", "Ages"), ("genders", "Genders"), ("acquaintance", "New and known")):
            total = sum((values.get(name) or {}).values())
            if total > headcount:
                words = f"{label} add up to {total}, more than the {headcount} you spoke with."
                yield Finding("refuse", name, "bands-above-headcount", words)


def _rules_against(values: Mapping[str, Json], look_up: LookUp, record_id: str | None) -> Iterable[Finding]:
    if record_id is not None and values.get("same_as") == record_id:
        yield Finding("refuse", "same_as", "same-as-itself", "A conversation cannot be the double of itself.")
    shift = look_up.get(values["shift"]) if values.get("shift") else None
    if shift is not None and outside(
        shift.get("started_at"), shift.get("ended_at"), values.get("occurred_at")
    ):
        yield Finding("flag", "occurred_at", "outside-shift", "The time lies outside the shift.")
    visit = look_up.get(values["visit"]) if values.get("visit") else None
    if visit is not None and outside(
        visit.get("arrived_at"), visit.get("left_at"), values.get("occurred_at")
    ):
        yield Finding("flag", "occurred_at", "outside-visit", "The time lies outside the visit.")


ENGAGEMENT = describe(
    Engagement,
    "engagement",
    label="Engagement",
    plural="Engagements",
    when="occurred_at",
    rules=_rules,
    rules_against=_rules_against,
)
