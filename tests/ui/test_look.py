"""Colours that can be read, sizes that grow, a look that changes while the program runs."""

from __future__ import annotations

import re
import tomllib

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from outreach_app import resources
from outreach_app.ui.look import Look, Step, Theme, Wearing
from outreach_app.ui.parts.button import Button
from outreach_app.ui.parts.pill import Ribbon

TOKENS = tomllib.loads(resources.text("look", "tokens.toml"))
THEMES = ["light", "dark", "high-contrast"]


def luminance(code: str) -> float:
    """Relative luminance, WCAG 2.2."""
    parts = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("kind", "least"), [("text", 4.5), ("parts", 3.0)])
def test_every_pair_that_is_used_can_be_told_apart(theme: str, kind: str, least: float) -> None:
    colours = TOKENS[theme]
    weak = {
        (front, back): round(contrast(colours[front], colours[back]), 2)
        for front, back in TOKENS["pairs"][kind]
        if contrast(colours[front], colours[back]) < least
    }
    assert not weak


def test_the_three_looks_name_the_same_colours() -> None:
    assert set(TOKENS["light"]) == set(TOKENS["dark"]) == set(TOKENS["high-contrast"])


def test_the_style_sheet_writes_no_colour_of_its_own() -> None:
    assert not re.findall(r"#[0-9A-Fa-f]{3,8}\b|rgba?\(", resources.text("look", "window.qss"))


def test_changing_the_theme_repaints_what_is_on_screen(qtbot, look: Look) -> None:
    ribbon = Ribbon()
    qtbot.addWidget(ribbon)
    ribbon.show()
    light = ribbon.grab().toImage().pixelColor(5, 5).name()
    look.wear(Wearing(Theme.DARK, is_still=True))
    QApplication.processEvents()
    assert light == TOKENS["light"]["waiting_soft"].lower()
    assert ribbon.grab().toImage().pixelColor(5, 5).name() == TOKENS["dark"]["waiting_soft"].lower()
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == TOKENS["dark"]["ground"].lower()


def test_text_at_200_percent_is_twice_as_large_and_buttons_make_room(qtbot, look: Look) -> None:
    button = Button("Log engagement", name="log", keys="Ctrl+E")
    qtbot.addWidget(button)
    small = button.sizeHint()
    once = look.text_px(Step.BODY)
    look.wear(Wearing(Theme.LIGHT, text_percent=200, is_still=True))
    assert look.text_px(Step.BODY) == 2 * once
    assert button.sizeHint().width() > 1.6 * small.width()
    assert button.sizeHint().height() > small.height()


def test_touch_makes_targets_of_44_pixels(qtbot, look: Look) -> None:
    look.wear(Wearing(Theme.LIGHT, is_touch=True))
    button = Button("Leave", name="leave")
    qtbot.addWidget(button)
    assert button.sizeHint().height() >= 44


def test_still_means_no_motion(look: Look) -> None:
    assert look.motion_ms == 0
    look.wear(Wearing(Theme.LIGHT))
    assert 0 < look.motion_ms <= 150
