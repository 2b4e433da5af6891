"""Where the team works: hotspots drawn by hand, and the services it can refer to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from outreach_app.domain import codes
from outreach_app.domain.field import Choice, Choices, Day, Json, Note, Number, Polygon, Text, extent_metres
from outreach_app.domain.kind import Declared, Finding, describe

WIDEST_HOTSPOT_METRES = 200
"""The pilot's hotspots were at most 200 by 200 m (College of Policing research register)."""

_ROUNDING_METRES = 0.5


class Hotspot(Declared, frozen=True):
    """An area that the team patrols."""

    name: Annotated[str | None, Text("Name", required=True, partners=True, searched=True)] = None
    code: Annotated[str | None, Text("Code", "Short, as on your map.", longest=20, partners=True)] = None
    kind_of: Annotated[str | None, Choice("Kind", codes=codes.HOTSPOT_KINDS, partners=True)] = None
    polygon: Annotated[dict[str, Json] | None, Polygon("Area", "Drawn by hand, at most 200 m across.")] = None
    in_force_from: Annotated[date | None, Day("In force from")] = None
    in_force_to: Annotated[date | None, Day("In force to")] = None


class Service(Declared, frozen=True):
    """A service that young people can be told about or referred to (after Open Referral HSDS 3)."""

    name: Annotated[str | None, Text("Name", required=True, searched=True)] = None
    types: Annotated[
        list[str] | None, Choices("What it helps with", required=True, codes=codes.SERVICE_TYPES)
    ] = None
    phone: Annotated[str | None, Text("Telephone")] = None
    email: Annotated[str | None, Text("E-mail")] = None
    web: Annotated[str | None, Text("Web page")] = None
    address: Annotated[str | None, Text("Address")] = None
    postcode: Annotated[str | None, Text("Postcode", longest=12)] = None
    hours: Annotated[str | None, Text("Opening hours")] = None
    min_age: Annotated[int | None, Number("From age", most=120)] = None
    max_age: Annotated[int | None, Number("To age", most=120)] = None
    languages: Annotated[str | None, Text("Languages")] = None
    access: Annotated[str | None, Text("Access", "Steps, lift, quiet room.")] = None
    how_to_apply: Annotated[str | None, Note("How to apply")] = None
    status: Annotated[str | None, Choice("Status", codes=codes.SERVICE_STATUSES)] = None
    alert: Annotated[str | None, Text("Alert", "What a worker must know before calling.")] = None
    assured_on: Annotated[date | None, Day("Last checked")] = None


def _hotspot_rules(values: Mapping[str, Json]) -> Iterable[Finding]:
    if values.get("polygon"):
        wide, high = extent_metres(values["polygon"])
        if max(wide, high) > WIDEST_HOTSPOT_METRES + _ROUNDING_METRES:
            yield Finding(
                "ask",
                "polygon",
                "hotspot-wide",
                f"The area is {wide:.0f} × {high:.0f} m; hotspots are at most 200 m.",
            )
    yield from _in_order(values, "in_force_from", "in_force_to")


def _service_rules(values: Mapping[str, Json]) -> Iterable[Finding]:
    if values.get("types") == []:
        yield Finding("refuse", "types", "field-missing", "What it helps with is needed.")
    least, most = values.get("min_age"), values.get("max_age")
    if least is not None and most is not None and least > most:
        yield Finding("refuse", "max_age", "ages-crossed", "The highest age is below the lowest.")


def _in_order(values: Mapping[str, Json], first: str, second: str) -> Iterable[Finding]:
    if values.get(first) and values.get(second) and values[second] < values[first]:
        yield Finding("refuse", second, "end-before-start", "It ends before it begins.")


HOTSPOT = describe(
    Hotspot,
    "hotspot",
    label="Hotspot",
    plural="Hotspots",
    stream="config",
    writers=("lead",),
    rules=_hotspot_rules,
)
SERVICE = describe(
    Service,
    "service",
    label="Service",
    plural="Services",
    stream="config",
    writers=("lead",),
    rules=_service_rules,
)
