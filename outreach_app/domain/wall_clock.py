"""The time zone of the clock that was given in: summer and winter time without asking the machine."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from outreach_app.domain.ids import Clock


class WallClock(tzinfo):
    """The time zone of the clock that was given in, for every moment of a period: summer time and winter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def utcoffset(self, moment: datetime | None) -> timedelta:
        """How far the wall is ahead of UTC at a wall time; in the hour that comes twice, the second one."""
        if moment is None:
            return timedelta(0)
        as_utc = moment.replace(tzinfo=UTC)
        guess = as_utc - timedelta(minutes=self._clock.zone_minutes(as_utc))
        return timedelta(minutes=self._clock.zone_minutes(guess))

    def dst(self, moment: datetime | None) -> None:
        """Not told apart from the zone's own offset."""

    def tzname(self, moment: datetime | None) -> str:
        """The offset, as people write it."""
        minutes = int(self.utcoffset(moment).total_seconds() // 60)
        sign = "-" if minutes < 0 else "+"
        return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"

    def fromutc(self, moment: datetime) -> datetime:
        """A moment of UTC on the wall."""
        ahead = self._clock.zone_minutes(moment.replace(tzinfo=UTC))
        return moment + timedelta(minutes=ahead)

    def __str__(self) -> str:
        return "local time"
