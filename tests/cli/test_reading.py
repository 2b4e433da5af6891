"""Files as the verbs take them: every way in which they can be wrong is told apart, with its line."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.cli import directory, geojson, reading
from outreach_app.domain.trouble import Trouble


def objects(text: str | bytes) -> list[reading.Numbered]:
    return reading.records("-", io.BytesIO(text if isinstance(text, bytes) else text.encode()))


def refusal(text: str | bytes) -> tuple[str, object]:
    with pytest.raises(Trouble) as caught:
        objects(text)
    return caught.value.code, caught.value.facts.get("line")


def test_one_object_over_many_lines_is_one_object():
    assert objects('{\n  "a": 1,\n  "b": [2,\n 3]\n}\n') == [reading.Numbered(1, {"a": 1, "b": [2, 3]})]


def test_json_lines_keep_the_line_numbers_of_the_editor():
    assert objects('\ufeff{"a": 1}\r\n\r\n{"a": 2}\r\n') == [
        reading.Numbered(1, {"a": 1}),
        reading.Numbered(3, {"a": 2}),
    ]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("", "file-empty", None),
        ("\ufeff \n\n", "file-empty", None),
        ('{"a": 1', "json-malformed", 1),
        ('{"a": 1}\n{"a": }\n', "json-malformed", 2),
        ('{\n  "a": 1,\n}\n', "json-malformed", 3),
        ('{"a": 1} {"a": 2}', "json-malformed", 1),
        ("{'a': 1}", "json-malformed", 1),
        ('[{"a": 1}]', "json-array", 1),
        ('[\n{"a": 1}\n]', "json-array", 1),
        ('{"a": 1}\n[]', "json-array", 2),
        ('"a"', "json-not-object", 1),
        ('{"a": 1}\n\n7', "json-not-object", 3),
        ('{"a": 1, "a": 2}', "json-key-twice", 1),
        ('{"a": 1}\n{"b": {"c": 1, "c": 1}}', "json-key-twice", 2),
        ('{"a": NaN}', "json-not-number", 1),
        ('{"a": 1}\n{"a": -Infinity}', "json-not-number", 2),
        ("[" * 100_000, "json-unreasonable", 1),
        ('{"a": ' + "9" * 10_000 + "}", "json-unreasonable", 1),
        (b'{"a": 1}\n{"a": "\xff"}', "file-not-text", 2),
        ('{"a": 1}'.encode("utf-16"), "file-not-text", 1),
    ],
)
def test_what_is_not_json_is_told_apart_and_placed(text: str | bytes, code: str, line: int | None):
    assert refusal(text) == (code, line)


def test_a_file_without_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reading, "LARGEST_FILE", 1000)
    assert refusal(b" " * 1001)[0] == "file-large"


@pytest.mark.parametrize("name", ["not/there.json", "bad\0name"])
def test_a_file_that_is_not_there_is_named(name: str):
    with pytest.raises(Trouble) as caught:
        reading.records(name, None)
    assert caught.value.code in ("file-missing", "file-unreadable")
    assert caught.value.facts["file"] == name


def test_a_folder_is_not_a_file(tmp_path):
    with pytest.raises(Trouble, match="file-unreadable"):
        reading.records(str(tmp_path), None)


@given(
    st.lists(
        st.dictionaries(
            st.text(),
            st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), st.text()),
            min_size=1,
        ),
        min_size=1,
    )
)
def test_json_lines_come_back_as_they_went_in(many: list[dict[str, object]]):
    text = "\n".join(json.dumps(one) for one in many)
    assert [one.values for one in objects(text)] == many


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_with_words(taken: bytes):
    refused = None
    try:
        objects(taken)
    except Trouble as trouble:
        refused = trouble
    assert refused is None or refused.line.startswith(refused.code)


@pytest.mark.parametrize(
    ("given_text", "meant"),
    [("3", 3), ('"3"', "3"), ("null", None), ("[1]", [1]), ("plain words", "plain words"), ("NaN", "NaN")],
)
def test_a_value_on_the_command_line_is_json_or_itself(given_text: str, meant: object):
    assert reading.document_or_text(given_text) == meant


# ------------------------------------------------------------------------------------------------ GeoJSON

SQUARE = [[[-1.13, 52.63], [-1.129, 52.63], [-1.129, 52.631], [-1.13, 52.631], [-1.13, 52.63]]]


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_features_become_answers_of_hotspots():
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        "features": [
            feature({"type": "Polygon", "coordinates": SQUARE}, Name="Clock Tower", CODE=7, colour="red"),
            feature({"type": "MultiPolygon", "coordinates": [SQUARE]}, title="Haymarket", code=None),
        ],
    }
    polygon = {"type": "Polygon", "coordinates": SQUARE}
    assert geojson.hotspots(document) == [
        {"name": "Clock Tower", "code": "7", "polygon": polygon},
        {"name": "Haymarket", "polygon": polygon},
    ]


def test_one_feature_alone_is_enough():
    assert len(geojson.hotspots(feature({"type": "Polygon", "coordinates": SQUARE}, name="A"))) == 1


@pytest.mark.parametrize(
    ("document", "code", "row"),
    [
        (7, "geojson-unreadable", None),
        ({"type": "Topology"}, "geojson-unreadable", None),
        ({"type": "FeatureCollection", "features": {}}, "geojson-unreadable", None),
        ({"type": "FeatureCollection", "features": [7]}, "geojson-unreadable", None),
        ({"type": "FeatureCollection", "features": []}, "geojson-empty", None),
        ({"type": "Polygon", "coordinates": SQUARE}, "geojson-nameless", 1),
        (feature({"type": "Polygon", "coordinates": SQUARE}), "geojson-nameless", 1),
        (feature({"type": "Point", "coordinates": [0, 0]}, name="A"), "geojson-not-polygon", 1),
        (
            feature({"type": "MultiPolygon", "coordinates": [SQUARE, SQUARE]}, name="A"),
            "geojson-not-polygon",
            1,
        ),
        (feature(None, name="A"), "geojson-not-polygon", 1),
        (
            {"type": "FeatureCollection", "crs": {"properties": {"name": "EPSG:27700"}}, "features": []},
            "geojson-other-grid",
            None,
        ),
    ],
)
def test_what_is_not_a_map_of_areas_is_told_apart(document: object, code: str, row: int | None):
    with pytest.raises(Trouble) as caught:
        geojson.hotspots(document)
    assert (caught.value.code, caught.value.facts.get("row")) == (code, row)


# ---------------------------------------------------------------------------------------------------- CSV


def test_a_spreadsheet_of_services_is_read_as_its_author_meant_it():
    text = (
        "Service Name;Type;Telephone;Minimum_Age;Status;\r\n"
        '"Club; the ""Lantern""";Youth club, activities|housing;0116 496 0101;11;Open;\r\n'
        ";;;;;\r\n"
        '"Two\r\nlines";"Doctor, dentist; mental_health, housing";;;;\r\n'
    )
    assert directory.services(text) == [
        directory.Row(
            2,
            {
                "name": 'Club; the "Lantern"',
                "types": ["youth_club_activity", "housing"],
                "phone": "0116 496 0101",
                "min_age": 11,
                "status": "active",
            },
        ),
        directory.Row(4, {"name": "Two\r\nlines", "types": ["gp_dental", "mental_health", "housing"]}),
    ]


@pytest.mark.parametrize(
    ("text", "code", "facts"),
    [
        ("", "csv-empty", {}),
        ("name,types\n", "csv-empty", {}),
        ("name,phone\nA,1\n", "csv-columns-missing", {"columns": "types"}),
        ("phone\n1\n", "csv-columns-missing", {"columns": "name, types"}),
        ("name,types,wheels\nA,housing,4\n", "csv-column-unknown", {"column": 3}),
        ("name,types,service\nA,housing,B\n", "csv-column-twice", {"field": "name"}),
        ("name,types\nA,housing,more\n", "csv-row-long", {"row": 2, "columns": 2}),
        ('name,types\n"A,housing\n', "csv-unreadable", {"row": 2}),
        ('name,types\n"A"b,housing\n', "csv-unreadable", {"row": 2}),
    ],
)
def test_a_spreadsheet_that_cannot_be_meant_is_told_apart(text: str, code: str, facts: dict[str, object]):
    with pytest.raises(Trouble) as caught:
        directory.services(text)
    assert caught.value.code == code
    assert facts.items() <= caught.value.facts.items()
