"""What a record kind is, derived from its declaration.

A kind is declared once, as a frozen struct (see `engagement`). `describe` turns the struct into a
`Kind`: name, words, stream, rights, fields in order. Rules that involve several fields or other
records stand beside the struct, in its module, and are found here by name: `check(values)` and
`check_against(values, look_up)`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import (
    Annotated,
    ClassVar,
    Literal,
    NamedTuple,
    Protocol,
    TypeVar,
    get_args,
    get_origin,
    get_type_hints,
)

import msgspec

from outreach_app.domain.field import Field, Json, Note, Text, Unfit, or_null

Level = Literal["refuse", "ask", "flag"]


class Finding(NamedTuple):
    """Something a rule has to say about a record.

    `refuse` stops the save, `ask` wants a yes first ("hotspot wider than 200 m?"), `flag` is shown
    and counted but stops nothing. `field` is the one to go to; `words` is a sentence without values.
    """

    level: Level
    field: str
    code: str
    words: str


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record as merge leaves it: derived from operations, never written.

    `values` holds canonical JSON by field name (unknown fields of newer programs included);
    `made_at` and `changed_at` are milliseconds UTC of the first and the newest operation.
    """

    id: str
    kind: str
    author: str
    made_at: int
    changed_at: int
    state: Literal["final", "amended", "voided"]
    values: dict[str, Json]
    voided: str | None = None
    conflicts: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()

    def get(self, field: str) -> Json:
        """A field's shown value, or None."""
        return self.values.get(field)


class LookUp(Protocol):
    """How a rule sees other records of this laptop."""

    def get(self, record_id: str) -> Record | None:
        """A record by id, voided ones included."""
        ...

    def find(self, kind: str, *, shift: str | None = None, person: str | None = None) -> Iterable[Record]:
        """Records of a kind that are not voided."""
        ...


class Declared(msgspec.Struct, frozen=True):
    """The struct every declaration grows from; class words come through `describe`."""

    described: ClassVar[Kind]


class Kind:
    """Everything the house knows about one kind of record.

    `stream` seals it ("config" or "team"); `writers` may create and amend it; `when` names the
    field that places it in time; `line` names the fields of its one-line description.
    """

    def __init__(
        self,
        name: str,
        label: str,
        plural: str,
        stream: str,
        writers: frozenset[str],
        when: str | None,
        shape: type[Declared],
        fields: dict[str, Field],
        rules: Callable[[Mapping[str, Json]], Iterable[Finding]] | None,
        rules_against: Callable[[Mapping[str, Json], LookUp, str | None], Iterable[Finding]] | None,
    ) -> None:
        self.name, self.label, self.plural = name, label, plural
        self.stream, self.writers, self.when = stream, writers, when
        self.shape, self.fields = shape, fields
        self.rules, self.rules_against = rules, rules_against

    def __repr__(self) -> str:
        return f"<kind {self.name}>"

    @cached_property
    def required(self) -> tuple[str, ...]:
        """Fields that must be answered, without those the program makes."""
        return tuple(name for name, field in self.fields.items() if field.required and not field.made)

    def schema(self) -> dict[str, Json]:
        """JSON Schema of what `record` accepts for this kind."""
        properties = {
            name: {
                "title": field.label,
                **({"description": field.help} if field.help else {}),
                **(field.schema() if name in self.required else or_null(field.schema())),
            }
            for name, field in self.fields.items()
        }
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": self.label,
            "type": "object",
            "properties": properties,
            "required": list(self.required),
            "additionalProperties": False,
        }

    def check(self, values: Mapping[str, Json]) -> tuple[dict[str, Json], list[Finding]]:
        """Canonical values and what the rules say, looking at this record alone.

        Unanswered fields (None) are left out. Values that do not fit are left out too and stand
        among the findings, so the other rules still speak.
        """
        canonical: dict[str, Json] = {}
        findings: list[Finding] = []
        for name in values:
            if name not in self.fields:
                findings.append(
                    Finding("refuse", name, "field-unknown", f"{self.plural} have no such field.")
                )
        for name, field in self.fields.items():
            value = values.get(name)
            if value is None:
                if field.required and not field.made:
                    findings.append(Finding("refuse", name, "field-missing", f"{field.label} is needed."))
                continue
            try:
                canonical[name] = field.check(value)
            except Unfit as unfit:
                findings.append(Finding("refuse", name, "field-unfit", f"{field.label} {unfit}."))
        if self.rules:
            findings.extend(self.rules(canonical))
        return canonical, findings

    def sift(self, values: Mapping[str, Json]) -> tuple[Mapping[str, Json], tuple[str, ...]]:
        """Merged answers without those nobody could read, and codes of what the rules say of them.

        Two laptops, or a hostile one, may have written anything. What no reader could make sense of (a
        number where a moment belongs) stays in the operations and shows as flagged; what is only outside
        the bounds stays in sight. Quick, because each record that arrives passes through here: it walks
        the answers that are there and not the questions that were left open.
        """
        codes: dict[str, None] = {}
        unfit, unreadable = set(), set()
        for name, value in values.items():
            field = self.fields.get(name)
            if field is None:
                codes["field-unknown"] = None
                continue
            try:
                field.check(value)
            except Unfit:
                codes["field-unfit"] = None
                unfit.add(name)
                if not field.is_readable(value):
                    unreadable.add(name)
        if any(name not in values for name in self.required):
            codes["field-missing"] = None
        if self.rules:
            fitting = _without(values, unfit) if unfit else values
            codes.update((finding.code, None) for finding in self.rules(fitting))
        return (_without(values, unreadable) if unreadable else values), tuple(codes)

    def check_against(
        self, values: Mapping[str, Json], look_up: LookUp, record_id: str | None = None
    ) -> list[Finding]:
        """What the rules say in the company of other records: references, open visits, times.

        `record_id` is the record's own id when it exists already.
        """
        findings = []
        for name, field in self.fields.items():
            if values.get(name) is None:
                continue
            for kind, target in field.references(values[name]):
                found = look_up.get(target)
                if found is None or found.kind != kind:
                    what = kind.replace("_", " ")
                    words = f"{field.label}: there is no {what} with that id on this laptop."
                    findings.append(Finding("refuse", name, "reference-missing", words))
                elif found.state == "voided" and record_id is None:
                    findings.append(
                        Finding("refuse", name, "reference-voided", f"{field.label}: that record is void.")
                    )
        if self.rules_against:
            findings.extend(self.rules_against(values, look_up, record_id))
        return findings

    def searched_words(self, values: Mapping[str, Json]) -> str:
        """The text a search looks through: notes, names, and what the declaration marks."""
        found = [field.words(values[name]) for name, field in self._worded if values.get(name) is not None]
        return "\n".join(part for part in found if part)

    @cached_property
    def _worded(self) -> tuple[tuple[str, Field], ...]:
        return tuple(
            (name, field) for name, field in self.fields.items() if field.searched or isinstance(field, Text)
        )

    @cached_property
    def masked(self) -> tuple[str, ...]:
        """Fields whose answers are shown only when asked for."""
        return tuple(name for name, field in self.fields.items() if field.masked)

    @cached_property
    def free_text(self) -> tuple[str, ...]:
        """Fields in which a name could be typed by mistake."""
        return tuple(name for name, field in self.fields.items() if isinstance(field, Note))


def _without(values: Mapping[str, Json], names: set[str]) -> dict[str, Json]:
    return {name: value for name, value in values.items() if name not in names}


def describe(
    shape: type[Declared],
    name: str,
    *,
    label: str,
    plural: str,
    when: str | None = None,
    stream: str = "team",
    writers: Iterable[str] = ("worker", "lead", "dsl"),
    rules: Callable[[Mapping[str, Json]], Iterable[Finding]] | None = None,
    rules_against: Callable[[Mapping[str, Json], LookUp, str | None], Iterable[Finding]] | None = None,
) -> Kind:
    """Read a declaration's annotations into a `Kind`, and let the struct know it."""
    fields: dict[str, Field] = {}
    for field_name, hint in get_type_hints(shape, include_extras=True).items():
        if get_origin(hint) is not Annotated:
            continue
        fields[field_name] = next(part for part in get_args(hint)[1:] if isinstance(part, Field))
    kind = Kind(name, label, plural, stream, frozenset(writers), when, shape, fields, rules, rules_against)
    shape.described = kind
    return kind


D = TypeVar("D", bound=Declared)


def answers(shape: type[D], record: Record) -> D:
    """A record's values as its declared struct; what does not fit reads as unanswered.

    Merge takes whatever two laptops wrote, so a reader must never stumble over it.
    """
    kind = shape.described
    try:
        return msgspec.convert({name: record.values.get(name) for name in kind.fields}, shape)
    except msgspec.ValidationError:
        fitting = {}
        for name, field in kind.fields.items():
            try:
                fitting[name] = (
                    field.check(record.values[name]) if record.values.get(name) is not None else None
                )
            except Unfit:
                fitting[name] = None
        return msgspec.convert(fitting, shape)
