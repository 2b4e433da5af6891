"""When to try again: pure, so that an hour of a flapping network is a list of numbers in a test."""

from __future__ import annotations

from typing import NamedTuple

_FIRST_SECONDS = 2.0
_LONGEST_SECONDS = 300.0
_RESTING_SECONDS = 60.0
_AFTER_SAVE_SECONDS = 1.0


class Pace(NamedTuple):
    """How the last rounds went: failures in a row, and a wait that the server asked for."""

    failures: int = 0
    asked_seconds: float = 0.0


def after_success(pace: Pace) -> Pace:
    """A round went through."""
    return Pace()


def after_failure(pace: Pace, asked_seconds: float | None = None) -> Pace:
    """A round did not; `asked_seconds` is a server's Retry-After."""
    return Pace(pace.failures + 1, asked_seconds or 0.0)


def wait_seconds(pace: Pace, chance: float, *, has_waiting: bool) -> float:
    """Seconds until the next round; `chance` in [0, 1) spreads laptops that lost one network together.

    Doubling from 2 s to 5 min, with full jitter over the upper half; a Retry-After is a floor and
    holds for the whole queue.
    """
    if pace.failures == 0:
        return _AFTER_SAVE_SECONDS if has_waiting else _RESTING_SECONDS
    longest = min(_LONGEST_SECONDS, _FIRST_SECONDS * 2.0 ** min(pace.failures - 1, 20))
    return max(pace.asked_seconds, longest * (0.5 + chance / 2))
