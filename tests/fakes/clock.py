"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

TUESDAY_AFTERNOON = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
LEICESTER = ZoneInfo("Europe/London")


class Clock:
    """The domain's `Clock`, held still: a shift of the pilot begins as the test begins."""

    def __init__(self, at: datetime = TUESDAY_AFTERNOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def zone_minutes(self, at: datetime) -> int:
        ahead = at.astimezone(LEICESTER).utcoffset()
        assert ahead is not None
        return int(ahead.total_seconds() // 60)

    def advance(
        self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> datetime:
        """Move on by that much and return the new time; back, for a laptop whose clock was wrong."""
        self.at += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
        return self.at
