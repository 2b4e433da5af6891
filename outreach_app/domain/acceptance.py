"""A lead's word that what came late shall count after all.

What a removed laptop still sends waits in the late lane. An acceptance names batches by id; it is a
record like any other, so it is signed, travels to every laptop and can be voided.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, ClassVar

from outreach_app.domain.field import Field, Json, Unfit
from outreach_app.domain.kind import Declared, describe

_BATCH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Batches(Field):
    """Ids of sealed batches, 64 hexadecimal digits each."""

    editor: ClassVar[str] = "none"

    def check(self, value: Json) -> Json:
        if not isinstance(value, list) or not all(
            isinstance(one, str) and _BATCH.fullmatch(one) for one in value
        ):
            raise Unfit("must be a list of batch ids")
        if not value:
            raise Unfit("is empty")
        return sorted(set(value))

    def schema(self) -> dict[str, Json]:
        return {"type": "array", "items": {"type": "string", "pattern": f"^{_BATCH.pattern}$"}, "minItems": 1}

    def show(self, value: Json) -> str:
        return f"{len(value)} late"


class Acceptance(Declared, frozen=True):
    """Late batches that count."""

    batches: Annotated[list[str] | None, Batches("Late batches", required=True)] = None


ACCEPTANCE = describe(Acceptance, "acceptance", label="Acceptance", plural="Acceptances", writers=("lead",))
