"""Every problem is told apart, and a page that is not ours is no problem of ours."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach_app.wire import problems
from outreach_app.wire.card import Card, read_card
from outreach_app.wire.problems import CATALOGUE, Malformed, Report


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_a_report_comes_back_as_it_was_sent(code: str) -> None:
    sent = problems.report(
        code, retry_after=3, facts={"cap": 5, "what": "x"}, attached={"header": (b"\xff\xfe", b"")}
    )
    assert problems.read_report(problems.encode_report(sent), sent.status) == sent
    assert sent.passes is CATALOGUE[code].passes


def test_a_bare_report_carries_nothing_more() -> None:
    sent = problems.report("not-found")
    assert json.loads(problems.encode_report(sent)) == {
        "type": "urn:outreach:problem:not-found",
        "title": CATALOGUE["not-found"].title,
        "status": 404,
        "code": "not-found",
    }


@pytest.mark.parametrize(
    ("status", "passes"), [(500, True), (503, True), (429, True), (408, True), (403, False)]
)
def test_a_later_servers_code_is_judged_by_its_status(status: int, passes: bool) -> None:
    assert Report("unheard-of", status, "Something new.").passes is passes


GOOD = json.loads(problems.encode_report(problems.report("busy", retry_after=1, attached={"a": (b"1",)})))


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "about:blank"},
        {"code": 5},
        {"title": None},
        {"status": 500},
        {"retry_after": -1},
        {"retry_after": "soon"},
        {"retry_after": True},
        {"facts": []},
        {"facts": {"a": []}},
        {"attached": []},
        {"attached": {"a": "x"}},
        {"attached": {"a": [1]}},
        {"attached": {"a": ["!"]}},
        {"attached": {"a": ["A"]}},
    ],
)
def test_a_document_that_does_not_fit_is_refused(changed: dict) -> None:
    assert problems.read_report(json.dumps(GOOD).encode(), 503).code == "busy"
    with pytest.raises(Malformed):
        problems.read_report(json.dumps({**GOOD, **changed}).encode(), 503)


@pytest.mark.parametrize("raw", [b"", b"<html>Sign in</html>", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_a_captive_portals_page_is_no_problem_document(raw: bytes) -> None:
    with pytest.raises(Malformed):
        problems.read_report(raw, 503)
    with pytest.raises(Malformed):
        read_card(raw)


CARD = Card("Name", "0.1.0", (1,), (b"k" * 32,), datetime(2026, 11, 24, tzinfo=UTC))


@given(st.text(), st.lists(st.binary(min_size=32, max_size=32), max_size=3))
def test_a_servers_card_comes_back(name: str, keys: list[bytes]) -> None:
    card = Card(name, "1", (1, 2), tuple(keys), datetime(2026, 11, 24, 14, 0, 1, 5, tzinfo=UTC))
    assert read_card(card.encode()) == card


@pytest.mark.parametrize(
    "changed",
    [
        {"name": 1},
        {"protocols": ["1"]},
        {"protocols": [0]},
        {"protocols": None},
        {"receipt_keys": ["00"]},
        {"receipt_keys": ["zz"]},
        {"time": "2026-11-24T14:00:00"},
        {"time": "now"},
        {"limits": {}},
    ],
)
def test_a_card_that_does_not_fit_is_refused(changed: dict) -> None:
    with pytest.raises(Malformed):
        read_card(json.dumps({**json.loads(CARD.encode()), **changed}).encode())
