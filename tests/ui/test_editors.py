"""From a declaration to a control and back: no answer is lost, none is invented."""

from __future__ import annotations

from typing import Any

import pytest
from fakes.clock import Clock
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from outreach_app.domain import codes, field
from outreach_app.domain.codes import Code, CodeList
from outreach_app.domain.kinds import KINDS
from outreach_app.ui.editors import Editor, Setting, has_editor, make_editor
from outreach_app.ui.forms import Form
from outreach_app.ui.look import Look
from outreach_app.ui.parts.choice import Choice

ONE, TWO, STRANGER = ("0" * 31 + "1", "0" * 31 + "2", "0" * 31 + "9")
FIELDS = {
    f"{kind.name}.{name}": declared
    for kind in KINDS.values()
    for name, declared in kind.fields.items()
    if has_editor(declared)
}


@pytest.fixture
def setting(look: Look) -> Setting:
    targets = (
        "member",
        "hotspot",
        "service",
        "person",
        "shift",
        "visit",
        "engagement",
        "referral",
        "consent",
    )
    return Setting(Clock(), {to: [Choice(ONE, "First"), Choice(TWO, "Second")] for to in targets})


def answer_for(declared: field.Field) -> Any:
    """Some answer that fits."""
    match declared:
        case field.Text():
            return "Words"
        case field.Number():
            return declared.most
        case field.Decimal():
            return 2.5
        case field.Yes():
            return True
        case field.Moment():
            return "2026-11-24T18:05:00Z"
        case field.Day():
            return "2026-11-24"
        case field.Choice():
            return declared.values[-1]
        case field.Choices():
            return list(declared.codes.values[:2])
        case field.Counts():
            return {str(declared.codes.values[0]): 2}
        case field.Ref() | field.MemberOr():
            return ONE
        case field.Refs():
            return [TWO, ONE]
        case field.Rows():
            return [{name: answer_for(column) for name, column in declared.columns}]
    raise AssertionError(declared)


def test_every_field_that_people_answer_has_an_editor_except_a_drawing() -> None:
    without = {
        declared.editor
        for kind in KINDS.values()
        for declared in kind.fields.values()
        if not has_editor(declared)
    }
    assert without == {field.Polygon.editor, "none"}


@pytest.mark.parametrize("name", FIELDS)
def test_an_answer_shown_is_the_answer_given_back(setting: Setting, qtbot, name: str) -> None:
    declared = FIELDS[name]
    editor = make_editor(declared, "it", setting)
    qtbot.addWidget(editor.part)
    assert editor.value() is None
    answer = answer_for(declared)
    editor.set_value(answer)
    assert editor.value() == answer
    assert declared.check(editor.value()) == answer
    editor.set_value(None)
    assert editor.value() is None or (editor.value() is False and isinstance(declared, field.Yes))


def shown(editor: Editor, qtbot) -> QWidget:
    qtbot.addWidget(editor.part)
    editor.part.show()
    editor.part.activateWindow()
    qtbot.waitUntil(editor.part.isActiveWindow)
    editor.part.setFocus()
    return editor.part


def test_a_nought_nobody_gave_is_no_answer_and_one_that_was_given_is(setting: Setting, qtbot) -> None:
    editor = make_editor(field.Number("Breaks", most=360), "breaks", setting)
    shown(editor, qtbot)
    assert editor.value() is None
    QTest.keyClicks(QApplication.focusWidget(), "5")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Backspace)
    QTest.keyClicks(QApplication.focusWidget(), "0")
    assert editor.value() == 0


def test_a_code_that_is_retired_stays_with_the_record_that_has_it(setting: Setting, qtbot) -> None:
    some = CodeList("some", (Code("old", "Old", is_retired=True), Code("new", "New"), Code("third", "Third")))
    chips = make_editor(field.Choices("Some", codes=some), "chips", setting)
    choice = make_editor(field.Choice("Some", codes=some), "choice", setting)
    for editor in (chips, choice):
        qtbot.addWidget(editor.part)
    chips.set_value(["old", "third"])
    choice.set_value("old")
    assert chips.value() == ["old", "third"]
    assert choice.value() == "old"


def test_a_record_that_has_not_arrived_stays_referred_to(setting: Setting, qtbot) -> None:
    one = make_editor(field.Ref("Hotspot", to="hotspot"), "one", setting)
    some = make_editor(field.Refs("Workers", to="member"), "some", setting)
    for editor in (one, some):
        qtbot.addWidget(editor.part)
    one.set_value(STRANGER)
    some.set_value([STRANGER, TWO])
    assert one.value() == STRANGER
    assert some.value() == [STRANGER, TWO]


def test_the_wall_clock_of_summer_and_winter_comes_back_as_the_same_moment(setting: Setting, qtbot) -> None:
    editor = make_editor(field.Moment("When", required=True), "when", setting)
    part = shown(editor, qtbot)
    editor.set_value("2026-07-14T18:05:33Z")
    assert part.clock.text().startswith("19:05")
    assert editor.value() == "2026-07-14T18:05:33Z"
    QTest.keyClicks(QApplication.focusWidget(), "2010")
    assert editor.value() == "2026-07-14T19:10:00Z"


def test_a_wrong_hour_is_typed_again_after_going_back_by_arrow_or_by_tab(setting: Setting, qtbot) -> None:
    editor = make_editor(field.Moment("When", required=True), "when", setting)
    part = shown(editor, qtbot)
    editor.set_value("2026-11-24T18:05:00Z")
    QTest.keyClicks(QApplication.focusWidget(), "2010")
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    QTest.keyClicks(QApplication.focusWidget(), "1915")
    assert editor.value() == "2026-11-24T19:15:00Z"
    part.clock.clearFocus()
    part.clock.setFocus(Qt.FocusReason.BacktabFocusReason)
    QTest.keyClicks(QApplication.focusWidget(), "1620")
    assert editor.value() == "2026-11-24T16:20:00Z"


def test_a_time_that_may_be_missing_is_set_and_taken_back(setting: Setting, qtbot) -> None:
    editor = make_editor(field.Moment("Left"), "left", setting)
    part = shown(editor, qtbot)
    assert editor.value() is None
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert editor.value() == "2026-11-24T14:00:00Z"
    part._empty.click()
    assert editor.value() is None


def test_rows_are_added_filled_and_taken_away_by_keyboard(setting: Setting, qtbot) -> None:
    declared = field.Rows("Not reached", columns=(("why", field.Text("Why", required=True)),))
    editor = make_editor(declared, "rows", setting)
    shown(editor, qtbot)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    QTest.keyClicks(QApplication.focusWidget(), "rain")
    assert editor.value() == [{"why": "rain"}]
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    assert editor.value() is None


def test_what_is_not_a_number_is_told_by_the_rules_and_not_swallowed(setting: Setting, qtbot) -> None:
    declared = field.Decimal("Weight")
    editor = make_editor(declared, "weight", setting)
    shown(editor, qtbot)
    QTest.keyClicks(QApplication.focusWidget(), "2,5")
    assert editor.value() == 2.5
    QTest.keyClicks(QApplication.focusWidget(), "x")
    with pytest.raises(field.Unfit):
        declared.check(editor.value())


def test_a_form_keeps_answers_to_fields_it_does_not_ask(setting: Setting, qtbot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    form = Form(KINDS["engagement"], setting, holder, name="it", without={"same_as"})
    form.set_values({"headcount": 3, "same_as": ONE})
    assert form.values() == {"headcount": 3, "same_as": ONE}
    for name in form.rest(()):
        form.field(name).setParent(holder)


def test_words_of_a_code_list_have_letters_only_where_the_list_gives_them(setting: Setting, qtbot) -> None:
    topics = make_editor(field.Choices("What about", codes=codes.TOPICS), "topics", setting)
    given = make_editor(field.Choices("What we gave", codes=codes.GIVEN), "given", setting)
    for editor in (topics, given):
        qtbot.addWidget(editor.part)
    assert all(chip.choice.letter for chip in topics.part.chips)
    assert not any(chip.choice.letter for chip in given.part.chips)
