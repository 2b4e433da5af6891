"""What the next pair must know: an item with an owner and a day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Annotated

from outreach_app.domain import codes
from outreach_app.domain.codes import Code, CodeList
from outreach_app.domain.field import Choice, Day, Json, MemberOr, Moment, Note, Ref
from outreach_app.domain.kind import Declared, Finding, describe

NEXT_PAIR = CodeList("owner", (Code("next_pair", "Next pair"),))


class HandoverItem(Declared, frozen=True):
    """One thing to pass on."""

    shift: Annotated[str | None, Ref("Shift", required=True, to="shift")] = None
    text: Annotated[str | None, Note("What to pass on", required=True, longest=2000)] = None
    about: Annotated[str | None, Choice("About", required=True, codes=codes.HANDOVER_ABOUT)] = None
    person: Annotated[str | None, Ref("Person", to="person")] = None
    hotspot: Annotated[str | None, Ref("Hotspot", to="hotspot")] = None
    owner: Annotated[str | None, MemberOr("Who takes it", codes=NEXT_PAIR)] = None
    due_on: Annotated[date | None, Day("By")] = None
    status: Annotated[str | None, Choice("Status", codes=codes.HANDOVER_STATUSES)] = None
    done_at: Annotated[datetime | None, Moment("Done at")] = None


def _rules(values: Mapping[str, Json]) -> Iterable[Finding]:
    if values.get("done_at") and values.get("status") == "open":
        yield Finding("flag", "status", "done-but-open", "It has a time of being done, and is still open.")


HANDOVER_ITEM = describe(HandoverItem, "handover_item", label="Handover", plural="Handovers", rules=_rules)
