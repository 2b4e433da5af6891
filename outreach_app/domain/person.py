"""A young person as the team knows them: a pseudonymous card, never an identity.

The code (a word and a number, "Maple-14") is drawn by chance, so it says nothing about anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Annotated

from outreach_app.domain import codes
from outreach_app.domain.field import Choice, Choices, Day, Json, Note, Ref, Refs, Text
from outreach_app.domain.ids import Randomness
from outreach_app.domain.kind import Declared, Finding, LookUp, describe


class Person(Declared, frozen=True):
    """What helps the next worker, and nothing that names."""

    code: Annotated[
        str | None, Text("Code", "The program makes it.", required=True, made=True, longest=40)
    ] = None
    hint: Annotated[
        str | None, Text("Hint", "So that we recognise them; never a name or a nickname.", masked=True)
    ] = None
    age_band: Annotated[str | None, Choice("Age", codes=codes.AGE_BANDS)] = None
    age_basis: Annotated[str | None, Choice("How we know the age", codes=codes.AGE_BASIS)] = None
    gender: Annotated[str | None, Choice("Gender", codes=codes.GENDER)] = None
    ethnicity: Annotated[
        str | None, Choice("Ethnicity", "Only as they say it themselves.", codes=codes.ETHNICITY)
    ] = None
    disability: Annotated[str | None, Choice("Disability", "Only as they say it.", codes=codes.YES_NO)] = None
    language: Annotated[str | None, Text("Language")] = None
    stage: Annotated[str | None, Choice("Stage", codes=codes.PERSON_STAGES)] = None
    engaged_on: Annotated[date | None, Day("Engaged on")] = None
    status: Annotated[str | None, Choice("Status", codes=codes.PERSON_STATUSES)] = None
    keep_apart: Annotated[list[str] | None, Refs("Keep apart from", to="person")] = None
    duplicate_of: Annotated[str | None, Ref("Same person as", to="person")] = None


class Consent(Declared, frozen=True):
    """What a person agreed to, how, and how long it holds."""

    person: Annotated[str | None, Ref("Person", required=True, to="person")] = None
    purpose: Annotated[str | None, Choice("For", required=True, codes=codes.CONSENT_PURPOSES)] = None
    given_by: Annotated[str | None, Choice("Given by", required=True, codes=codes.GIVEN_BY)] = None
    method: Annotated[str | None, Choice("How", required=True, codes=codes.CONSENT_METHODS)] = None
    on: Annotated[date | None, Day("On", required=True)] = None
    competence_view: Annotated[str | None, Choice("Able to decide", codes=codes.COMPETENCE)] = None
    explained: Annotated[list[str] | None, Choices("Explained", codes=codes.EXPLAINED)] = None
    withheld_from: Annotated[str | None, Note("Not to be shared with")] = None
    withdrawn_on: Annotated[date | None, Day("Withdrawn on")] = None


def _person_rules_against(
    values: Mapping[str, Json], look_up: LookUp, record_id: str | None
) -> Iterable[Finding]:
    if record_id is not None and values.get("duplicate_of") == record_id:
        yield Finding("refuse", "duplicate_of", "same-as-itself", "A card cannot be the double of itself.")


def _consent_rules(values: Mapping[str, Json]) -> Iterable[Finding]:
    if values.get("on") and values.get("withdrawn_on") and values["withdrawn_on"] < values["on"]:
        yield Finding("refuse", "withdrawn_on", "end-before-start", "It was withdrawn before it was given.")


def new_code(words: Sequence[str], taken: Iterable[str], randomness: Randomness) -> str:
    """A word-number code that nobody on this laptop has: "Maple-14".

    Two offline laptops may draw the same one; the cards stay two, and the newer is shown with its
    id's last digits until somebody renames it.
    """
    used = set(taken)
    for attempt in range(10_000):
        draw = int.from_bytes(randomness(8), "big")
        number = 1 + (draw // len(words)) % (99 if attempt < 1000 else 9999)
        code = f"{words[draw % len(words)].capitalize()}-{number:02d}"
        if code not in used:
            return code
    raise RuntimeError("no person code is left")


def survivor(person_id: str, duplicate_of: Mapping[str, str]) -> str:
    """The card that stands for a person after merges; a circle settles on its smallest id."""
    path = [person_id]
    while (nxt := duplicate_of.get(path[-1])) is not None:
        if nxt in path:
            return min(path[path.index(nxt) :])
        path.append(nxt)
    return path[-1]


PERSON = describe(Person, "person", label="Person", plural="People", rules_against=_person_rules_against)
CONSENT = describe(Consent, "consent", label="Consent", plural="Consents", when="on", rules=_consent_rules)
