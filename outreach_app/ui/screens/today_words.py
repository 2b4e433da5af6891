"""How Today speaks of times, spans and counts."""

from __future__ import annotations

from datetime import date, datetime

from PySide6.QtCore import QCoreApplication

from outreach_app.ui.editors import Setting


def clock(setting: Setting, moment: datetime) -> str:
    """A moment as the wall clock shows it: "18:02"."""
    return f"{setting.on_wall(moment):%H:%M}"


def span(minutes: int) -> str:
    """How long: "9 minutes", "2 h 05"."""
    if minutes == 1:
        return QCoreApplication.translate("Today", "1 minute")
    if minutes < 60:
        return QCoreApplication.translate("Today", "%1 minutes").replace("%1", str(minutes))
    words = QCoreApplication.translate("Today", "%1 h %2")
    return words.replace("%1", str(minutes // 60)).replace("%2", f"{minutes % 60:02}")


def ago(minutes: int) -> str:
    """How long ago, shortly: "31 min ago", "4 h ago"."""
    if minutes < 1:
        return QCoreApplication.translate("Today", "just now")
    if minutes < 60:
        return QCoreApplication.translate("Today", "%1 min ago").replace("%1", str(minutes))
    return QCoreApplication.translate("Today", "%1 h ago").replace("%1", str(minutes // 60))


def minutes_between(start: datetime, end: datetime) -> int:
    """Whole minutes, never fewer than none."""
    return max(0, int((end - start).total_seconds() // 60))


def day(on: date, today: date) -> str:
    """A day as people say it: "today", "yesterday", "Fri 20 Nov"."""
    match (today - on).days:
        case 0:
            return QCoreApplication.translate("Today", "today")
        case 1:
            return QCoreApplication.translate("Today", "yesterday")
        case -1:
            return QCoreApplication.translate("Today", "tomorrow")
    return f"{on:%a} {on.day} {on:%b}"


def long_day(on: date) -> str:
    """A day in full: "Tuesday 24 November"."""
    return f"{on:%A} {on.day} {on:%B}"


def count(number: int, one: str, many: str) -> str:
    """`one` or `many`, with the number in place of "%1"."""
    return (one if number == 1 else many).replace("%1", f"{number:,}")


def names(people: tuple[str, ...]) -> str:
    """ "Sam", "Sam and Lee", "Sam, Kim and Lee"."""
    if len(people) < 2:
        return "".join(people)
    words = QCoreApplication.translate("Today", "%1 and %2")
    return words.replace("%2", people[-1]).replace("%1", ", ".join(people[:-1]))
