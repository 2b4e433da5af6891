"""How many of each: a row of counts under their words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from outreach_app.ui.look import Space
from outreach_app.ui.parts.choice import Choice
from outreach_app.ui.parts.flow import Flow
from outreach_app.ui.parts.stepper import Stepper
from outreach_app.ui.parts.text import Text


class CountMap(QWidget):
    """A count for each of `choices`. With a total it says how many are not recorded, or too many.

    `changed(dict code -> count)` is emitted for what a person did; zeros are left out.
    """

    changed = Signal(dict)

    def __init__(
        self, choices: Sequence[Choice], *, name: str, label: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(label)
        self._total: int | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(Space.TIGHT)
        flow = Flow(gap=Space.MEDIUM, line_gap=Space.SMALL)
        outer.addLayout(flow)
        self.steppers: dict[str, Stepper] = {}
        for choice in choices:
            cell = QWidget(self)
            column = QVBoxLayout(cell)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(Space.TIGHT)
            words = Text(choice.words, "quiet")
            stepper = Stepper(name=f"{name}-{choice.code}", label=f"{label}: {choice.words}")
            words.setBuddy(stepper)
            stepper.changed.connect(self._on_stepper_changed)
            column.addWidget(words)
            column.addWidget(stepper)
            flow.addWidget(cell)
            self.steppers[choice.code] = stepper
        self._rest = Text("", "small")
        self._rest.setObjectName(f"{name}-rest")
        outer.addWidget(self._rest)
        self._rest.hide()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        if self.steppers:
            self.setFocusProxy(next(iter(self.steppers.values())))

    def value(self) -> dict[str, int]:
        """Counts above zero."""
        return {code: stepper.value() for code, stepper in self.steppers.items() if stepper.value()}

    def set_value(self, counts: Mapping[str, int]) -> None:
        """Show counts without telling anybody."""
        for code, stepper in self.steppers.items():
            stepper.set_value(counts.get(code, 0))
        self._say_rest()

    def set_total(self, total: int | None) -> None:
        """The headcount these are counted against."""
        self._total = total
        self._say_rest()

    @property
    def is_too_many(self) -> bool:
        """Whether more are counted than there were."""
        return self._total is not None and sum(self.value().values()) > self._total

    def _say_rest(self) -> None:
        counted = sum(self.value().values())
        if self._total is None or not counted:
            self._rest.hide()
            return
        rest = self._total - counted
        if rest < 0:
            words = (
                self.tr("%1 counted, but %2 in all")
                .replace("%1", str(counted))
                .replace("%2", str(self._total))
            )
        elif rest:
            words = self.tr("%1 not recorded").replace("%1", str(rest))
        else:
            words = self.tr("everybody counted")
        self._rest.setText(words)
        self._rest.set_kind("danger" if rest < 0 else "small")
        self._rest.show()

    @Slot()
    def _on_stepper_changed(self) -> None:
        self._say_rest()
        self.changed.emit(self.value())
