"""A team by command line: who comes in, who does not, and what two laptops make of one record."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import PASSPHRASE, Said, Terminal, make_lightly
from fakes.clock import Clock
from fakes.crew import Server

from outreach_app.keys import slots
from outreach_app.keys.ring import NoRing
from outreach_app.store.profile import Profile


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    house = Server(tmp_path_factory.mktemp("server") / "server").init().start()
    yield house
    house.close()


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Terminal]:
    """Makes terminals whose clock is the server's and whose folder has no profile."""
    folder = tmp_path_factory.mktemp("people")
    (folder / "passphrase").write_text(PASSPHRASE)
    numbers = count()

    def make(name: str) -> Terminal:
        clock = Clock(datetime.now(UTC).replace(microsecond=0))
        return Terminal(folder / f"{name}-{next(numbers)}", folder / "passphrase", clock, None)

    return make


@pytest.fixture(scope="module")
def newcomer(people: Callable[[str], Terminal]) -> Callable[[str], Terminal]:
    """The same, with a profile that waits for a team: its vault is a light one."""

    def make(name: str) -> Terminal:
        terminal = people(name)
        make_lightly(terminal.profile)
        return terminal

    return make


@pytest.fixture(scope="module")
def founded(server: Server, people: Callable[[str], Terminal]) -> tuple[Terminal, dict[str, Any]]:
    """A founder who began with nothing, and what founding said."""
    terminal = people("lead")
    words = ("--server", server.url, "--token", server.token(), "--team", "Team", "--name", "Lead")
    document = terminal.ask("found", *words)
    vault, now = Profile(terminal.profile).vault, terminal.clock.now()
    slots.change_passphrase(vault, PASSPHRASE, PASSPHRASE, NoRing(), now=now, cost=slots.FLOOR)
    return terminal, document


@pytest.fixture(scope="module")
def lead(founded: tuple[Terminal, dict[str, Any]]) -> Terminal:
    """One lead for all these tests; each goes on from where the one before left the team."""
    return founded[0]


def invited(lead: Terminal, role: str = "worker", name: str = "Worker") -> str:
    return lead.ask("invite", "--role", role, "--name", name)["invite"]


def join(terminal: Terminal, text: str, name: str = "Worker") -> Said:
    return terminal.say("join", "--invite", "-", "--name", name, "--json", given=text)


def let_in(lead: Terminal, terminal: Terminal) -> str:
    """Invited, joined, admitted; the new member's id."""
    member = join(terminal, invited(lead)).document["member"]
    for one in (terminal, lead, terminal, lead):
        one.ask("sync")
    return member


@pytest.fixture(scope="module")
def worker(lead: Terminal, newcomer: Callable[[str], Terminal]) -> Terminal:
    """Somebody who was invited, joined and was let in."""
    terminal = newcomer("worker")
    let_in(lead, terminal)
    return terminal


def share(*terminals: Terminal) -> None:
    """Until everybody knows what everybody said."""
    for _ in range(2):
        for one in terminals:
            one.ask("sync")


# ------------------------------------------------------------------------------------------ coming in


def test_founding_says_everything_that_must_be_written_down(founded: tuple[Terminal, dict[str, Any]]):
    lead, said = founded
    assert set(said) == {"team", "member", "device", "recovery_code", "root_sheet", "recovery_sheets"}
    assert said["recovery_code"]
    assert len(set(said["recovery_sheets"])) == 3
    assert [one["id"] for one in lead.ask("list", "team")] == [said["team"]]
    assert (said["member"], "lead") in [(one["id"], one["role"]) for one in lead.ask("members")]


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda text: text[:40] + ("A" if text[40] != "A" else "B") + text[41:], "invite-altered"),
        (lambda text: text[:-1], "invite-altered"),
        (lambda text: "https://example.org/" + text, "invite-unreadable"),
        (lambda text: "hello", "invite-unreadable"),
        (lambda text: " ", "invite-unreadable"),
        (lambda text: "\udcff", "file-not-text"),
    ],
)
def test_an_invite_that_is_none_leaves_no_profile_behind(lead: Terminal, people, spoil, code: str):
    terminal = people("joiner")
    text = spoil(invited(lead)).encode(errors="surrogateescape")
    said = terminal.say("join", "--invite", "-", "--name", "Worker", given=text)
    assert said.code == 1
    assert said.complaint.startswith(f"{code}: ")
    assert not Profile(terminal.profile).exists()


def test_an_expired_invite_is_told_so(lead: Terminal, people):
    terminal = people("joiner")
    terminal.clock.advance(days=15)
    said = join(terminal, invited(lead))
    assert said.complaint.startswith("invite-expired: ")


def test_an_invite_is_good_for_one_laptop(lead: Terminal, newcomer):
    text = invited(lead)
    first, second = newcomer("first"), newcomer("second")
    assert join(first, text).code == 0
    said = join(second, text)
    assert said.code == 1
    assert said.complaint.startswith("invite-used: ")
    assert first.ask("sync")["enrolled"] is False


def test_an_invite_that_is_used_up_leaves_no_profile_behind(lead: Terminal, newcomer, people):
    text = invited(lead)
    assert join(newcomer("first"), text).code == 0
    second = people("second")
    assert join(second, text).complaint.startswith("invite-used: ")
    assert not Profile(second.profile).exists()


def test_without_a_network_one_joins_and_a_used_invite_is_told_at_the_first_sync(
    lead: Terminal, newcomer, monkeypatch: pytest.MonkeyPatch
):
    text = invited(lead)
    first, second = newcomer("first"), newcomer("second")
    assert join(first, text).code == 0
    with monkeypatch.context() as outside:
        outside.setenv("http_proxy", "http://127.0.0.1:9")
        assert join(second, text).code == 0
        assert second.say("sync").complaint.startswith("offline: ")
    assert second.say("sync").complaint.startswith("invite-used: ")


def test_joining_again_while_waiting_keeps_member_and_laptop(lead: Terminal, people):
    terminal = people("joiner")
    first = join(terminal, invited(lead)).document
    second = join(terminal, invited(lead)).document
    assert (second["member"], second["device"]) == (first["member"], first["device"])
    assert first["recovery_code"]
    assert second["recovery_code"] is None
    assert terminal.ask("sync")["enrolled"] is False
    lead.ask("sync")
    assert terminal.ask("sync")["enrolled"] is True


def test_whoever_is_in_a_team_joins_no_other(lead: Terminal):
    assert join(lead, invited(lead)).complaint.startswith("already-enrolled: ")


def test_a_worker_works_before_being_let_in_and_nothing_of_it_is_lost(
    founded: tuple[Terminal, dict[str, Any]], newcomer
):
    lead, said = founded
    terminal = newcomer("joiner")
    member = join(terminal, invited(lead)).document["member"]
    shift = terminal.record("shift", date="2026-11-24", workers=[member, said["member"]])
    share(terminal, lead)
    assert shift in [one["id"] for one in lead.ask("list", "shift")]


def test_a_second_lead_waits_for_the_words_and_the_root_sheet(
    founded: tuple[Terminal, dict[str, Any]], newcomer, tmp_path: Path
):
    lead, said = founded
    terminal = newcomer("second")
    joined = join(terminal, invited(lead, "lead", "Second"), "Second").document
    assert terminal.ask("sync")["enrolled"] is False
    lead.ask("sync")
    [waiting] = [one for one in lead.ask("members") if one["status"] == "waiting"]
    assert waiting == {
        "id": joined["member"],
        "name": "Second",
        "role": "lead",
        "status": "waiting",
        "words": joined["words"],
    }
    refused = lead.say("admit", waiting["id"])
    assert refused.code == 1
    assert refused.complaint
    (tmp_path / "sheet").write_text(said["root_sheet"] + "\n")
    admitted = lead.ask("admit", waiting["id"], "--root-sheet", str(tmp_path / "sheet"))
    assert (admitted["id"], admitted["role"], admitted["status"]) == (joined["member"], "lead", "active")
    assert terminal.ask("sync")["enrolled"] is True
    assert lead.say("admit", waiting["id"]).complaint.startswith("join-missing: ")


def test_whoever_is_removed_reads_nothing_more(lead: Terminal, newcomer):
    worker = newcomer("leaver")
    member = let_in(lead, worker)
    assert lead.ask("remove", member) == {"id": member}
    said = worker.say("sync")
    assert said.code == 1
    assert said.complaint.startswith("device-revoked: ")
    share(lead)
    assert {one["id"]: one["status"] for one in lead.ask("members")}[member] != "active"
    assert lead.say("remove", member).complaint.startswith("member-missing: ")


def test_what_a_removed_laptop_had_not_sent_counts_when_a_lead_accepts_it(lead: Terminal, newcomer):
    worker = newcomer("leaver")
    member = let_in(lead, worker)
    colleagues = [one["id"] for one in worker.ask("list", "member") if one["id"] != member]
    shift = worker.record("shift", date="2026-11-24", workers=[member, colleagues[0]])
    lead.ask("remove", member)
    assert worker.say("sync").complaint.startswith("device-revoked: ")
    lead.ask("sync")
    assert shift not in [one["id"] for one in lead.ask("list", "shift")]
    [late] = lead.ask("late")
    assert (late["stream"], late["operations"]) == ("team", 1)
    assert lead.say("accept", "0" * 64).complaint.startswith("late-missing: ")
    accepted = lead.ask("accept", late["batch"][:12])
    assert shift in [one["id"] for one in lead.ask("list", "shift")]
    lead.ask("sync")
    assert shift in [one["id"] for one in lead.ask("list", "shift")]
    assert lead.ask("late") == []
    lead.ask("void", "acceptance", accepted["id"], "--reason", "not theirs")
    lead.ask("sync")
    assert shift not in [one["id"] for one in lead.ask("list", "shift")]


def test_what_leads_do_takes_names_and_ids_that_are_there(lead: Terminal):
    for words, code in (
        (("remove", "nobody"), "name-unknown"),
        (("invite", "--member", "nobody"), "name-unknown"),
        (("admit", "nobody"), "join-missing"),
    ):
        assert lead.say(*words).complaint.startswith(f"{code}: ")


def test_a_member_s_second_laptop_comes_in_as_the_same_member(
    founded: tuple[Terminal, dict[str, Any]], newcomer, tmp_path: Path
):
    lead, said = founded
    terminal = newcomer("second-laptop")
    text = lead.ask("invite", "--member", "Lead")["invite"]
    assert join(terminal, text, "Lead").document["member"] == said["member"]
    assert terminal.ask("sync")["enrolled"] is False
    lead.ask("sync")
    (tmp_path / "sheet").write_text(said["root_sheet"] + "\n")
    lead.ask("admit", said["member"], "--root-sheet", str(tmp_path / "sheet"))
    assert terminal.ask("sync")["enrolled"] is True
    assert terminal.ask("list", "member") == lead.ask("list", "member")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("invite", "--role", "worker", "--name", "Other"), "lead-only"),
        (("remove", "Lead"), "lead-only"),
        (("admit", "0" * 32), "lead-only"),
        (("import", "hotspots", "-"), "not-your-role"),
    ],
)
def test_a_worker_does_not_do_what_leads_do(worker: Terminal, words: tuple[str, ...], code: str):
    ring = [[-1.13, 52.63], [-1.129, 52.63], [-1.129, 52.631], [-1.13, 52.63]]
    geometry = {"type": "Polygon", "coordinates": [ring]}
    given = json.dumps({"type": "Feature", "properties": {"name": "Place"}, "geometry": geometry})
    said = worker.say(*words, given=given)
    assert said.code == 1
    assert said.complaint.startswith(f"{code}: ")


def test_an_invite_is_written_to_a_file_of_its_own(lead: Terminal, tmp_path: Path):
    out = tmp_path / "invite"
    words = ("invite", "--role", "worker", "--name", "Worker", "--out", str(out))
    assert lead.ask(*words)["invite"] == out.read_text().rstrip("\n")
    assert out.stat().st_mode & 0o077 == 0
    assert lead.say(*words).complaint.startswith("file-exists: ")
    nowhere = ("--out", str(tmp_path / "no" / "folder"))
    assert lead.say(*words[:-2], *nowhere).complaint.startswith("file-not-written: ")


# ----------------------------------------------------------------------------------- servers that are not


@pytest.fixture
def stranger() -> Iterator[Callable[[int, bytes, str], str]]:
    """Something that answers every request in one way; returns its address."""
    servers = []

    def answer(status: int, body: bytes, kind: str) -> str:
        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if status == 429:
                    self.send_header("Retry-After", "7")
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET  # noqa: N815  # the library's own names

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        house = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=house.serve_forever, daemon=True).start()
        servers.append(house)
        return f"http://127.0.0.1:{house.server_port}"

    yield answer
    for house in servers:
        house.shutdown()
        house.server_close()


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"<html>Welcome to our Wi-Fi</html>", "server-strange"),
        (200, b"", "server-strange"),
        (200, os.urandom(2000), "server-strange"),
        (302, b"", "server-strange"),
        (401, b"<html>", "server-strange"),
        (403, b"{}", "server-strange"),
        (409, b"\xff\xfe", "server-strange"),
        (413, b"too large", "server-strange"),
        (429, b"slow down", "server-busy"),
        (500, b"<html>", "server-failed"),
        (503, b"", "server-busy"),
    ],
)
def test_what_is_not_our_server_founds_nothing(people, stranger, status: int, body: bytes, code: str):
    terminal = people("founder")
    url = stranger(status, body, "text/html")
    said = terminal.say("found", "--server", url, "--token", "x", "--team", "Team", "--name", "Lead")
    assert said.code == 1
    assert said.complaint.startswith(f"{code}: ")
    assert not Profile(terminal.profile).exists()


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://outreach.example", "plain-http"),
        ("ftp://127.0.0.1", "server-address"),
        ("outreach.example", "server-address"),
        ("http://127.0.0.1:1", "offline"),
    ],
)
def test_an_address_that_leads_nowhere_founds_nothing(people, url: str, code: str):
    terminal = people("founder")
    said = terminal.say("found", "--server", url, "--token", "x", "--team", "Team", "--name", "Lead")
    assert said.complaint.startswith(f"{code}: ")
    assert not Profile(terminal.profile).exists()


def test_a_token_that_is_wrong_or_used_founds_nothing(server: Server, people, lead: Terminal):
    terminal = people("founder")
    words = ("found", "--server", server.url, "--team", "Team", "--name", "Lead", "--token")
    said = terminal.say(*words, "aaaa-bbbb-cccc")
    assert said.complaint.startswith("team-token-invalid: ")
    assert not Profile(terminal.profile).exists()
    assert lead.say(*words, "aaaa-bbbb-cccc").complaint.startswith("already-enrolled: ")


# --------------------------------------------------------------------------------- one record, two laptops


@pytest.fixture
def item(lead: Terminal, worker: Terminal) -> str:
    """A handover item, on both laptops."""
    members = [one["id"] for one in worker.ask("list", "member")][:2]
    shift = worker.record("shift", date="2026-11-24", workers=members)
    made = worker.record("handover_item", shift=shift, text="as it was", about="place")
    share(worker, lead)
    return made


def amend(terminal: Terminal, record: str, **said: object) -> None:
    terminal.ask("amend", "handover_item", record, "--file", "-", given=json.dumps(said))


def test_two_answers_to_one_question_both_stand_until_one_is_chosen(
    lead: Terminal, worker: Terminal, item: str
):
    amend(worker, item, text="as the worker saw it")
    amend(lead, item, text="as the lead saw it")
    share(worker, lead)
    found = [terminal.ask("conflicts") for terminal in (lead, worker)]
    assert found[0] == found[1]
    [conflict] = found[0]
    assert (conflict["id"], conflict["kind"], conflict["field"]) == (item, "handover_item", "text")
    values = {choice["value"]: choice["op"] for choice in conflict["choices"]}
    assert set(values) == {"as the worker saw it", "as the lead saw it"}
    assert worker.ask("sync")["conflicts"] == 1
    settled = lead.ask("resolve", item, "--field", "text", "--take", values["as the worker saw it"])
    assert (settled["text"], settled["conflicts"]) == ("as the worker saw it", [])
    share(lead, worker)
    assert lead.ask("conflicts") == worker.ask("conflicts") == []
    assert lead.say("show", item, "--json").out == worker.say("show", item, "--json").out
    assert worker.ask("show", item)["text"] == "as the worker saw it"


def test_a_conflict_is_settled_by_a_third_answer_too(lead: Terminal, worker: Terminal, item: str):
    amend(worker, item, text="one")
    amend(lead, item, text="two")
    share(worker, lead)
    bad = worker.say("resolve", item, "--field", "text", "--take", "0" * 64)
    assert bad.complaint.startswith("conflict-choice-missing: ")
    assert worker.ask("resolve", item, "--field", "text", "--value", "12")["text"] == "12"
    share(worker, lead)
    assert (lead.ask("show", item)["text"], lead.ask("conflicts")) == ("12", [])


def test_answers_to_different_questions_merge(lead: Terminal, worker: Terminal, item: str):
    amend(worker, item, status="done")
    amend(lead, item, due_on="2026-11-30")
    share(worker, lead)
    for terminal in (lead, worker):
        shown = terminal.ask("show", item)
        assert (shown["status"], shown["due_on"], shown["conflicts"]) == ("done", "2026-11-30", [])


def test_a_void_against_an_edit_is_flagged_on_both(lead: Terminal, worker: Terminal, item: str):
    worker.ask("void", "handover_item", item, "--reason", "twice")
    amend(lead, item, text="edited meanwhile")
    share(worker, lead)
    for terminal in (lead, worker):
        shown = terminal.ask("show", item)
        assert (shown["state"], shown["voided"]) == ("voided", "twice")
        assert "edited-while-voided" in shown["flags"]


def test_watching_goes_on_until_it_is_asked_to_end(worker: Terminal):
    said = worker.say("sync", "--watch")
    assert said.code == 0
    assert said.out.count(b"\n") == 1
    assert b"Saved here" in said.out
    assert worker.ask("sync", "--watch")["enrolled"] is True
