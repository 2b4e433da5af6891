"""The declarations: one line says it, and everything else follows."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.domain import codes
from outreach_app.domain.engagement import ENGAGEMENT, Engagement
from outreach_app.domain.field import (
    Choice,
    Choices,
    Counts,
    Field,
    Rows,
    Text,
    Unfit,
    read_moment,
    spell_moment,
)
from outreach_app.domain.kind import Kind, Record, answers
from outreach_app.domain.kinds import KINDS, kind_named
from outreach_app.domain.person import PERSON, new_code, survivor
from outreach_app.domain.place import HOTSPOT, SERVICE
from outreach_app.domain.referral import REFERRAL
from outreach_app.domain.shift import SHIFT
from outreach_app.domain.trouble import Trouble
from outreach_app.domain.visit import VISIT

A, B = "a" * 32, "b" * 32
GOOD: dict[str, dict] = {
    "team": {"name": "City centre"},
    "member": {"name": "Sam"},
    "hotspot": {"name": "Clock Tower"},
    "service": {"name": "Open door", "types": ["housing"]},
    "shift": {"date": "2026-11-24", "workers": [A, B]},
    "visit": {"shift": A, "hotspot": B, "arrived_at": "2026-11-24T18:02:00Z"},
    "engagement": {"shift": A, "occurred_at": "2026-11-24T18:08:00Z", "headcount": 4, "depth": 2},
    "person": {"code": "Maple-14"},
    "consent": {
        "person": A,
        "purpose": "referral",
        "given_by": "self",
        "method": "verbal",
        "on": "2026-11-24",
    },
    "referral": {
        "kind_of": "signpost",
        "opened_at": "2026-11-24T18:08:00Z",
        "service_type": "housing",
        "anonymous": True,
    },
    "referral_event": {"referral": A, "at": "2026-11-24T18:08:00Z", "to": "offered"},
    "handover_item": {"shift": A, "text": "bus station lights", "about": "place"},
    "acceptance": {"batches": ["e" * 64]},
    "check_in": {"shift": A, "kind_of": "on_time", "at": "2026-11-24T18:08:00Z"},
}


def findings(kind: Kind, values: dict) -> dict[str, str]:
    return {one.field: one.code for one in kind.check(values)[1]}


def test_every_kind_has_a_good_example_here() -> None:
    assert set(GOOD) == set(KINDS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_a_good_record_passes_and_its_canonical_form_passes_again(name: str) -> None:
    values, said = KINDS[name].check(GOOD[name])
    assert said == []
    assert KINDS[name].check(values) == (values, [])


@pytest.mark.parametrize("name", sorted(KINDS))
def test_each_required_field_is_missed_by_name(name: str) -> None:
    kind = KINDS[name]
    for field in kind.required:
        assert findings(kind, {**GOOD[name], field: None})[field] == "field-missing"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_schema_is_what_record_accepts(name: str) -> None:
    kind = KINDS[name]
    schema = kind.schema()
    json.dumps(schema)
    assert set(schema["properties"]) == set(kind.fields)
    assert set(schema["required"]) <= set(GOOD[name])
    for field_name, field in kind.fields.items():
        for value in schema["properties"][field_name].get("enum", ()):
            assert value is None or field.check(value) == value


def _accepts(schema: dict, value: object) -> bool:
    """As much of JSON Schema as the declarations speak."""
    if "anyOf" in schema:
        return any(_accepts(one, value) for one in schema["anyOf"])
    if "enum" in schema:
        return any(type(one) is type(value) and one == value for one in schema["enum"])
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    if value is None:
        return "null" in types
    if isinstance(value, str):
        return (
            "string" in types
            and schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            and re.search(schema.get("pattern", ""), value) is not None
        )
    if isinstance(value, list):
        return (
            "array" in types
            and len(value) >= schema.get("minItems", 0)
            and all(_accepts(schema["items"], one) for one in value)
        )
    if isinstance(value, bool) or not isinstance(value, int):
        return isinstance(value, bool) and "boolean" in types
    return "integer" in types and schema["minimum"] <= value <= schema["maximum"]


@pytest.mark.parametrize("name", sorted(KINDS))
@pytest.mark.parametrize("value", [None, "", " ", "a\0b", "dry", "x" * 301, A, A.upper(), 2, True, [], [A]])
def test_the_schema_and_the_fields_agree_on_what_fits(name: str, value: object) -> None:
    kind = KINDS[name]
    for field_name, field in kind.fields.items():
        schema = kind.schema()["properties"][field_name]
        if schema.get("format") or "object" in schema.get("type", ()) or isinstance(field, Rows):
            continue
        fits = findings(kind, {**GOOD[name], field_name: value}).get(field_name)
        if _accepts(schema, value):  # a rule about several fields may still have its say
            assert fits not in ("field-unfit", "field-missing"), field_name
        else:
            assert fits is not None, field_name


def test_an_open_answer_may_be_said_as_null_in_a_row_too() -> None:
    rows = Rows("Rows", columns=(("what", Text("What", required=True)), ("note", Text("Note"))))
    columns = rows.schema()["items"]["properties"]
    assert (columns["what"]["type"], columns["note"]["type"]) == ("string", ["string", "null"])
    assert rows.check([{"what": "x", "note": None}]) == [{"what": "x"}]


def test_a_whole_number_with_a_point_is_the_same_number() -> None:
    values, said = ENGAGEMENT.check(
        {**GOOD["engagement"], "headcount": 4.0, "depth": 2.0, "ages": {"16_17": 3.0}}
    )
    assert said == []
    assert json.dumps([values["headcount"], values["depth"], values["ages"]]) == '[4, 2, {"16_17": 3}]'


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00", "1899-12-31T23:00:00Z"]
)
def test_a_time_at_the_edge_of_the_calendar_is_refused_because_no_clock_can_show_it(moment: str) -> None:
    assert findings(ENGAGEMENT, {**GOOD["engagement"], "occurred_at": moment})["occurred_at"] == "field-unfit"
    assert findings(SHIFT, {**GOOD["shift"], "date": moment[:10]})["date"] == "field-unfit"


@pytest.mark.parametrize("name", sorted(KINDS))
def test_an_unknown_field_is_named(name: str) -> None:
    assert findings(KINDS[name], {**GOOD[name], "colour": "red"})["colour"] == "field-unknown"


def test_every_field_has_words_and_no_two_topics_share_a_letter() -> None:
    for kind in KINDS.values():
        for name, field in kind.fields.items():
            assert field.label, (kind, name)
    letters = [code.key for code in codes.TOPICS.codes if code.key]
    assert len(set(letters)) == len(letters)


def test_optional_choices_know_the_four_ways_of_not_knowing_and_counts_do_not() -> None:
    for kind in KINDS.values():
        for field in kind.fields.values():
            if isinstance(field, Choice) and not field.required:
                assert field.check("not_asked") == "not_asked"
            if isinstance(field, Counts):
                with pytest.raises(Unfit):
                    field.check({"not_asked": 1})


@pytest.mark.parametrize("headcount", [0, 201, -1, "four", 4.5, True, None, [], 1e400])
def test_a_headcount_outside_1_to_200_or_not_a_number_is_refused(headcount: object) -> None:
    assert "headcount" in findings(ENGAGEMENT, {**GOOD["engagement"], "headcount": headcount})


def test_bands_above_the_headcount_are_refused_and_below_are_fine() -> None:
    four = GOOD["engagement"]
    assert findings(ENGAGEMENT, {**four, "ages": {"13_15": 3, "16_17": 2}}) == {
        "ages": "bands-above-headcount"
    }
    assert findings(ENGAGEMENT, {**four, "ages": {"13_15": 3}, "genders": {"male": 4}}) == {}


def test_one_worker_needs_a_reason_and_who_allowed_it() -> None:
    alone = {"date": "2026-11-24", "workers": [A]}
    assert findings(SHIFT, alone) == {"single_reason": "workers-too-few"}
    assert findings(SHIFT, {**alone, "workers": [A, A]}) == {"single_reason": "workers-too-few"}
    assert findings(SHIFT, {**alone, "workers": []}) == {"workers": "workers-too-few"}
    assert findings(SHIFT, {**alone, "single_reason": "sickness", "single_allowed_by": B}) == {}


def test_ends_do_not_come_before_beginnings() -> None:
    late, early = "2026-11-24T18:00:00Z", "2026-11-24T17:00:00Z"
    assert findings(SHIFT, {**GOOD["shift"], "started_at": late, "ended_at": early}) == {
        "ended_at": "end-before-start"
    }
    assert findings(VISIT, {**GOOD["visit"], "left_at": early}) == {"left_at": "left-before-arrived"}
    across_the_clock_change = {
        "started_at": "2026-10-25T01:50:00+01:00",
        "ended_at": "2026-10-25T01:10:00+00:00",
    }
    assert findings(SHIFT, {**GOOD["shift"], **across_the_clock_change}) == {}


def test_nobody_approves_their_own_shift() -> None:
    assert findings(SHIFT, {**GOOD["shift"], "approved_by": A}) == {"approved_by": "approver-in-pair"}


def read_back(kind: str, values: dict) -> Record:
    return Record(id="x", kind=kind, author=A, made_at=0, changed_at=0, state="final", values=values)


def square(metres: float) -> dict:
    side = metres / 111_320
    ring = [[0.0, 0.0], [side, 0.0], [side, side], [0.0, side], [0.0, 0.0]]
    return {"type": "Polygon", "coordinates": [ring]}


def test_a_hotspot_beyond_200_m_is_asked_about_and_not_refused() -> None:
    assert HOTSPOT.check({"name": "x", "polygon": square(200)})[1] == []
    (asked,) = HOTSPOT.check({"name": "x", "polygon": square(260)})[1]
    assert (asked.level, asked.code) == ("ask", "hotspot-wide")


@pytest.mark.parametrize(
    "polygon",
    [
        {"type": "Point", "coordinates": [0, 0]},
        {"type": "Polygon", "coordinates": []},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [0, 0], [0, 0], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], [999, 0], [1, 1], [0, 0]]]},
        {"type": "Polygon", "coordinates": [[[0, 0], ["a", 0], [1, 1], [0, 0]]]},
        "Polygon",
    ],
)
def test_what_is_no_closed_ring_of_points_is_refused(polygon: object) -> None:
    assert findings(HOTSPOT, {"name": "x", "polygon": polygon}) == {"polygon": "field-unfit"}


def test_a_service_must_help_with_something_and_its_ages_must_not_cross() -> None:
    assert findings(SERVICE, {"name": "x", "types": []}) == {"types": "field-missing"}
    crossed = {**GOOD["service"], "min_age": 18, "max_age": 11}
    assert findings(SERVICE, crossed) == {"max_age": "ages-crossed"}


def test_nothing_about_a_person_leaves_without_consent_or_a_recorded_reason() -> None:
    full = {**GOOD["referral"], "kind_of": "full", "anonymous": None, "person": A}
    assert findings(REFERRAL, full) == {"consent": "consent-missing"}
    assert findings(REFERRAL, {**full, "consent": B}) == {}
    assert findings(REFERRAL, {**full, "override": "immediate risk; the lead agreed"}) == {}
    nobody = {**GOOD["referral"], "anonymous": None, "service_type": None}
    assert findings(REFERRAL, nobody) == {"service": "field-missing", "person": "field-missing"}


def test_a_person_card_is_made_with_a_code_that_nobody_has(randomness: object) -> None:
    assert PERSON.required == ()
    words = ["maple", "river"]
    taken: set[str] = set()
    for _ in range(150):
        taken.add(new_code(words, taken, randomness))  # type: ignore[arg-type]
    assert len(taken) == 150


def test_a_circle_of_doubles_settles_on_the_smallest_id() -> None:
    assert survivor("a", {"a": "b", "b": "c", "c": "b"}) == "b"
    assert survivor("a", {"a": "b"}) == "b"
    assert survivor("c", {"a": "c", "b": "a", "c": "b"}) == "a"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("2026-11-24T18:08:00Z", "2026-11-24T18:08:00Z"),
        ("2026-06-24T18:08:00+01:00", "2026-06-24T17:08:00Z"),
        ("2026-11-24T18:08:00.250+00:00", "2026-11-24T18:08:00.250Z"),
    ],
)
def test_moments_have_one_spelling(text: str, canonical: str) -> None:
    assert spell_moment(read_moment(text)) == canonical


@pytest.mark.parametrize(
    "text", ["", "18:08", "2026-11-24", "2026-11-24T18:08:00", "2026-13-01T00:00:00Z", 5, None]
)
def test_what_is_no_moment_with_its_zone_is_refused(text: object) -> None:
    with pytest.raises(Unfit):
        read_moment(text)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
every_field = [field for kind in KINDS.values() for field in kind.fields.values()]


@given(st.sampled_from(every_field), anything)
def test_no_value_can_make_a_field_stumble(field: Field, value: object) -> None:
    if value is None:
        return
    try:
        canonical = field.check(value)
    except Unfit:
        return
    assert field.check(json.loads(json.dumps(canonical))) == canonical
    assert isinstance(field.show(canonical), str)


@given(st.sampled_from(sorted(KINDS)), st.dictionaries(st.text(max_size=5), anything, max_size=4), st.data())
def test_no_values_can_make_a_kind_stumble(name: str, values: dict, data: st.DataObject) -> None:
    kind = KINDS[name]
    for field in kind.fields:
        if data.draw(st.booleans()):
            values[field] = data.draw(anything)
    canonical, _ = kind.check(values)
    assert set(canonical) <= set(kind.fields)
    record = Record(id="x", kind=name, author=A, made_at=0, changed_at=0, state="final", values=values)
    assert isinstance(answers(kind.shape, record), kind.shape)


def test_reading_a_record_with_an_answer_that_does_not_fit_reads_it_as_unanswered() -> None:
    values = {"headcount": "many", "depth": 2, "occurred_at": "2026-11-24T18:08:00Z"}
    record = Record(
        id="x", kind="engagement", author=A, made_at=0, changed_at=0, state="final", values=values
    )
    said = answers(Engagement, record)
    assert said.headcount is None
    assert said.depth == 2
    assert said.occurred_at is not None
    assert said.occurred_at.year == 2026


def test_words_for_a_search_come_from_texts_and_not_from_codes() -> None:
    values = {**GOOD["engagement"], "note": "warm place after six", "topics": ["housing"]}
    assert ENGAGEMENT.searched_words(values) == "warm place after six"


def test_lists_and_counts_have_one_order_and_no_zeros() -> None:
    topics = ENGAGEMENT.fields["topics"]
    assert isinstance(topics, Choices)
    assert topics.check(["housing", "school_college", "housing"]) == ["school_college", "housing"]
    ages = ENGAGEMENT.fields["ages"]
    assert ages.check({"16_17": 1, "13_15": 3, "u13": 0}) == {"13_15": 3, "16_17": 1}
    outcome = ENGAGEMENT.fields["recorded_outcome"]
    assert isinstance(outcome, Rows)
    with pytest.raises(Unfit, match="Where they started is needed"):
        outcome.check([{"gain": "a place at college"}])


def test_a_text_beyond_its_length_or_with_a_broken_character_is_refused() -> None:
    note = ENGAGEMENT.fields["note"]
    assert isinstance(note, Text)
    assert note.check("x" * 20_000)
    for bad in ("x" * 20_001, "\x00", "\ud800"):
        with pytest.raises(Unfit):
            note.check(bad)


def test_an_unknown_kind_is_a_trouble_that_lists_the_kinds() -> None:
    with pytest.raises(Trouble) as caught:
        kind_named("lantern")
    assert "engagement" in caught.value.line
