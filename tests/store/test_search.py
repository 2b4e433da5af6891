"""Finding records by their words, whatever is typed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.store import database, oplog
from outreach_app.store.search import search


@pytest.fixture
def said(db, hand):
    """A person, a service, and what was said about school on two days; one of them void."""
    said = {
        "person": hand.begins("person", code="Maple-14", hint="Red coat, school bag"),
        "service": hand.begins("service", name="École de musique", types=["education"]),
        "old": hand.engagement(note="School tomorrow; the café on Łódź Street. O'Neill's bench"),
        "new": hand.engagement(note="A schoolmate of Maple-14 wants a quieter place", view_tag="school"),
        "void": hand.engagement(note="school, typed twice"),
        "newest": hand.engagement(note="مرحبا مدرسة 学校へ行く 🙂"),
    }
    oplog.add_own(db, list(said.values()))
    oplog.add_own(db, [hand.amends(said["void"], over={}, voided="typed twice")])
    return {name: held.op.record for name, held in said.items()}


def found(db, said, text: str, **more) -> list[str]:
    names = {record: name for name, record in said.items()}
    return [names[hit.record.id] for hit in search(db, text, **more)]


def test_names_come_first_then_the_newest_and_void_ones_last(db, said) -> None:
    assert found(db, said, "school") == ["person", "new", "old", "void"]
    assert search(db, "school")[-1].record.state == "voided"
    assert found(db, said, "school", limit=2) == ["person", "new"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("maple-14", ["person", "new"]),
        ("MAPLE 14", ["person", "new"]),
        ("map", ["person", "new"]),
        ("ecole", ["service"]),
        ("École", ["service"]),
        ("E\u0301cole", ["service"]),
        ("cafe lodz", []),
        ("cafe Łódź", ["old"]),
        ("o'neill", ["old"]),
        ("quiet place", ["new"]),
        ("place quiet", ["new"]),
        ("quiet nowhere", []),
        ("مدرسة", ["newest"]),
        ("学校", ["newest"]),
        ("", []),
        ("  ", []),
        ("🙂", []),
    ],
)
def test_each_typed_word_is_the_beginning_of_a_word(db, said, text: str, names: list[str]) -> None:
    assert found(db, said, text) == names


@pytest.mark.parametrize(
    "text",
    ['"school"', "school*", "school AND NOT", "name:school", "(school", "school OR", "^school", "-school",
     "school'; drop table op; --", "{name} : school", "NEAR(school)", "\0school", "school\ud800"],
)  # fmt: skip
def test_quotes_and_operators_are_ordinary_characters(db, said, text: str) -> None:
    assert set(found(db, said, text)) <= {"person", "new", "old", "void"}


@pytest.fixture(scope="module")
def crowded(tmp_path_factory, empty_file: Path, key: bytes, hands):
    path = tmp_path_factory.mktemp("crowded") / "records.db"
    shutil.copy(empty_file, path)
    db = database.open_(path, key)
    hand = hands()
    oplog.add_own(db, [hand.engagement(note=f"note {chr(0x41 + n)}ß {n}") for n in range(26)])
    yield db
    db.close()


@given(text=st.text())
def test_any_text_at_all_may_be_typed(crowded, text: str) -> None:
    for hit in search(crowded, text):
        assert hit.snippet


@given(words=st.lists(st.text(min_size=1), min_size=1, max_size=5))
def test_a_snippet_is_the_text_with_brackets_around_what_was_typed(crowded, hands, words) -> None:
    for hit in search(crowded, "note " + " ".join(words)):
        assert hit.snippet.replace("[", "").replace("]", "") in hit.record.values["note"]


def test_a_snippet_shows_what_was_found_with_its_neighbours(db, hand) -> None:
    note = "long before " * 20 + "the Straße lamps are out " + "and after " * 20
    oplog.add_own(db, [hand.engagement(note=note)])
    (hit,) = search(db, "strasse") or search(db, "straße")
    assert "the [Straße] lamps" in hit.snippet
    assert hit.snippet.startswith("…")
    assert hit.snippet.endswith("…")
    assert len(hit.snippet) < 110


def test_words_that_were_taken_out_are_found_no_more(db, hand) -> None:
    first = hand.engagement(note="a name by mistake")
    oplog.add_own(db, [first])
    oplog.add_own(db, [hand.amends(first, note="somebody")])
    assert search(db, "mistake") == []
    assert [hit.snippet for hit in search(db, "some")] == ["[somebody]"]
