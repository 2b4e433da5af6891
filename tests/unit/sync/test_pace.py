"""When to try again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach_app.sync.pace import Pace, after_failure, after_success, wait_seconds


def failing(times: int, asked: float | None = None) -> Pace:
    pace = Pace()
    for _ in range(times):
        pace = after_failure(pace, asked)
    return pace


def test_a_save_is_sent_at_once_and_an_idle_laptop_asks_now_and_then() -> None:
    assert wait_seconds(Pace(), 0.0, has_waiting=True) < wait_seconds(Pace(), 0.0, has_waiting=False)


@given(st.integers(1, 60), st.floats(0, 1, exclude_max=True))
def test_waits_double_up_to_five_minutes_and_never_beyond(times: int, chance: float) -> None:
    wait = wait_seconds(failing(times), chance, has_waiting=True)
    assert 1.0 <= wait <= 300.0
    assert wait <= 2.0**times


def test_an_hour_of_a_flapping_network_is_some_dozen_tries() -> None:
    pace, passed, tries = Pace(), 0.0, 0
    while passed < 3600:
        passed += wait_seconds(pace, 0.5, has_waiting=True)
        pace = after_failure(pace)
        tries += 1
    assert 12 <= tries <= 30


def test_what_the_server_asks_for_is_a_floor() -> None:
    assert wait_seconds(failing(1, 120), 0.0, has_waiting=True) == 120
    assert wait_seconds(failing(12, 1), 0.9, has_waiting=True) > 100


def test_success_forgets_failures() -> None:
    assert after_success(failing(9, 60)) == Pace()
