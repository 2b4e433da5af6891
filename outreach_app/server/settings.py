"""What an administrator may set, and the numbers that only the server needs."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from outreach_app.wire import limits

# A removed device may still hand in what it had not sent.
LATE_BYTES = 32 * 1024 * 1024
OPEN_INVITES = 200
# How long a write waits for another process before the client is asked to come back.
LOCK_SECONDS = 5
BUSY_RETRY_SECONDS = 2
FULL_RETRY_SECONDS = 300
REQUESTS_AT_ONCE = 512
# 256 KiB at one kilobit a second take 35 minutes; that must still arrive.
REQUEST_SECONDS = 3600
# Another process's batch is noticed by looking; one of this process rings a bell.
LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Rate:
    """A token bucket: `per_second` flow in, `burst` fit."""

    per_second: float
    burst: float


@dataclass(frozen=True, slots=True)
class Settings:
    """One process's settings. `stall_seconds`: how long a client may send nothing in mid-request."""

    name: str = "Outreach server"
    stall_seconds: float = 30.0
    long_poll_seconds: float = limits.LONG_POLL_SECONDS
    device_rate: Rate = Rate(100, 1000)
    team_rate: Rate = Rate(400, 4000)
    stranger_rate: Rate = Rate(20, 300)


def default_database(data: Path) -> str:
    """The URL of the SQLite file in the data folder."""
    return f"sqlite:///{data / 'server.db'}"
