"""The calls of the protocol, over HTTP, against the program as it is run."""

from __future__ import annotations

import json
import os
import re
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fakes.crew import Laptop, Line, Server, Team, join_request, narrow_to, registration

from outreach_app.wire import batch, card, cbor, envelope, invite, limits, paths, roster, seen
from outreach_app.wire.auth import Access
from outreach_app.wire.envelope import Context
from outreach_app.wire.invite import JoinState
from outreach_app.wire.problems import CATALOGUE
from outreach_app.wire.seen import Seen


def test_a_server_says_who_it_is(server: Server) -> None:
    with server.line() as line:
        answer = line.call("GET", paths.SERVER)
    about = card.read_card(answer.body)
    assert about.receipt_keys == (server.receipt_public,)
    assert about.protocols == (1,)
    assert abs(about.now_at - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_batch_goes_up_and_comes_down_as_it_was_sealed(server: Server, team: Team) -> None:
    worker = Laptop()
    server.admit(team, worker)
    sealed = worker.seal(team, b'{"ops":[]}')
    with server.line(team, worker) as line:
        first = line.put(sealed)
        again = line.put(sealed)
        assert (first.status, again.status) == (201, 200)
        assert first.body == again.body
    with server.line(team) as line:
        (delivery,) = line.page(team.stream)
        assert delivery.team_seq == 1
        header = batch.read_header(delivery.header)
        header.verify(worker.device.sign_public)
        assert delivery.body is not None
        assert batch.open_body(team.epoch_key, header.preamble, delivery.body) == b'{"ops":[]}'
        assert delivery.receipt == first.body
        assert line.page(team.stream, after=1) == ()
        assert line.head(team.stream).team_seq == 1


def test_another_batch_at_the_same_place_gets_the_stored_header(server: Server, team: Team) -> None:
    sealed = team.lead.seal(team)
    clone = team.lead.seal_at(team, 1, batch.NOTHING_BEFORE, b"clone", team.stream)
    with server.line(team) as line:
        line.store(sealed)
        answer = line.put(clone)
    assert (answer.status, answer.code) == (409, "batch-conflict")
    (stored,) = answer.problem.attached["header"]
    batch.read_header(stored).verify(team.lead.device.sign_public)
    assert batch.hash_batch(stored) == sealed.id


def test_a_put_is_checked_against_its_address_hash_and_signature(server: Server, team: Team) -> None:
    sealed, other = team.lead.seal(team), team.lead.seal(team)
    address = paths.fill(paths.BATCH, stream=team.stream, batch=sealed.id)
    thief = replace(team.lead, key=Laptop().key, chain={})
    forged = thief.seal(team)
    with server.line(team) as line:
        for body, code, status in (
            (other.encode(), "malformed", 400),
            (cbor.encode([sealed.batch.header, other.batch.body]), "malformed", 400),
            (cbor.encode([sealed.batch.header]), "malformed", 400),
            (b"", "malformed", 400),
            (os.urandom(2000), "malformed", 400),
        ):
            answer = line.call("PUT", address, body)
            assert (answer.status, answer.code) == (status, code)
        misplaced = paths.fill(paths.BATCH, stream=team.config, batch=sealed.id)
        assert line.call("PUT", misplaced, sealed.encode()).code == "malformed"
        refused = line.put(forged)
        assert (refused.status, refused.code) == (400, "signature-invalid")
        assert line.head(team.stream).team_seq == 0


def test_a_lead_brings_a_workers_batch_that_the_server_lacks(server: Server, team: Team) -> None:
    worker = Laptop()
    server.admit(team, worker)
    with server.line(team) as line:
        assert line.put(worker.seal(team)).status == 201


def test_another_teams_laptop_gets_nothing(server: Server, team: Team) -> None:
    stranger = server.found()
    with server.line(team) as line:
        line.store(team.lead.seal(team))
    with server.line(stranger) as line:
        for method, path in (
            ("GET", paths.fill(paths.BATCHES, stream=team.stream)),
            ("GET", paths.fill(paths.HEAD, stream=team.stream)),
            ("GET", paths.fill(paths.SEEN, stream=team.stream)),
            ("GET", paths.fill(paths.ROSTER, team=team.id)),
            ("GET", paths.fill(paths.JOINS, team=team.id)),
        ):
            answer = line.call(method, path)
            assert (answer.status, answer.code) == (403, "not-entitled"), path
        assert line.put(team.lead.seal(team)).code == "not-entitled"


def test_a_removed_laptop_is_told_so_and_may_still_hand_in(server: Server, team: Team) -> None:
    worker = Laptop()
    server.admit(team, worker)
    with server.line(team, worker) as line:
        assert line.head(team.stream).team_seq == 0
        server.remove(team, worker)
        answer = line.call("GET", paths.fill(paths.HEAD, stream=team.stream))
        assert (answer.status, answer.code) == (403, "device-revoked"), "its token is still good"
        assert line.put(worker.seal(team)).status == 201
        assert line.sign_in(team.id, worker).access is Access.REMOVED


# ------------------------------------------------------------------------------------------------ pages


def test_a_reader_with_another_history_gets_the_signed_way_to_this_one(server: Server, team: Team) -> None:
    with server.line(team) as line:
        stored = line.store(team.lead.seal(team))
        path = paths.fill(paths.BATCHES, stream=team.stream)
        assert len(line.page(team.stream, history=stored.history.hex())) == 1
        answer = line.call("GET", path, history=os.urandom(16).hex())
        assert (answer.status, answer.code) == (409, "history-changed")
        assert answer.problem.attached == {"changes": ()}
        ahead = line.call("GET", path, after=5, history=stored.history.hex())
        assert (ahead.status, ahead.code, ahead.problem.facts) == (409, "cursor-ahead", {"team_seq": 1})


@pytest.mark.parametrize("query", [{"after": "-1"}, {"after": "x"}, {"after": "9" * 30}, {"limit": "²"}])
def test_a_number_that_is_none_is_refused(server: Server, team: Team, query: dict[str, str]) -> None:
    with server.line(team) as line:
        answer = line.call("GET", paths.fill(paths.BATCHES, stream=team.stream), **query)
    assert (answer.status, answer.code) == (400, "malformed")


def test_a_limit_is_held_to_what_a_page_may_have(server: Server, team: Team) -> None:
    with server.line(team) as line:
        for _ in range(3):
            line.store(team.lead.seal(team))
        assert [each.team_seq for each in line.page(team.stream, limit=2)] == [1, 2]
        assert [each.team_seq for each in line.page(team.stream, limit=0)] == [1]
        assert len(line.page(team.stream, limit=limits.COUNT)) == 3


# --------------------------------------------------------------------------------------------- sessions


def test_a_device_signs_in_and_stays_for_minutes(server: Server, team: Team) -> None:
    with server.line() as line:
        session = line.sign_in(team.id, team.lead)
    assert session.access is Access.MEMBER
    left = session.expires_at - datetime.now(UTC)
    assert timedelta(minutes=8) < left <= timedelta(seconds=limits.TOKEN_SECONDS)


def test_an_answer_for_another_server_is_refused(server: Server, team: Team) -> None:
    """A server in the middle hands on our challenge; the laptop signs the key that it has pinned."""
    with server.line() as line:
        answer = line.answer(team.id, team.lead, receipt_fingerprint=b"x" * 32)
    assert (answer.status, answer.code) == (401, "server-key-mismatch")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_challenges_are_ours_and_answered_by_the_right_key(server: Server, team: Team) -> None:
    thief = replace(team.lead, key=Laptop().key)
    with server.line() as line:
        own = bytearray(line.challenge())
        own[3] ^= 1
        for laptop, changed, code in (
            (team.lead, {"challenge": bytes(own)}, "challenge-invalid"),
            (team.lead, {"challenge": os.urandom(56)}, "challenge-invalid"),
            (team.lead, {"challenge": bytes(16)}, "challenge-invalid"),
            (team.lead, {"action": "other"}, "server-key-mismatch"),
            (thief, {}, "challenge-invalid"),
            (Laptop(), {}, "device-unknown"),
        ):
            answer = line.answer(team.id, laptop, **changed)
            assert (answer.status, answer.code) == (401, code)


@pytest.mark.parametrize(
    "header",
    [None, "Bearer", "Bearer x", "Bearer !!!!", "Basic abc", "Bearer " + "A" * 600, "Bearer AAAA" * 20],
)
def test_a_token_that_is_not_ours_opens_nothing(server: Server, team: Team, header: str | None) -> None:
    with server.line() as line:
        headers = {"Authorization": header} if header is not None else {}
        answer = line.call("GET", paths.fill(paths.HEAD, stream=team.stream), headers=headers)
    assert (answer.status, answer.code) == (401, "token-invalid")


def test_a_changed_token_opens_nothing(server: Server, team: Team) -> None:
    with server.line(team) as line:
        assert line.token is not None
        for place in range(0, len(line.token), 7):
            old = line.token
            line.token = old[:place] + ("A" if old[place] != "A" else "B") + old[place + 1 :]
            assert line.call("GET", paths.fill(paths.HEAD, stream=team.stream)).code == "token-invalid"
            line.token = old
        for last in string.ascii_letters + string.digits + "-_":
            line.token = old[:-1] + last
            if line.token != old:
                assert line.call("GET", paths.fill(paths.HEAD, stream=team.stream)).code == "token-invalid"


# ---------------------------------------------------------------------------------------- roster and joins


def test_a_team_is_founded_once_per_token(server: Server) -> None:
    team, token = Team(server.receipt_public), server.token()
    with server.line() as line:
        body = team.founding(token).encode()
        assert line.call("POST", paths.TEAMS, body).status == 201
        assert line.call("POST", paths.TEAMS, body).status == 200
        other = Team(server.receipt_public).founding(token).encode()
        assert line.call("POST", paths.TEAMS, other).code == "team-token-invalid"
        assert line.call("POST", paths.TEAMS, team.founding("nonsense").encode()).code == "team-token-invalid"
        pasted = Team(server.receipt_public).founding(f" {server.token().upper()}\n").encode()
        assert line.call("POST", paths.TEAMS, pasted).status == 201
        elsewhere = Team(b"x" * 32).founding(server.token()).encode()
        assert line.call("POST", paths.TEAMS, elsewhere).code == "roster-invalid"


def test_a_roster_grows_by_compare_and_swap(server: Server, team: Team) -> None:
    mine = team.sign(team.next_entry([team.lead, Laptop()]), (team.lead.id, team.lead.key))
    with server.line(team) as line:
        assert line.post_roster(team, team.change([team.lead, Laptop()])).status == 201
        assert line.post_roster(team, team.history[-1]).status == 200
        answer = line.post_roster(team, roster.RosterPost(mine.raw, ()))
        assert (answer.status, answer.code, answer.problem.facts) == (409, "roster-version", {"version": 2})
        assert answer.problem.passes
        assert line.roster(team, wraps="all") == tuple(team.history)
        assert line.roster(team, after=1) == (narrow_to(team.history[1], team.lead.id),)


def test_a_wrap_for_nobody_is_refused(server: Server, team: Team) -> None:
    stray = roster.Wrap(team.stream, 0, b"x" * 16, b"sealed")
    entry = team.sign(team.next_entry([team.lead]), (team.lead.id, team.lead.key))
    with server.line(team) as line:
        assert line.post_roster(team, roster.RosterPost(entry.raw, (stray,))).code == "malformed"


def test_wraps_for_a_pair_of_recovery_keys_are_kept(server: Server, team: Team) -> None:
    keys = tuple(
        roster.RecoveryKey(bytes([n]) * 16, roster.RecoverySet.TEAM, bytes(limits.HPKE_PUBLIC))
        for n in (1, 2)
    )
    entry = replace(team.next_entry([team.lead]), recovery_keys=keys)
    signed = team.sign(entry, (team.lead.id, team.lead.key))
    wrap = roster.Wrap(team.stream, 0, roster.pair_id(keys[1].id, keys[0].id), b"sealed")
    with server.line(team) as line:
        assert line.post_roster(team, roster.RosterPost(signed.raw, (wrap,))).status == 201
        assert line.roster(team, after=1, wraps="all")[0].wraps == (wrap,)
        assert line.roster(team, after=1)[0].wraps == ()


def test_a_root_signed_entry_is_taken_without_a_session(server: Server, team: Team) -> None:
    """A lead who lost the only laptop enrols a new one with the root sheet."""
    new = Laptop()
    entry = replace(team.next_entry([new]), members=team.entry.members)
    entry = replace(entry, devices=(replace(new.device, member=team.lead.member),))
    signed = team.sign(entry, (roster.fingerprint(team.entry.root_public), team.root))
    with server.line() as line:
        assert line.post_roster(team, roster.RosterPost(signed.raw, ())).status == 201
        assert line.sign_in(team.id, new).access is Access.MEMBER


def test_from_invite_to_admission(server: Server, team: Team) -> None:
    secret, joiner = os.urandom(16), Laptop()
    keys = invite.derive_keys(secret)
    request = join_request(team, joiner, secret)
    joins, invites = paths.fill(paths.JOINS, team=team.id), paths.fill(paths.INVITES, team=team.id)
    mine = paths.fill(paths.JOIN, team=team.id, invite=keys.id)
    with server.line() as stranger, server.line(team) as lead:
        assert stranger.call("POST", joins, request).code == "invite-unknown"
        assert lead.call("POST", invites, registration(secret)).status == 201
        assert stranger.call("POST", joins, request).status == 201
        assert stranger.call("POST", joins, request).status == 200
        thief = join_request(team, Laptop(), secret)
        assert stranger.call("POST", joins, thief).code == "invite-used"
        (waiting,) = invite.read_joins(lead.call("GET", joins).body)
        waiting.verify_invited(keys)
        assert invite.open_name(keys, waiting.request) == "Amina"
        assert stranger.call("GET", mine).code == "token-invalid"
        assert lead.call("GET", mine).code == "not-found"
        assert stranger.sign_in(team.id, joiner).access is Access.JOINING
        assert invite.read_join_state(stranger.call("GET", mine).body) is JoinState.WAITING
        assert stranger.call("GET", paths.fill(paths.ROSTER, team=team.id)).code == "device-unknown"
        server.admit(team, joiner)
        assert invite.read_join_state(stranger.call("GET", mine).body) is JoinState.ADMITTED
        assert stranger.sign_in(team.id, joiner).access is Access.MEMBER
        assert stranger.roster(team, after=1)[0].wraps
        assert invite.read_joins(lead.call("GET", joins).body) == ()


def test_a_join_for_another_team_or_with_another_signature_is_refused(server: Server, team: Team) -> None:
    secret, joiner = os.urandom(16), Laptop()
    request = join_request(team, joiner, secret)
    payload = envelope.read_signed(request, limits.JOIN, "join").payload
    forged = envelope.sign(Context.JOIN, Laptop().key, joiner.id, payload)
    with server.line() as line:
        elsewhere = line.call("POST", paths.fill(paths.JOINS, team=os.urandom(16)), request)
        assert elsewhere.code == "malformed"
        assert line.call("POST", paths.fill(paths.JOINS, team=team.id), forged).code == "signature-invalid"


@pytest.mark.parametrize("days", [-1, limits.INVITE_DAYS + 1])
def test_an_invite_lasts_for_a_time_and_not_for_ever(server: Server, team: Team, days: int) -> None:
    body = registration(os.urandom(16), datetime.now(UTC) + timedelta(days=days))
    with server.line(team) as line:
        assert line.call("POST", paths.fill(paths.INVITES, team=team.id), body).code == "malformed"


# -------------------------------------------------------------------------------------------------- seen


def test_what_laptops_have_seen_is_shown_to_the_stream(server: Server, team: Team) -> None:
    worker = Laptop()
    server.admit(team, worker)
    with server.line(team, worker) as line:
        end = line.head(team.stream)
        said = Seen(
            team=team.id,
            stream=team.stream,
            device=worker.id,
            history=end.history,
            team_seq=end.team_seq,
            head=end.head,
            damaged=(b"d" * 32,),
        )
        assert line.say_seen(said, worker).status == 201
        assert line.say_seen(replace(said, team_seq=3), worker).status == 201
        assert line.say_seen(said, replace(worker, key=Laptop().key)).code == "signature-invalid"
        assert line.say_seen(replace(said, device=team.lead.id), team.lead).code == "signature-invalid"
        misplaced = seen.sign_seen(said, worker.key)
        elsewhere = line.call("PUT", paths.fill(paths.SEEN, stream=team.config), misplaced)
        assert elsewhere.code == "malformed"
    with server.line(team) as line:
        (one,) = seen.read_all_seen(line.call("GET", paths.fill(paths.SEEN, stream=team.stream)).body)
        one.verify(worker.device.sign_public)
        assert one.seen.team_seq == 3


# ------------------------------------------------------------------------------------------------- probes


def test_probes_answer_and_figures_name_nobody(server: Server, team: Team) -> None:
    with server.line(team) as line:
        line.store(team.lead.seal(team))
        assert line.call("GET", "/healthz").body == b"ok\n"
        assert line.call("GET", "/readyz").body == b"ready\n"
        figures = line.call("GET", "/metrics").body.decode()
    assert 'call="PUT /v1/streams/{stream}/batches/{batch_id}",status="201"' in figures
    assert "outreach_batches_stored_total" in figures
    for id in (team.id, team.stream, team.lead.id):
        assert id.hex() not in figures


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [
        ("GET", "/", "not-found", 404),
        ("GET", "/docs", "not-found", 404),
        ("GET", "/v1/streams/zz/head", "not-found", 404),
        ("GET", f"/v1/streams/{'AB' * 16}/head", "not-found", 404),
        ("DELETE", paths.SERVER, "method-not-allowed", 405),
        ("POST", paths.SERVER, "method-not-allowed", 405),
    ],
)
def test_an_address_that_is_not_ours_gets_a_problem_document(
    server: Server, team: Team, method: str, path: str, code: str, status: int
) -> None:
    with server.line(team) as line:
        answer = line.call(method, path)
    assert (answer.status, answer.code) == (status, code)


def test_every_call_is_described_for_other_programs(server: Server) -> None:
    with server.line() as line:
        described = json.loads(line.call("GET", "/v1/openapi.json").body)["paths"]
    spelled = {re.sub(r"_id}", "}", path) for path in described}
    calls = {value for name, value in vars(paths).items() if name.isupper() and str(value).startswith("/v1/")}
    assert calls <= spelled


def test_a_laptop_of_another_protocol_is_told_to_upgrade(server: Server) -> None:
    with server.line() as line:
        old = line.call("GET", paths.SERVER, headers={paths.PROTOCOL_HEADER: "1"})
        new = line.call("GET", paths.SERVER, headers={paths.PROTOCOL_HEADER: "2"})
    assert old.status == 200
    assert (new.status, new.code, new.problem.facts) == (426, "upgrade-required", {"protocol": 1})


def test_every_problem_a_client_can_wait_for_says_how_long() -> None:
    for problem in CATALOGUE.values():
        if problem.status in (429, 503):
            assert problem.passes


def test_a_second_line_of_one_laptop_is_as_good_as_the_first(server: Server, team: Team) -> None:
    with server.line(team) as one, Line(server.url, server.receipt_public) as other:
        other.token = one.token
        assert other.store(team.lead.seal(team)).team_seq == 1
        assert one.store(team.lead.seal(team)).team_seq == 2
        assert [each.team_seq for each in one.receipts(team.stream)] == [1, 2]
        assert one.head(team.stream).head == one.receipts(team.stream)[-1].head
