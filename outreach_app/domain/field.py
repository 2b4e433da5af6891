"""The kinds of field a record can have: their words, what fits in them, and how they read.

A record kind is a frozen struct whose annotations carry one of these descriptions:

    headcount: Annotated[int | None, Number("How many", least=1, most=200, required=True)] = None

Everything else follows from it: the form's editor, the live check, the JSON Schema of `record`,
the search text, the table's column and the export's cell. Values are JSON values in one canonical
spelling (moments in UTC with a Z, lists without repeats, count maps without zeros), so that equal
answers on two laptops are equal bytes and never a conflict.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from outreach_app.domain.codes import MISSING, Code, CodeList

Json = Any
"""A JSON value: None, bool, int, float, str, list or dict of them."""

LONGEST_TEXT = 20_000
LONGEST_LINE = 300
YEARS = range(1900, 2200)
"""What a date can be about. The first and last day of Python's calendar have no neighbour to reckon with."""

_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")
_YEARS_PATTERN = "^(19|20|21)[0-9]{2}-"
_METRES_PER_DEGREE = 111_320.0

_ID_PATTERN = f"^({_ID.pattern})$"
_TEXT_PATTERN, _SAID_PATTERN = r"^[^\u0000]*$", r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


class Unfit(Exception):
    """A value does not fit its field; the sentence says why, without repeating the value."""


@dataclass(frozen=True, slots=True, kw_only=False)
class Field:
    """One question about a record: its words and who meets the answer.

    `label` and `help` are shown to people. `required` fields must be answered before a save.
    `made` fields are filled by the program where the person gives nothing. `partners` says that
    editions for funders and police may show the value; whatever is free text never is. A `masked`
    answer could lead to a person: it is shown when somebody asks for it, and that is written down.
    """

    label: str
    help: str = ""
    required: bool = False
    made: bool = False
    partners: bool = False
    searched: bool = False
    masked: bool = False

    editor: ClassVar[str] = "line"

    def check(self, value: Json) -> Json:
        """The value in its canonical spelling; raises `Unfit` in words. Never sees None."""
        raise NotImplementedError

    def is_readable(self, value: Json) -> bool:
        """Whether readers can make anything of a value that merge brought, be it outside the bounds.

        A code of a newer list is readable, a number where a moment belongs is not.
        """
        try:
            self.check(value)
        except Unfit:
            return False
        return True

    def schema(self) -> dict[str, Json]:
        """JSON Schema of one answer, without its words."""
        raise NotImplementedError

    def show(self, value: Json) -> str:
        """The answer as a person reads it."""
        return str(value)

    def words(self, value: Json) -> str:
        """What a search should find of this answer; empty when nothing."""
        return self.show(value) if self.searched else ""

    def references(self, value: Json) -> list[tuple[str, str]]:
        """Other records this answer points at, as (kind, id)."""
        return []

    @property
    def who_sees(self) -> str:
        """Stands beside the field, so nobody types in doubt."""
        return "your team; partners see totals" if self.partners else "your team; partners never"


@dataclass(frozen=True, slots=True)
class Text(Field):
    """One line of text."""

    longest: int = LONGEST_LINE
    editor: ClassVar[str] = "line"

    def check(self, value: Json) -> Json:
        if not isinstance(value, str):
            raise Unfit("must be text")
        if len(value) > self.longest:
            raise Unfit(f"has {len(value):,} characters; {self.longest:,} fit")
        if _NOT_TEXT.search(value):
            raise Unfit("contains a character that is not text")
        if self.required and not value.strip():
            raise Unfit("is empty")
        return value

    def is_readable(self, value: Json) -> bool:
        return isinstance(value, str)

    def schema(self) -> dict[str, Json]:
        if self.required:
            said: dict[str, Json] = {"minLength": 1, "pattern": _SAID_PATTERN}
        else:
            said = {"pattern": _TEXT_PATTERN}
        return {"type": "string", "maxLength": self.longest, **said}

    def words(self, value: Json) -> str:
        return value if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Note(Text):
    """Several lines of free text: read by the team, never by partners."""

    longest: int = LONGEST_TEXT
    editor: ClassVar[str] = "note"


@dataclass(frozen=True, slots=True)
class Number(Field):
    """A whole number between two bounds."""

    least: int = 0
    most: int = 1_000_000
    unit: str = ""
    editor: ClassVar[str] = "stepper"

    def check(self, value: Json) -> Json:
        value = _whole(value)
        if isinstance(value, bool) or not isinstance(value, int):
            raise Unfit("must be a whole number")
        if not self.least <= value <= self.most:
            raise Unfit(f"must be from {self.least} to {self.most}")
        return value

    def is_readable(self, value: Json) -> bool:
        return isinstance(value, int) and not isinstance(value, bool)

    def schema(self) -> dict[str, Json]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}

    def show(self, value: Json) -> str:
        return f"{value} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Decimal(Field):
    """A number that may have a fraction."""

    least: float = 0.0
    most: float = 1e9
    unit: str = ""
    editor: ClassVar[str] = "line"

    def check(self, value: Json) -> Json:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise Unfit("must be a number")
        if not self.least <= value <= self.most:
            raise Unfit(f"must be from {self.least:g} to {self.most:g}")
        return value

    def schema(self) -> dict[str, Json]:
        return {"type": "number", "minimum": self.least, "maximum": self.most}

    def show(self, value: Json) -> str:
        return f"{value:g} {self.unit}".strip()


@dataclass(frozen=True, slots=True)
class Yes(Field):
    """A box that is ticked or not."""

    editor: ClassVar[str] = "tick"

    def check(self, value: Json) -> Json:
        if not isinstance(value, bool):
            raise Unfit("must be true or false")
        return value

    def schema(self) -> dict[str, Json]:
        return {"type": "boolean"}

    def show(self, value: Json) -> str:
        return "Yes" if value else "No"


@dataclass(frozen=True, slots=True)
class Moment(Field):
    """A point in time, kept in UTC to the second (or finer) and shown on local clocks."""

    editor: ClassVar[str] = "moment"

    def check(self, value: Json) -> Json:
        return spell_moment(read_moment(value))

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "format": "date-time", "pattern": _YEARS_PATTERN}

    def show(self, value: Json) -> str:
        return read_moment(value).astimezone().strftime("%d %b %Y, %H:%M")


@dataclass(frozen=True, slots=True)
class Day(Field):
    """A calendar date."""

    editor: ClassVar[str] = "day"

    def check(self, value: Json) -> Json:
        if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            raise Unfit("must be a date such as 2026-11-24")
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise Unfit("is not a day of the calendar") from None
        if day.year not in YEARS:
            raise Unfit(f"must lie between {YEARS.start} and {YEARS.stop - 1}")
        return day.isoformat()

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "format": "date", "pattern": _YEARS_PATTERN}

    def show(self, value: Json) -> str:
        return date.fromisoformat(value).strftime("%a %d %b %Y")


@dataclass(frozen=True, slots=True)
class Choice(Field):
    """One code of a list; an optional one also takes the four ways of not knowing."""

    codes: CodeList = MISSING
    editor: ClassVar[str] = "choice"

    @property
    def missing(self) -> tuple[Code, ...]:
        """The universal missing codes, where they belong."""
        return () if self.required else MISSING.codes

    def check(self, value: Json) -> Json:
        value = _whole(value)
        if value not in self.codes and (self.required or value not in MISSING):
            raise Unfit(f"must be one of {', '.join(map(str, self.values))}")
        return value

    @property
    def values(self) -> list[str | int]:
        """Every stored value that fits."""
        return [
            *self.codes.values,
            *(code.value for code in self.missing if code.value not in self.codes.values),
        ]

    def is_readable(self, value: Json) -> bool:
        return isinstance(value, str | int)

    def schema(self) -> dict[str, Json]:
        return {"enum": self.values}

    def show(self, value: Json) -> str:
        return MISSING.label(value) if value in MISSING else self.codes.label(value)


@dataclass(frozen=True, slots=True)
class Choices(Field):
    """Any number of codes of a list, in the order of the list."""

    codes: CodeList = MISSING
    editor: ClassVar[str] = "chips"

    def check(self, value: Json) -> Json:
        if not isinstance(value, list):
            raise Unfit("must be a list of codes")
        for code in value:
            if code not in self.codes:
                raise Unfit(f"may hold only {', '.join(map(str, self.codes.values))}")
        return [code for code in self.codes.values if code in value]

    def is_readable(self, value: Json) -> bool:
        return isinstance(value, list) and all(isinstance(one, str | int) for one in value)

    def schema(self) -> dict[str, Json]:
        fewest = {"minItems": 1} if self.required else {}
        return {"type": "array", "items": {"enum": list(self.codes.values)}, **fewest}

    def show(self, value: Json) -> str:
        return ", ".join(self.codes.label(code) for code in value)


@dataclass(frozen=True, slots=True)
class Counts(Field):
    """How many people in each band of a list; bands with nobody are left out."""

    codes: CodeList = MISSING
    editor: ClassVar[str] = "counts"

    def check(self, value: Json) -> Json:
        if not isinstance(value, Mapping):
            raise Unfit("must be a map from band to number")
        counts: dict[str, int] = {}
        for band, count in value.items():
            if band not in self.codes:
                raise Unfit(f"has a band that is not one of {', '.join(map(str, self.codes.values))}")
            count = _whole(count)
            if isinstance(count, bool) or not isinstance(count, int) or not 0 <= count <= 200:
                raise Unfit("counts whole people, 0 to 200 in each band")
            counts[band] = count
        return {str(code): counts[str(code)] for code in self.codes.values if counts.get(str(code))}

    def is_readable(self, value: Json) -> bool:
        return isinstance(value, Mapping) and all(type(one) is int for one in value.values())

    def schema(self) -> dict[str, Json]:
        band = {"type": "integer", "minimum": 0, "maximum": 200}
        return {
            "type": "object",
            "properties": {str(code): band for code in self.codes.values},
            "additionalProperties": False,
        }

    def show(self, value: Json) -> str:
        return ", ".join(f"{self.codes.label(band)}: {count}" for band, count in value.items())


@dataclass(frozen=True, slots=True)
class Ref(Field):
    """Another record, by its id."""

    to: str = ""
    editor: ClassVar[str] = "ref"

    def check(self, value: Json) -> Json:
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise Unfit(f"must be the id of a {self.to.replace('_', ' ')}")
        return value

    def schema(self) -> dict[str, Json]:
        return {"type": "string", "pattern": _ID_PATTERN, "x-ref": self.to}

    def references(self, value: Json) -> list[tuple[str, str]]:
        return [(self.to, value)] if isinstance(value, str) else []


@dataclass(frozen=True, slots=True)
class Refs(Field):
    """Several other records, by their ids, each once."""

    to: str = ""
    fewest: int = 0
    editor: ClassVar[str] = "refs"

    def check(self, value: Json) -> Json:
        if not isinstance(value, list) or not all(
            isinstance(one, str) and _ID.fullmatch(one) for one in value
        ):
            raise Unfit(f"must be a list of ids of {self.to.replace('_', ' ')} records")
        return list(dict.fromkeys(value))

    def schema(self) -> dict[str, Json]:
        return {
            "type": "array",
            "items": {"type": "string", "pattern": _ID_PATTERN, "x-ref": self.to},
            "x-ref": self.to,
        } | ({"minItems": self.fewest} if self.fewest else {})

    def references(self, value: Json) -> list[tuple[str, str]]:
        return [(self.to, one) for one in value if isinstance(one, str)] if isinstance(value, list) else []


@dataclass(frozen=True, slots=True)
class MemberOr(Field):
    """A member by id, or one of a few words in place of a person ("next_pair")."""

    codes: CodeList = MISSING
    editor: ClassVar[str] = "ref"

    def check(self, value: Json) -> Json:
        if value in self.codes or (isinstance(value, str) and _ID.fullmatch(value)):
            return value
        raise Unfit(f"must be a member's id or {', '.join(map(str, self.codes.values))}")

    def schema(self) -> dict[str, Json]:
        member = {"type": "string", "pattern": _ID_PATTERN, "x-ref": "member"}
        return {"anyOf": [{"enum": list(self.codes.values)}, member]}

    def show(self, value: Json) -> str:
        return self.codes.label(value)

    def references(self, value: Json) -> list[tuple[str, str]]:
        return [] if value in self.codes or not isinstance(value, str) else [("member", value)]


@dataclass(frozen=True, slots=True)
class Rows(Field):
    """A short list of small rows, each with its own fields."""

    columns: tuple[tuple[str, Field], ...] = ()
    editor: ClassVar[str] = "rows"

    def check(self, value: Json) -> Json:
        if not isinstance(value, list) or not all(isinstance(row, Mapping) for row in value):
            raise Unfit("must be a list of rows")
        columns = dict(self.columns)
        rows = []
        for number, row in enumerate(value, 1):
            for name in row:
                if name not in columns:
                    raise Unfit(f"row {number} has an unknown field")
            checked = {}
            for name, column in self.columns:
                if row.get(name) is not None:
                    try:
                        checked[name] = column.check(row[name])
                    except Unfit as unfit:
                        raise Unfit(f"row {number}: {column.label} {unfit}") from None
                elif column.required:
                    raise Unfit(f"row {number}: {column.label} is needed")
            rows.append(checked)
        return rows

    def schema(self) -> dict[str, Json]:
        return {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    name: column.schema() if column.required else or_null(column.schema())
                    for name, column in self.columns
                },
                "required": [name for name, column in self.columns if column.required],
                "additionalProperties": False,
            },
        }

    def show(self, value: Json) -> str:
        columns = dict(self.columns)
        return "; ".join(
            ", ".join(columns[name].show(cell) for name, cell in row.items() if name in columns)
            for row in value
        )

    def references(self, value: Json) -> list[tuple[str, str]]:
        if not isinstance(value, list):
            return []
        return [
            found
            for row in value
            if isinstance(row, Mapping)
            for name, column in self.columns
            if row.get(name) is not None
            for found in column.references(row[name])
        ]


@dataclass(frozen=True, slots=True)
class Polygon(Field):
    """An area drawn by hand: a GeoJSON Polygon (RFC 7946, section 3.1.6) in degrees, WGS 84."""

    editor: ClassVar[str] = "polygon"

    def check(self, value: Json) -> Json:
        if not isinstance(value, Mapping) or value.get("type") != "Polygon":
            raise Unfit("must be a GeoJSON Polygon")
        rings = value.get("coordinates")
        if not isinstance(rings, list) or not rings:
            raise Unfit("has no ring of points")
        return {"type": "Polygon", "coordinates": [self._ring(ring) for ring in rings]}

    @staticmethod
    def _ring(ring: Json) -> list[list[float]]:
        if not isinstance(ring, list) or len(ring) < 4:
            raise Unfit("has a ring with fewer than four points")
        points = []
        for point in ring:
            if (
                not isinstance(point, list)
                or len(point) not in (2, 3)
                or not all(isinstance(part, int | float) and not isinstance(part, bool) for part in point)
                or not all(math.isfinite(part) for part in point)
                or not (-180 <= point[0] <= 180 and -90 <= point[1] <= 90)
            ):
                raise Unfit("has a point that is not [longitude, latitude]")
            points.append([float(point[0]), float(point[1])])
        if points[0] != points[-1]:
            raise Unfit("has an open ring: the last point must repeat the first")
        if len({tuple(point) for point in points}) < 3:
            raise Unfit("has a ring without an area")
        return points

    def schema(self) -> dict[str, Json]:
        point = {
            "type": "array",
            "prefixItems": [
                {"type": "number", "minimum": -180, "maximum": 180},
                {"type": "number", "minimum": -90, "maximum": 90},
            ],
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 3,
        }
        ring = {"type": "array", "items": point, "minItems": 4}
        return {
            "type": "object",
            "properties": {
                "type": {"const": "Polygon"},
                "coordinates": {"type": "array", "items": ring, "minItems": 1},
            },
            "required": ["type", "coordinates"],
        }

    def show(self, value: Json) -> str:
        wide, high = extent_metres(value)
        return f"{wide:.0f} × {high:.0f} m"


def or_null(schema: Mapping[str, Json]) -> dict[str, Json]:
    """The same JSON Schema for an answer that may be left open: null says so as well as leaving it out."""
    if "type" in schema:
        return {**schema, "type": [schema["type"], "null"]}
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], None]}
    return {**schema, "anyOf": [*schema["anyOf"], {"type": "null"}]}


def extent_metres(polygon: Mapping[str, Json]) -> tuple[float, float]:
    """Width and height in metres of the box around a polygon (equirectangular, fine below 1 km)."""
    ring = polygon["coordinates"][0]
    longitudes, latitudes = [point[0] for point in ring], [point[1] for point in ring]
    middle = math.radians((min(latitudes) + max(latitudes)) / 2)
    return (
        (max(longitudes) - min(longitudes)) * _METRES_PER_DEGREE * math.cos(middle),
        (max(latitudes) - min(latitudes)) * _METRES_PER_DEGREE,
    )


def _whole(value: Json) -> Json:
    """2.0 as 2: JSON knows one kind of number. Whatever is no whole number stays as it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def read_moment(value: Json) -> datetime:
    """The aware UTC moment of its text; raises `Unfit` for anything else."""
    if not isinstance(value, str) or len(value) > 40 or "T" not in value:
        raise Unfit("must be a date and time such as 2026-11-24T18:08:00Z")
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise Unfit("must be a date and time such as 2026-11-24T18:08:00Z") from None
    if moment.tzinfo is None:
        raise Unfit("must say its time zone: end it with Z or +01:00")
    if moment.year in YEARS and (utc := moment.astimezone(UTC)).year in YEARS:
        return utc
    raise Unfit(f"must lie between {YEARS.start} and {YEARS.stop - 1}")


def spell_moment(moment: datetime) -> str:
    """The canonical text of a moment: UTC, seconds, milliseconds only when there are any."""
    spec = "milliseconds" if moment.microsecond >= 1000 else "seconds"
    return moment.astimezone(UTC).isoformat(timespec=spec).replace("+00:00", "Z")
