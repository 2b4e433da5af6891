"""Who we are: the team and its members. Their record ids are the team's and the member's own ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated

from outreach_app.domain import codes
from outreach_app.domain.field import Choices, Json, Note, Text
from outreach_app.domain.kind import Declared, Finding, LookUp, describe


class Team(Declared, frozen=True):
    """A team and the words it goes by."""

    name: Annotated[str | None, Text("Name", required=True)] = None
    on_call: Annotated[str | None, Note("On-call numbers", "Shown on the danger page, with no network.")] = (
        None
    )


class Member(Declared, frozen=True):
    """A person of the team: the name that colleagues see."""

    name: Annotated[str | None, Text("Name", "How colleagues know you.", required=True)] = None
    phone_work: Annotated[str | None, Text("Work phone")] = None
    trained_in: Annotated[list[str] | None, Choices("Trained in", codes=codes.TRAININGS)] = None


def _team_against(values: Mapping[str, Json], look_up: LookUp, record_id: str | None) -> Iterator[Finding]:
    if record_id is None and any(True for _ in look_up.find("team")):
        yield Finding("refuse", "name", "team-stands", "The team has its record already: amend that one.")


TEAM = describe(
    Team,
    "team",
    label="Team",
    plural="Teams",
    stream="config",
    writers=("lead",),
    rules_against=_team_against,
)
MEMBER = describe(Member, "member", label="Member", plural="Members", stream="config", writers=("lead",))
