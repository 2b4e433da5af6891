"""Builds the house: the only place where the machine's own clock and random source are handed out."""

from __future__ import annotations

from datetime import UTC, datetime


class SystemClock:
    """The machine's clock and time zone (`domain.ids.Clock`)."""

    def now(self) -> datetime:
        """The present moment in UTC."""
        return datetime.now(UTC)

    def zone_minutes(self, at: datetime) -> int:
        """How far this machine's wall clock is ahead of UTC at that moment."""
        ahead = at.astimezone().utcoffset()
        return 0 if ahead is None else int(ahead.total_seconds() // 60)
