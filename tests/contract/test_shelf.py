"""One contract, two engines: what is promised over SQLite is promised over PostgreSQL."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fakes.cluster import Cluster, find_binaries
from fakes.crew import Laptop, Sealed, Team, join_request, narrow_to, public, registration
from sqlalchemy import text, update

from outreach_app.server import admin, archive, intake, ladder, schema
from outreach_app.server.engine import Database
from outreach_app.server.identity import Identity, read_identity
from outreach_app.server.refusal import Refusal, Trouble
from outreach_app.server.shelf import Caller, Shelf, Stored
from outreach_app.wire import invite, limits, receipt, roster
from outreach_app.wire.auth import Access
from outreach_app.wire.invite import JoinState
from outreach_app.wire.problems import Forged
from outreach_app.wire.receipt import first_head, next_head
from outreach_app.wire.roster import Role
from outreach_app.wire.seen import Seen, read_seen, sign_seen

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    binaries = find_binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed on this machine")
    with Cluster(binaries) as running:
        yield running


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'server.db'}"
    running: Cluster = request.getfixturevalue("cluster")
    return running.fresh_database()


@dataclass
class House:
    data: Path
    database: Database
    shelf: Shelf
    identity: Identity

    def token(self) -> bytes:
        token = admin.make_token(self.database, "", 7, NOW, os.urandom)["token"]
        return hashlib.sha256(token.encode()).digest()

    def found(self) -> Team:
        team = Team(self.identity.public)
        assert self.shelf.found(self.token(), intake.read_posting(team.history[0]), NOW)
        return team

    def admit(self, team: Team, *laptops: Laptop) -> None:
        posting = intake.read_posting(team.change([*team.laptops, *laptops]))
        assert self.shelf.extend(team.id, caller(team), posting, NOW)

    def remove(self, team: Team, laptop: Laptop) -> None:
        posting = intake.read_posting(team.change([each for each in team.laptops if each is not laptop]))
        assert self.shelf.extend(team.id, caller(team), posting, NOW)

    def store(self, team: Team, sealed: Sealed, by: Laptop | None = None) -> Stored:
        sender = Caller(team.id, by.id if by else sealed.preamble.device)
        arrival = intake.read_arrival(sealed.encode(), sealed.preamble.stream, sealed.id)
        arrival.header.verify(self.shelf.author_key(sender, arrival))
        return self.shelf.store(sender, arrival, NOW)


def caller(team: Team, laptop: Laptop | None = None) -> Caller:
    return Caller(team.id, (laptop or team.lead).id)


def code(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.report.code


@pytest.fixture
def house(url: str, tmp_path: Path) -> Iterator[House]:
    with closing(Database(url)) as database:
        admin.prepare(tmp_path / "data", database, NOW, os.urandom)
        yield House(
            tmp_path / "data", database, Shelf(database, os.urandom), read_identity(tmp_path / "data")
        )


# ---------------------------------------------------------------------------------------------- founding


def test_the_migrations_make_exactly_the_tables_that_the_program_uses(house: House) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with house.database.reading() as db:
        assert compare_metadata(MigrationContext.configure(db), schema.tables) == []
        assert ladder.current(db) == ladder.newest() == MigrationContext.configure(db).get_current_revision()


def test_a_token_founds_one_team_once(house: House) -> None:
    token = house.token()
    team = Team(house.identity.public)
    posting = intake.read_posting(team.history[0])
    assert house.shelf.found(token, posting, NOW)
    assert not house.shelf.found(token, posting, NOW), "the answer was lost and the app asks again"
    with pytest.raises(Refusal) as refused:
        house.shelf.found(token, intake.read_posting(Team(house.identity.public).history[0]), NOW)
    assert code(refused) == "team-token-invalid"
    with pytest.raises(Refusal) as refused:
        house.shelf.found(house.token(), posting, NOW)
    assert code(refused) == "team-exists"


def test_an_expired_or_invented_token_founds_nothing(house: House) -> None:
    posting = intake.read_posting(Team(house.identity.public).history[0])
    for token, at in ((b"x" * 32, NOW), (house.token(), NOW + timedelta(days=8))):
        with pytest.raises(Refusal) as refused:
            house.shelf.found(token, posting, at)
        assert code(refused) == "team-token-invalid"


def test_a_founding_that_the_root_did_not_sign_or_that_pins_another_server_is_refused(house: House) -> None:
    team = Team(house.identity.public)
    by_lead = team.sign(team.entry, (team.lead.id, team.lead.key))
    with pytest.raises(Forged):
        intake.check_founding(intake.Posting(by_lead, ()), house.identity.public)
    with pytest.raises(Refusal):
        intake.check_founding(intake.read_posting(team.history[0]), b"x" * 32)


# ------------------------------------------------------------------------------------------------ roster


def test_a_roster_is_read_with_ones_own_wraps_or_with_all(house: House) -> None:
    team, worker = house.found(), Laptop()
    house.admit(team, worker)
    mine = house.shelf.roster_after(caller(team, worker), 0, is_whole=False)
    assert [post.entry for post in mine] == [post.entry for post in team.history]
    assert mine[1] == narrow_to(team.history[1], worker.id)
    assert house.shelf.roster_after(caller(team), 0, is_whole=True) == tuple(team.history)
    assert house.shelf.roster_after(caller(team), 1, is_whole=True) == (team.history[1],)
    assert house.shelf.roster_after(caller(team), 2, is_whole=True) == ()


def test_two_leads_with_one_version_one_wins_and_the_other_fetches(house: House) -> None:
    team = house.found()
    first, second = (
        intake.Posting(team.sign(team.next_entry([team.lead, Laptop()]), (team.lead.id, team.lead.key)), ())
        for _ in range(2)
    )
    assert house.shelf.extend(team.id, caller(team), first, NOW)
    with pytest.raises(Refusal) as refused:
        house.shelf.extend(team.id, caller(team), second, NOW)
    assert code(refused) == "roster-version"
    assert refused.value.report.facts == {"version": 2}
    assert not house.shelf.extend(team.id, caller(team), first, NOW), "posted again after a lost answer"


def test_only_one_of_many_simultaneous_entries_is_taken(house: House) -> None:
    team = house.found()
    postings = [
        intake.Posting(team.sign(team.next_entry([team.lead, Laptop()]), (team.lead.id, team.lead.key)), ())
        for _ in range(6)
    ]

    def attempt(posting: intake.Posting) -> str:
        try:
            return str(house.shelf.extend(team.id, caller(team), posting, NOW))
        except Refusal as refused:
            return refused.report.code

    with ThreadPoolExecutor(6) as pool:
        outcomes = sorted(pool.map(attempt, postings))
    assert outcomes == ["True", *["roster-version"] * 5]


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        ("skips a version", "roster-version"),
        ("forgets the one before", "roster-version"),
        ("another root", "roster-invalid"),
        ("drops a stream", "roster-invalid"),
        ("renames a stream", "roster-invalid"),
        ("rewrites an epoch", "roster-invalid"),
        ("exchanges a device's key", "roster-invalid"),
        ("signed by a stranger", "signature-invalid"),
        ("belongs to another team", "roster-invalid"),
        ("takes another team's stream", "roster-invalid"),
    ],
)
def test_an_entry_that_does_not_follow_is_refused_and_nothing_is_kept(
    house: House, story: str, expected: str
) -> None:
    team, other = house.found(), house.found()
    good = team.next_entry([team.lead])
    stranger = Laptop()
    exchanged = replace(team.lead.device, sign_public=public(stranger.key))
    entry = {
        "skips a version": lambda: replace(good, version=3),
        "forgets the one before": lambda: replace(good, prev=b"x" * 32),
        "another root": lambda: replace(good, root_public=public(stranger.key)),
        "drops a stream": lambda: replace(good, streams=good.streams[:1], grants=()),
        "renames a stream": lambda: replace(
            good, streams=(replace(good.streams[0], name="other"), good.streams[1])
        ),
        "rewrites an epoch": lambda: replace(
            good,
            streams=tuple(
                replace(each, epochs=(replace(each.epochs[0], commitment=b"x" * 32),))
                for each in good.streams
            ),
        ),
        "exchanges a device's key": lambda: replace(good, devices=(exchanged,)),
        "signed by a stranger": lambda: good,
        "belongs to another team": lambda: replace(good, team=other.id),
        "takes another team's stream": lambda: replace(
            good, streams=(*good.streams, replace(other.entry.streams[0], name="stolen"))
        ),
    }[story]()
    signer = (stranger.id, stranger.key) if story == "signed by a stranger" else (team.lead.id, team.lead.key)
    posting = intake.Posting(team.sign(entry, signer), ())
    with pytest.raises(Refusal) as refused:
        house.shelf.extend(team.id, caller(team), posting, NOW)
    assert code(refused) == expected
    assert len(house.shelf.roster_after(caller(team), 0, is_whole=True)) == 1


def test_a_root_signed_entry_needs_no_session_and_any_other_does(house: House) -> None:
    team, worker = house.found(), Laptop()
    entry = team.next_entry([team.lead, worker])
    by_lead = team.sign(entry, (team.lead.id, team.lead.key))
    with pytest.raises(Refusal) as refused:
        house.shelf.extend(team.id, None, intake.Posting(by_lead, ()), NOW)
    assert code(refused) == "token-invalid"
    by_root = team.sign(entry, (roster.fingerprint(public(team.root)), team.root))
    assert house.shelf.extend(team.id, None, intake.Posting(by_root, ()), NOW)
    pretended = team.sign(
        replace(entry, version=3, prev=by_root.hash), (roster.fingerprint(public(team.root)), worker.key)
    )
    with pytest.raises(Forged):
        house.shelf.extend(team.id, None, intake.Posting(pretended, ()), NOW)


def test_posting_an_entry_again_adds_no_wraps_of_ones_own(house: House) -> None:
    """A worker who posts a lead's entry again cannot slip keys to anybody."""
    team, worker = house.found(), Laptop()
    entry = team.next_entry([team.lead, worker])
    signed = team.sign(entry, (team.lead.id, team.lead.key))
    assert house.shelf.extend(team.id, caller(team), intake.Posting(signed, ()), NOW)
    slipped = intake.Posting(signed, (roster.Wrap(team.stream, 0, worker.id, b"slipped"),))
    assert not house.shelf.extend(team.id, caller(team, worker), slipped, NOW)
    assert house.shelf.roster_after(caller(team), 1, is_whole=True)[0].wraps == ()


def test_a_roster_page_keeps_its_bytes_and_holds_one_entry_at_least(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = house.found()
    house.admit(team, Laptop())
    house.admit(team, Laptop())
    monkeypatch.setattr("outreach_app.wire.limits.ROSTER_PAGE", len(team.history[0].encode()) + 100)
    read, after = [], 0
    while page := house.shelf.roster_after(caller(team), after, is_whole=True):
        assert len(page) == 1
        read += page
        after += len(page)
    assert read == team.history


def test_standing_follows_the_newest_entry(house: House) -> None:
    team, worker = house.found(), Laptop()
    assert house.shelf.standing(caller(team, worker)) is None
    house.admit(team, worker)
    admitted = house.shelf.standing(caller(team, worker))
    assert admitted is not None
    assert (admitted.access, admitted.role) == (Access.MEMBER, Role.WORKER)
    house.remove(team, worker)
    removed = house.shelf.standing(caller(team, worker))
    assert removed is not None
    assert removed.access is Access.REMOVED
    house.admit(team, worker)
    back = house.shelf.standing(caller(team, worker))
    assert back is not None
    assert back.access is Access.MEMBER


# ----------------------------------------------------------------------------------------------- batches


def test_numbers_are_gapless_and_heads_chain(house: House) -> None:
    team, worker = house.found(), Laptop()
    house.admit(team, worker)
    head = first_head(team.stream)
    for number in range(1, 8):
        sealed = (worker if number % 2 else team.lead).seal(team)
        stored = house.store(team, sealed)
        head = next_head(head, number, sealed.id)
        assert stored.is_new
        assert (stored.receipt.team_seq, stored.receipt.head) == (number, head)
    end = house.shelf.head(caller(team), team.stream)
    assert (end.team_seq, end.head) == (7, head)


def test_the_same_batch_again_gives_the_same_receipt(house: House) -> None:
    team = house.found()
    sealed = team.lead.seal(team)
    first = house.store(team, sealed)
    house.store(team, team.lead.seal(team))
    again = house.store(team, sealed)
    assert not again.is_new
    assert again.receipt == first.receipt


def test_another_batch_at_the_same_place_is_refused_with_the_stored_header(house: House) -> None:
    team = house.found()
    sealed = team.lead.seal(team)
    house.store(team, sealed)
    clone = team.lead.seal_at(team, 1, sealed.preamble.prev, b"clone", team.stream)
    with pytest.raises(Refusal) as refused:
        house.store(team, clone)
    assert code(refused) == "batch-conflict"
    assert refused.value.report.attached == {"header": (sealed.batch.header,)}
    assert house.shelf.head(caller(team), team.stream).team_seq == 1


def test_simultaneous_batches_get_one_number_each_and_none_is_left_out(house: House) -> None:
    team, others = house.found(), [Laptop() for _ in range(3)]
    house.admit(team, *others)
    chains = [[laptop.seal(team) for _ in range(5)] for laptop in team.laptops]

    def send(chain: list[Sealed]) -> list[int]:
        return [house.store(team, sealed).receipt.team_seq for sealed in chain]

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(send, chains))
    assert sorted(number for chain in numbers for number in chain) == list(range(1, 21))
    assert all(chain == sorted(chain) for chain in numbers), "one laptop's batches keep their order"
    assert archive.verify(house.data, house.database)["sound"]


def test_one_batch_sent_by_many_at_once_is_stored_once(house: House) -> None:
    team = house.found()
    sealed = team.lead.seal(team)
    with ThreadPoolExecutor(4) as pool:
        stored = list(pool.map(lambda _: house.store(team, sealed), range(4)))
    assert sorted(each.is_new for each in stored) == [False, False, False, True]
    assert len({each.receipt for each in stored}) == 1


def test_any_entitled_laptop_brings_anothers_batch_and_a_stranger_does_not(house: House) -> None:
    team, other_team, worker = house.found(), house.found(), Laptop()
    house.admit(team, worker)
    sealed = worker.seal(team)
    arrival = intake.read_arrival(sealed.encode(), team.stream, sealed.id)
    with pytest.raises(Refusal) as refused:
        house.shelf.author_key(caller(other_team), arrival)
    assert code(refused) == "not-entitled"
    with pytest.raises(Refusal) as refused:
        house.shelf.store(caller(other_team), arrival, NOW)
    assert code(refused) == "not-found"
    assert house.store(team, sealed, by=team.lead).is_new


def test_a_batch_of_a_device_that_no_entry_listed_is_refused(house: House) -> None:
    team, stranger = house.found(), Laptop()
    sealed = stranger.seal(team)
    arrival = intake.read_arrival(sealed.encode(), team.stream, sealed.id)
    with pytest.raises(Refusal) as refused:
        house.shelf.author_key(caller(team), arrival)
    assert code(refused) == "device-unknown"


def test_a_removed_laptop_hands_in_its_own_late_work_within_its_quota_and_reads_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, worker = house.found(), Laptop()
    house.admit(team, worker)
    house.remove(team, worker)
    monkeypatch.setattr("outreach_app.server.settings.LATE_BYTES", 2000)
    assert house.store(team, worker.seal(team)).is_new
    with pytest.raises(Refusal) as refused:
        house.store(team, worker.seal(team))
    assert code(refused) == "quota-exceeded"
    with pytest.raises(Refusal) as refused:
        house.store(team, team.lead.seal(team), by=worker)
    assert code(refused) == "device-revoked"
    for read in (
        lambda: house.shelf.page(caller(team, worker), team.stream, 0, 10, None),
        lambda: house.shelf.head(caller(team, worker), team.stream),
        lambda: house.shelf.all_seen(caller(team, worker), team.stream),
        lambda: house.shelf.roster_after(caller(team, worker), 0, is_whole=False),
        lambda: house.shelf.waiting_joins(caller(team, worker)),
    ):
        with pytest.raises(Refusal) as refused:
            read()
        assert code(refused) == "device-revoked"
    (shown,) = [
        each for each in admin.describe(house.data, house.database)["teams"] if each["id"] == team.id.hex()
    ]
    assert {each["name"]: each["late"] for each in shown["streams"]} == {"config": 0, "team": 1}


def test_a_blocked_laptop_reads_nothing_until_the_block_is_lifted(house: House) -> None:
    team, worker = house.found(), Laptop()
    house.admit(team, worker)
    assert admin.block(house.database, worker.id.hex(), NOW)["changed"]
    assert not admin.block(house.database, worker.id.hex(), NOW)["changed"]
    with pytest.raises(Refusal) as refused:
        house.shelf.head(caller(team, worker), team.stream)
    assert code(refused) == "device-blocked"
    assert house.store(team, worker.seal(team)).is_new
    assert admin.block(house.database, worker.id.hex(), None)["changed"]
    assert house.shelf.head(caller(team, worker), team.stream).team_seq == 1
    for unknown in ("00" * 16, "rubbish"):
        with pytest.raises(Trouble) as trouble:
            admin.block(house.database, unknown, NOW)
        assert trouble.value.line.startswith("device-unknown:")


def test_a_laptop_reads_only_the_streams_that_it_is_granted(house: House) -> None:
    team, analyst = house.found(), Laptop(Role.ANALYST)
    entry = team.next_entry([team.lead, analyst])
    entry = replace(
        entry,
        grants=tuple(
            each for each in entry.grants if (each.device, each.stream) != (analyst.id, team.stream)
        ),
    )
    signed = team.sign(entry, (team.lead.id, team.lead.key))
    house.shelf.extend(team.id, caller(team), intake.Posting(signed, ()), NOW)
    assert house.shelf.page(caller(team, analyst), team.config, 0, 10, None) == ()
    for stream in (team.stream, b"x" * 16):
        with pytest.raises(Refusal) as refused:
            house.shelf.page(caller(team, analyst), stream, 0, 10, None)
        assert code(refused) == "not-entitled"


def test_a_page_keeps_order_counts_and_bytes_and_holds_one_at_least(house: House) -> None:
    team = house.found()
    small = [team.lead.seal(team) for _ in range(5)]
    large = [team.lead.seal(team, os.urandom(600_000)) for _ in range(3)]
    for sealed in (*small, *large):
        house.store(team, sealed)

    def numbers(after: int, limit: int = 200) -> list[int]:
        items = house.shelf.page(caller(team), team.stream, after, limit, None)
        assert all(item.body is not None for item in items)
        return [item.receipt.team_seq for item in items]

    assert numbers(0, 3) == [1, 2, 3]
    assert numbers(3) == [4, 5, 6]
    assert numbers(6) == [7]
    assert numbers(8) == []
    with pytest.raises(Refusal) as refused:
        numbers(9)
    assert code(refused) == "cursor-ahead"
    assert refused.value.report.facts == {"team_seq": 8}


@pytest.mark.parametrize("part", ["body", "header"])
def test_bytes_that_rot_on_the_shelf_are_withheld_found_and_healed(house: House, part: str) -> None:
    team = house.found()
    chain = [team.lead.seal(team) for _ in range(3)]
    receipts = [house.store(team, sealed).receipt for sealed in chain]
    rotten = bytearray(getattr(chain[1].batch, part))
    rotten[20] ^= 1
    with house.database.writing() as db:
        db.execute(update(schema.batch).where(schema.batch.c.id == chain[1].id).values({part: bytes(rotten)}))
    shown = house.shelf.page(caller(team), team.stream, 0, 10, None)
    assert [item.receipt for item in shown] == receipts
    assert [item.body is None for item in shown] == [False, True, False]
    found = archive.verify(house.data, house.database)
    assert [(each["team_seq"], each["what"]) for each in found["damaged"]] == [(2, part)]
    assert house.store(team, chain[1]).receipt == receipts[1]
    healed = house.shelf.page(caller(team), team.stream, 0, 10, None)
    assert [(item.header, item.body) for item in healed] == [(s.batch.header, s.batch.body) for s in chain]
    assert archive.verify(house.data, house.database)["sound"]


# ---------------------------------------------------------------------------------------------- verifying


@pytest.mark.parametrize(
    ("story", "spoil", "what"),
    [
        ("a batch is taken out", "delete from batch where team_seq = 2", "head"),
        ("the last batch is taken out", "delete from batch where team_seq = 3", "end"),
        ("a batch is filed under another place", "update batch set seq = 99 where team_seq = 2", "place"),
        ("a device's key is exchanged", "update device set sign_public = id", "signature"),
        ("a roster entry is taken out", "update team set version = 2", "missing"),
        ("a roster entry rots", "update roster_entry set entry = hash", "entry"),
        ("a roster entry is exchanged", "update roster_entry set hash = {zeros}", "chain"),
    ],
)
def test_verify_names_what_does_not_hold(house: House, story: str, spoil: str, what: str) -> None:
    team = house.found()
    for _ in range(3):
        house.store(team, team.lead.seal(team))
    assert archive.verify(house.data, house.database)["sound"]
    zeros = "zeroblob(32)" if house.database.is_sqlite else "decode(repeat('00', 32), 'hex')"
    with house.database.writing() as db:
        db.execute(text(spoil.format(zeros=zeros)))
    found = archive.verify(house.data, house.database)
    assert not found["sound"]
    assert found["damaged"][0]["what"] == what


# --------------------------------------------------------------------------------------- invites and joins


SECRET = b"s" * 16


def test_one_request_under_one_invite_and_only_its_own_laptop_may_correct_it(house: House) -> None:
    team, joiner, thief = house.found(), Laptop(), Laptop()
    invited = invite.read_registration(registration(SECRET, NOW + timedelta(days=1)))
    house.shelf.register_invite(caller(team), invited, NOW)
    house.shelf.register_invite(caller(team), invited, NOW)
    request = invite.read_join(join_request(team, joiner, SECRET))
    assert house.shelf.join(request, NOW)
    assert not house.shelf.join(request, NOW + timedelta(days=2)), "the same again, even when it has expired"
    with pytest.raises(Refusal) as refused:
        house.shelf.join(invite.read_join(join_request(team, thief, SECRET)), NOW)
    assert code(refused) == "invite-used"
    corrected = invite.read_join(join_request(team, joiner, SECRET, "Amina B."))
    assert house.shelf.join(corrected, NOW)
    assert house.shelf.waiting_joins(caller(team)) == (corrected.raw,)


def test_an_unknown_or_expired_invite_is_told_apart(house: House) -> None:
    team, joiner = house.found(), Laptop()
    request = invite.read_join(join_request(team, joiner, SECRET))
    with pytest.raises(Refusal) as refused:
        house.shelf.join(request, NOW)
    assert code(refused) == "invite-unknown"
    invited = invite.read_registration(registration(SECRET, NOW + timedelta(days=1)))
    house.shelf.register_invite(caller(team), invited, NOW)
    with pytest.raises(Refusal) as refused:
        house.shelf.join(request, NOW + timedelta(days=1))
    assert code(refused) == "invite-expired"


def test_a_joiner_learns_how_its_request_stands(house: House) -> None:
    team, joiner, worker = house.found(), Laptop(), Laptop()
    house.admit(team, worker)
    invited = invite.read_registration(registration(SECRET, NOW + timedelta(days=1)))
    with pytest.raises(Refusal) as refused:
        house.shelf.register_invite(caller(team, worker), invited, NOW)
    assert code(refused) == "not-entitled"
    house.shelf.register_invite(caller(team), invited, NOW)
    house.shelf.join(invite.read_join(join_request(team, joiner, SECRET)), NOW)
    asking = house.shelf.standing(caller(team, joiner))
    assert asking is not None
    assert asking.access is Access.JOINING
    me = caller(team, joiner)
    assert house.shelf.join_state(me, invited.id, NOW) is JoinState.WAITING
    assert house.shelf.join_state(me, invited.id, NOW + timedelta(days=2)) is JoinState.EXPIRED
    for stranger in (caller(team), caller(team, worker)):
        with pytest.raises(Refusal) as refused:
            house.shelf.join_state(stranger, invited.id, NOW)
        assert code(refused) == "not-found"
    with pytest.raises(Refusal) as refused:
        house.shelf.head(me, team.stream)
    assert code(refused) == "device-unknown"
    house.admit(team, joiner)
    assert house.shelf.join_state(me, invited.id, NOW + timedelta(days=2)) is JoinState.ADMITTED
    assert house.shelf.waiting_joins(caller(team)) == ()


def test_a_laptop_waits_under_one_invite_and_the_newer_takes_the_place_of_the_older(house: House) -> None:
    team, joiner = house.found(), Laptop()
    for secret in (SECRET, b"t" * 16):
        house.shelf.register_invite(
            caller(team), invite.read_registration(registration(secret, NOW + timedelta(days=1))), NOW
        )
    house.shelf.join(invite.read_join(join_request(team, joiner, SECRET)), NOW)
    again = invite.read_join(join_request(team, joiner, b"t" * 16))
    for impostor in (replace(team.lead, key=joiner.key), replace(joiner, key=Laptop().key)):
        with pytest.raises(Refusal) as refused:
            house.shelf.join(invite.read_join(join_request(team, impostor, b"t" * 16)), NOW)
        assert code(refused) == "invite-used"
    assert house.shelf.join(again, NOW)
    assert house.shelf.waiting_joins(caller(team)) == (again.raw,)


def test_a_laptop_that_the_roster_lists_need_not_be_invited_again(house: House) -> None:
    """After a restore the invite may be lost and the roster be back."""
    team = house.found()
    assert not house.shelf.join(invite.read_join(join_request(team, team.lead, SECRET)), NOW)


def test_a_removed_laptop_does_not_come_back_with_its_old_keys(house: House) -> None:
    team, worker = house.found(), Laptop()
    house.admit(team, worker)
    house.remove(team, worker)
    with pytest.raises(Refusal) as refused:
        house.shelf.join(invite.read_join(join_request(team, worker, SECRET)), NOW)
    assert code(refused) == "device-revoked"


def test_old_requests_do_not_crowd_out_new_ones(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    team = house.found()
    requests = []
    for number in range(3):
        secret = bytes([number]) * 16
        house.shelf.register_invite(
            caller(team), invite.read_registration(registration(secret, NOW + timedelta(days=1))), NOW
        )
        requests.append(invite.read_join(join_request(team, Laptop(), secret)))
        house.shelf.join(requests[-1], NOW + timedelta(minutes=number))
    assert house.shelf.waiting_joins(caller(team)) == tuple(each.raw for each in reversed(requests))
    monkeypatch.setattr("outreach_app.wire.limits.JOINS_PAGE", 2 * 4000)
    assert house.shelf.waiting_joins(caller(team)) == (requests[2].raw, requests[1].raw)


def test_open_invites_have_a_quota_and_an_id_belongs_to_one_team(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("outreach_app.server.settings.OPEN_INVITES", 1)
    team, other = house.found(), house.found()
    first, second = (
        invite.read_registration(registration(secret, NOW + timedelta(days=1)))
        for secret in (SECRET, b"t" * 16)
    )
    house.shelf.register_invite(caller(team), first, NOW)
    with pytest.raises(Refusal) as refused:
        house.shelf.register_invite(caller(team), second, NOW)
    assert code(refused) == "too-many-requests"
    house.shelf.register_invite(caller(team), second, NOW + timedelta(days=1))
    with pytest.raises(Refusal) as refused:
        house.shelf.register_invite(caller(other), first, NOW)
    assert code(refused) == "not-entitled"


# --------------------------------------------------------------------------------------------------- seen


def test_each_laptop_has_one_statement_per_stream_and_all_readers_see_all(house: House) -> None:
    team, worker = house.found(), Laptop()
    house.admit(team, worker)

    def said(laptop: Laptop, number: int, stream: bytes | None = None) -> bytes:
        statement = Seen(
            team=team.id,
            stream=stream or team.stream,
            device=laptop.id,
            history=b"h" * 16,
            team_seq=number,
            head=b"H" * 32,
        )
        return sign_seen(statement, laptop.key)

    for at, laptop, number in ((0, worker, 1), (1, team.lead, 2), (2, worker, 3)):
        signed = read_seen(said(laptop, number))
        house.shelf.keep_seen(caller(team, laptop), signed, NOW + timedelta(seconds=at))
    assert house.shelf.all_seen(caller(team), team.stream) == (said(worker, 3), said(team.lead, 2))
    assert house.shelf.all_seen(caller(team), team.config) == ()
    for by, signed in (
        (team.lead, read_seen(said(worker, 4))),
        (worker, read_seen(said(worker, 4, b"x" * 16))),
    ):
        with pytest.raises(Refusal) as refused:
            house.shelf.keep_seen(caller(team, by), signed, NOW)
        assert code(refused) == "not-entitled"


# ------------------------------------------------------------------------------------- backup and restore


def test_a_backup_restores_into_either_engine_with_a_new_signed_history(
    house: House, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    team, worker = house.found(), Laptop()
    house.admit(team, worker)
    chain = [worker.seal(team) for _ in range(3)]
    for sealed in chain:
        house.store(team, sealed)
    before = house.shelf.head(caller(team), team.stream)
    out = tmp_path / "backup"
    done = archive.back_up(house.data, house.database, out)
    assert (done["teams"], done["batches"]) == (1, 3)
    assert out.stat().st_mode & 0o777 == 0o600
    lost = worker.seal(team)
    house.store(team, lost)

    targets = [f"sqlite:///{tmp_path / 'restored.db'}"]
    if not house.database.is_sqlite:
        targets.append(request.getfixturevalue("cluster").fresh_database())
    for number, target in enumerate(targets):
        data = tmp_path / f"restored-{number}"
        with closing(Database(target)) as database:
            restored = archive.restore(data, database, out, NOW, os.urandom)
            assert restored == {"teams": 1, "batches": 3, "streams_with_new_history": 2}
            assert read_identity(data).public == house.identity.public
            assert archive.verify(data, database)["sound"]
            shelf = Shelf(database, os.urandom)
            after = shelf.head(caller(team), team.stream)
            assert (after.team_seq, after.head) == (3, before.head)
            assert after.history != before.history
            with pytest.raises(Refusal) as refused:
                shelf.page(caller(team), team.stream, 4, 10, before.history)
            assert code(refused) == "history-changed"
            (statement,) = refused.value.report.attached["changes"]
            assert receipt.read_change(statement, house.identity.public) == receipt.HistoryChange(
                team.stream, before.history, after.history, 3, before.head
            )
            with pytest.raises(Refusal) as refused:
                shelf.page(caller(team), team.stream, 0, 10, b"x" * 16)
            assert refused.value.report.attached["changes"] == ()
            fresh = House(data, database, shelf, house.identity)
            assert fresh.store(team, lost, by=team.lead).receipt.team_seq == 4
            with pytest.raises(Trouble) as trouble:
                archive.restore(data, database, out, NOW, os.urandom)
            assert trouble.value.line.startswith("not-empty:")


def test_two_restores_in_a_row_leave_a_chain_of_statements(house: House, tmp_path: Path) -> None:
    team = house.found()
    house.store(team, team.lead.seal(team))
    histories = [house.shelf.head(caller(team), team.stream).history]
    at = house
    for number in range(2):
        out, data = tmp_path / f"backup-{number}", tmp_path / f"data-{number}"
        archive.back_up(at.data, at.database, out)
        database = Database(f"sqlite:///{tmp_path / f'{number}.db'}")
        archive.restore(data, database, out, NOW, os.urandom)
        if at is not house:
            at.database.close()
        at = House(data, database, Shelf(database, os.urandom), house.identity)
        histories.append(at.shelf.head(caller(team), team.stream).history)
    for known, steps in ((histories[0], 2), (histories[1], 1)):
        with pytest.raises(Refusal) as refused:
            at.shelf.page(caller(team), team.stream, 0, 10, known)
        changes = [
            receipt.read_change(each, house.identity.public)
            for each in refused.value.report.attached["changes"]
        ]
        assert [change.old for change in changes] == histories[2 - steps : 2]
        assert changes[-1].new == histories[2]
    assert len(at.shelf.page(caller(team), team.stream, 0, 10, histories[2])) == 1
    at.database.close()


def test_a_backup_never_overwrites_and_a_restore_reads_only_backups(house: House, tmp_path: Path) -> None:
    out = tmp_path / "backup"
    archive.back_up(house.data, house.database, out)
    with pytest.raises(Trouble) as trouble:
        archive.back_up(house.data, house.database, out)
    assert trouble.value.line.startswith("file-exists:")
    with pytest.raises(Trouble) as trouble:
        archive.back_up(house.data, house.database, tmp_path / "nowhere" / "backup")
    assert trouble.value.line.startswith("folder-missing:")
    rubbish = tmp_path / "rubbish"
    rubbish.write_bytes(b"not a backup at all" * 100)
    cut = tmp_path / "cut"
    cut.write_bytes(out.read_bytes()[: out.stat().st_size // 2])
    with closing(Database(f"sqlite:///{tmp_path / 'empty.db'}")) as database:
        for source in (rubbish, cut, tmp_path / "missing", tmp_path):
            with pytest.raises(Trouble) as trouble:
                archive.restore(tmp_path / "new", database, source, NOW, os.urandom)
            assert trouble.value.line.startswith("backup-unreadable:")


def test_a_restore_does_not_take_another_servers_place(house: House, tmp_path: Path) -> None:
    out = tmp_path / "backup"
    archive.back_up(house.data, house.database, out)
    with closing(Database(f"sqlite:///{tmp_path / 'other.db'}")) as other:
        admin.prepare(tmp_path / "other", other, NOW, os.urandom)
        with pytest.raises(Trouble) as trouble:
            archive.restore(tmp_path / "other", other, out, NOW, os.urandom)
    assert trouble.value.line.startswith("receipt-key-other:")


# ------------------------------------------------------------------------------------- what may go wrong


def test_key_database_and_program_must_belong_together(house: House, tmp_path: Path) -> None:
    assert not admin.prepare(house.data, house.database, NOW, os.urandom)["created"]
    (house.data / "receipt.key").rename(tmp_path / "kept")
    for attempt in (
        lambda: admin.prepare(house.data, house.database, NOW, os.urandom),
        lambda: admin.open_house(house.data, house.database),
    ):
        with pytest.raises(Trouble):
            attempt()
    (house.data / "receipt.key").write_bytes(b"x" * 32)
    with pytest.raises(Trouble) as trouble:
        admin.open_house(house.data, house.database)
    assert trouble.value.line.startswith("receipt-key-other:")
    (house.data / "receipt.key").write_bytes(b"x")
    with pytest.raises(Trouble) as trouble:
        admin.open_house(house.data, house.database)
    assert trouble.value.line.startswith("receipt-key-damaged:")


@pytest.mark.parametrize(("revision", "expected"), [("'9999'", "schema-newer"), (None, "not-initialised")])
def test_a_newer_or_empty_database_is_told_apart(house: House, revision: str | None, expected: str) -> None:
    with house.database.writing() as db:
        db.execute(
            text(f"update alembic_version set version_num = {revision}")
            if revision
            else text("delete from alembic_version")
        )
    with pytest.raises(Trouble) as trouble:
        admin.open_house(house.data, house.database)
    assert trouble.value.line.startswith(f"{expected}:")
    if revision:
        with pytest.raises(Trouble) as trouble:
            admin.prepare(house.data, house.database, NOW, os.urandom)
        assert trouble.value.line.startswith("schema-newer:")


def test_older_tables_are_not_served_until_they_are_upgraded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladder, "known", lambda: ["0001", "0002"])
    with pytest.raises(Trouble) as trouble:
        admin.open_house(house.data, house.database)
    assert trouble.value.line.startswith("schema-old:")


def test_a_commit_is_on_disk_before_it_returns(house: House) -> None:
    with house.database.writing() as db:
        if house.database.is_sqlite:
            assert db.execute(text("pragma journal_mode")).scalar() == "wal"
            assert db.execute(text("pragma synchronous")).scalar() == 2
            assert db.execute(text("pragma foreign_keys")).scalar() == 1
        else:
            assert db.execute(text("show synchronous_commit")).scalar() == "on"


def test_a_lock_held_too_long_is_busy_and_passes(
    house: House, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = house.found()
    sealed = team.lead.seal(team)
    monkeypatch.setattr("outreach_app.server.settings.LOCK_SECONDS", 0.05)
    with closing(Database(url)) as impatient, house.database.writing() as holder:
        holder.execute(text("update stream set head = head"))
        arrival = intake.read_arrival(sealed.encode(), team.stream, sealed.id)
        with pytest.raises(Refusal) as refused:
            Shelf(impatient, os.urandom).store(caller(team), arrival, NOW)
    report = refused.value.report
    assert (report.code, report.status, report.retry_after) == ("busy", 503, 2)
    assert house.store(team, sealed).is_new


def test_limits_of_the_wire_fit_the_tables(house: House) -> None:
    """The largest number that the wire takes is stored and comes back."""
    team = house.found()
    sealed = team.lead.seal_at(team, limits.COUNT, b"p" * 32, b"{}", team.stream)
    house.store(team, sealed)
    (item,) = house.shelf.page(caller(team), team.stream, 0, 1, None)
    assert item.header == sealed.batch.header
