"""How everything looks: one `Look` worn by the application, read by every part.

A screen never writes a colour, a size or a font. It asks::

    from outreach_app.ui.look import Space, Step, worn

    layout.setSpacing(Space.MEDIUM)
    painter.setPen(worn().colour("ink_soft"))
    painter.setFont(worn().font(Step.HEADING, bold=True))

and puts words in a `QLabel` whose property `kind` is one of `display`, `title`, `lead`, `strong`,
`quiet`, `small`, `safe`, `waiting`, `danger` (see `parts.text.Text`). `resources/look/tokens.toml` holds the
colours, `resources/look/window.qss` what a palette cannot say. `Look.wear` changes theme, text size,
touch and spacing while the program runs; every widget gets Qt's own change events, and `Look.changed`
tells those who keep pixels.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache
from string import Template
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QFontMetrics, QFontMetricsF, QPalette
from PySide6.QtWidgets import QApplication, QStyleFactory, QWidget

from outreach_app import resources
from outreach_app.domain.trouble import Bug


class Theme(StrEnum):
    """Which colours; SYSTEM follows the desktop between light and dark."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "high-contrast"


class Step(IntEnum):
    """The type scale, in the pixels it has at 100 % with a font of ordinary x-height."""

    SMALL = 12
    BODY = 14
    LEAD = 16
    HEADING = 20
    DISPLAY = 28


class Space(IntEnum):
    """The only distances between things, in pixels. They do not grow with the text: small screens matter."""

    TIGHT = 4
    SMALL = 8
    MEDIUM = 12
    LARGE = 16
    WIDE = 24


@dataclass(frozen=True)
class Wearing:
    """What a person chose in Settings."""

    theme: Theme = Theme.SYSTEM
    text_percent: int = 100
    is_touch: bool = False
    is_roomy: bool = False
    """More space between letters and words, for dyslexic readers."""
    is_still: bool = False
    """No motion at all."""


RADIUS: Final = 6
"""The one corner."""

_X_HEIGHT: Final = 7.6
"""Pixels of x-height that body text has at 100 %: what Inter has at 14 px. Fonts that draw small letters
smaller (Segoe UI) are set larger, so that the scale means the same to the eye on every platform."""

_BODY_RANGE: Final = (13.0, 16.0)
_FALLBACKS: Final = ("Inter", "Noto Sans", "DejaVu Sans")


@cache
def _tokens() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.text("look", "tokens.toml"))


class Look(QObject):
    """The application's colours, fonts and sizes; made once by `application`."""

    changed = Signal()

    def __init__(self, application: QApplication, wearing: Wearing | None = None) -> None:
        super().__init__(application)
        self._application = application
        self._family = _platform_family()
        self._wearing = wearing or Wearing()
        self._colours: dict[str, QColor] = {}
        self._fonts: dict[tuple[Step, bool], QFont] = {}
        application.setStyle(QStyleFactory.create("Fusion"))
        application.setEffectEnabled(Qt.UIEffect.UI_AnimateCombo, False)
        _put_on(self)
        self.wear(self._wearing)
        application.styleHints().colorSchemeChanged.connect(self._on_desktop_scheme_changed)

    # ---------------------------------------------------------------------------------------- wear

    @property
    def wearing(self) -> Wearing:
        """What is worn now."""
        return self._wearing

    def wear(self, wearing: Wearing) -> None:
        """Change everything on screen, at once."""
        self._wearing = wearing
        hints = self._application.styleHints()
        asked = {
            Theme.SYSTEM: Qt.ColorScheme.Unknown,
            Theme.LIGHT: Qt.ColorScheme.Light,
        }.get(wearing.theme, Qt.ColorScheme.Dark)
        hints.setColorScheme(asked)  # the title bar is the desktop's; it follows this
        self._dress()

    @Slot()
    def _on_desktop_scheme_changed(self) -> None:
        if self._wearing.theme is Theme.SYSTEM:
            self._dress()

    def _dress(self) -> None:
        self._colours = {name: QColor(code) for name, code in _tokens()[self.theme].items()}
        self._fonts = {}
        body = self.font(Step.BODY)
        self._control_height = max(44 if self._wearing.is_touch else 32, QFontMetrics(body).height() + 14)
        palette, sheet = self._palette(), self._sheet()
        if palette != self._application.palette():  # each of these visits every widget there is
            self._application.setPalette(palette)
        if body != self._application.font():
            self._application.setFont(body)
        if sheet != self._application.styleSheet():
            self._application.setStyleSheet(sheet)
        self.changed.emit()

    # ------------------------------------------------------------------------------------- colours

    @property
    def theme(self) -> Theme:
        """The theme in use: never SYSTEM."""
        if self._wearing.theme is not Theme.SYSTEM:
            return self._wearing.theme
        is_dark = self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark
        return Theme.DARK if is_dark else Theme.LIGHT

    def colour(self, token: str) -> QColor:
        """The colour called `token` in tokens.toml; KeyError is a bug of the caller."""
        return self._colours[token]

    def thinned(self, token: str, percent: int) -> QColor:
        """That colour, `percent` opaque: for veils, shadows and things that are switched off."""
        thin = QColor(self._colours[token])
        thin.setAlphaF(percent / 100)
        return thin

    def _palette(self) -> QPalette:
        palette = QPalette()
        role = QPalette.ColorRole
        for name, token in (
            (role.Window, "ground"),
            (role.WindowText, "ink"),
            (role.Base, "surface"),
            (role.AlternateBase, "well"),
            (role.Text, "ink"),
            (role.Button, "surface"),
            (role.ButtonText, "ink"),
            (role.BrightText, "danger"),
            (role.Highlight, "accent"),
            (role.HighlightedText, "on_accent"),
            (role.Accent, "accent"),
            (role.Link, "accent"),
            (role.LinkVisited, "accent"),
            (role.PlaceholderText, "ink_faint"),
            (role.ToolTipBase, "ink"),
            (role.ToolTipText, "surface"),
            (role.Light, "surface"),
            (role.Midlight, "line"),
            (role.Mid, "line"),
            (role.Dark, "outline"),
            (role.Shadow, "shade"),
        ):
            palette.setColor(name, self.colour(token))
        faded = self.thinned("ink", 45)
        for name in (role.WindowText, role.Text, role.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, name, faded)
        return palette

    # --------------------------------------------------------------------------------------- sizes

    def font(self, step: Step = Step.BODY, *, bold: bool = False) -> QFont:
        """The platform's own font at a step of the scale."""
        kept = self._fonts.get((step, bold))
        if kept is None:
            kept = QFont([self._family, *_FALLBACKS])
            kept.setPixelSize(self.text_px(step))
            kept.setWeight(QFont.Weight.DemiBold if bold else QFont.Weight.Normal)
            if self._wearing.is_roomy:
                kept.setLetterSpacing(QFont.SpacingType.PercentageSpacing, 107)
                kept.setWordSpacing(0.16 * kept.pixelSize())
            self._fonts[step, bold] = kept
        return kept

    def text_px(self, step: Step) -> int:
        """Pixels of a step, for this font and this person's text size."""
        return round(_body_px(self._family) * step / Step.BODY * self._wearing.text_percent / 100)

    def scaled(self, px: float) -> int:
        """A length that belongs to text (an icon, a column of figures) at this person's text size."""
        return round(px * self._wearing.text_percent / 100)

    @property
    def control_height(self) -> int:
        """Buttons, fields, segments: at least 32 px, 44 for fingers, and always room for the text."""
        return self._control_height

    @property
    def row_height(self) -> int:
        """One line of a list."""
        return self._control_height + 6

    @property
    def motion_ms(self) -> int:
        """How long a movement may take; 0 means none."""
        return 0 if self._wearing.is_still else 120

    def _sheet(self) -> str:
        facts: dict[str, object] = {name: colour.name() for name, colour in self._colours.items()}
        facts.update({step.name.lower() + "_px": self.text_px(step) for step in Step})
        facts["inner"] = self._control_height - 2  # a border takes one pixel above and one below
        facts["inner_focused"] = self._control_height - 4
        facts["radius"] = RADIUS
        facts["bar"] = 14 if self._wearing.is_touch else 10
        facts["faded"] = _over(self.thinned("ink", 50), self.colour("surface")).name()
        return Template(resources.text("look", "window.qss")).substitute(facts)


def _over(front: QColor, back: QColor) -> QColor:
    share = front.alphaF()
    return QColor(
        round(share * front.red() + (1 - share) * back.red()),
        round(share * front.green() + (1 - share) * back.green()),
        round(share * front.blue() + (1 - share) * back.blue()),
    )


def _platform_family() -> str:
    """The desktop's own font. DejaVu means that no desktop has chosen one: then the best that is here."""
    own = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    family = QFontInfo(own).family()
    families = QFontDatabase.families()
    if family in families and family != _FALLBACKS[-1]:
        return family
    return next((name for name in _FALLBACKS if name in families), family)


@cache
def _body_px(family: str) -> float:
    font = QFont(family)
    font.setPixelSize(100)
    share = QFontMetricsF(font).xHeight() / 100
    smallest, largest = _BODY_RANGE
    return min(largest, max(smallest, round(_X_HEIGHT / share))) if share else float(Step.BODY)


_worn: list[Look] = []


def _put_on(look: Look) -> None:
    _worn[:] = [look]


def worn() -> Look:
    """The look of this application. There is one, as there is one style and one palette."""
    if not _worn:
        raise Bug("a part was made before the application had a look")
    return _worn[0]


def restyle(widget: QWidget) -> None:
    """Read the style sheet again for one widget, after a property it selects on has changed."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()
