"""What was acknowledged is there: after SIGKILL at any moment, and on a disk that is full or read-only."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from outreach_app.domain.trouble import Trouble
from outreach_app.store import batches, checkup, database, drafts, oplog
from outreach_app.store.views import Records

OWN_MOUNTS = ("unshare", "-rm")

needs_mounts = pytest.mark.skipif(
    shutil.which("unshare") is None
    or subprocess.run([*OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True).returncode,
    reason="this machine lets nobody mount a small disk of his own",
)

WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from fakes.chance import Randomness
from outreach_app.domain.ids import RecordId, new_record_id
from outreach_app.domain.operation import stamp
from outreach_app.store import batches, database, drafts, oplog
from outreach_app.store.drafts import Draft, Place

db = database.open_(Path(sys.argv[1]), bytes.fromhex(sys.argv[2]))
randomness = Randomness(sys.argv[3])
at = datetime.now(UTC)
number = 0
def engagement():
    return stamp(kind="engagement", record=new_record_id(at, randomness), author="a" * 32, role="worker",
        at=1_800_000_000_000 + number, zone=0, salt=randomness(16),
        set={"headcount": 2, "depth": 1, "occurred_at": "2026-11-24T18:00:00Z", "note": "words " * 40})
while True:
    number += 1
    if sys.argv[4] == "saves":
        draft = Draft(id=f"draft {number}", kind="engagement", values={},
            place=Place(screen="log"), updated_at=at)
        drafts.keep(db, draft)
        print("draft", draft.id, flush=True)
        said = engagement()
        oplog.add_own(db, [said], drop_draft=draft.id)
        print("saved", said.id, draft.id, flush=True)
    else:
        ops = tuple(engagement() for _ in range(30))
        batch = batches.ReceivedBatch(id=randomness(32), device=b"d" * 16, seq=number, prev=bytes(32),
            team_seq=number, history=b"h" * 16, header=b"h", body=b"b" * 9000, receipt=b"r", ops=ops)
        batches.apply_page(db, "team", [batch], batches.Cursor(history=b"h" * 16, team_seq=number))
        print("page", number, flush=True)
"""


def killed_after(process: subprocess.Popen[str], lines: int) -> list[list[str]]:
    """Read some lines, kill, read what else was printed before the end."""
    assert process.stdout is not None
    read = [process.stdout.readline() for _ in range(lines)]
    process.kill()
    rest, errors = process.communicate()
    assert process.returncode == -9, errors
    return [line.split() for line in (*read, *rest.splitlines(True)) if line.endswith("\n")]


def test_no_acknowledged_save_is_lost_to_a_kill(tmp_path: Path, key: bytes, run) -> None:
    path = tmp_path / "records.db"
    database.create(path, key).close()
    acknowledged: set[str] = set()
    for turn in range(4):
        lines = killed_after(
            run(WRITER, str(path), key.hex(), f"turn {turn}", "saves"), random.randrange(5, 90)
        )
        acknowledged |= {line[1] for line in lines if line[0] == "saved"}
        kept = {" ".join(line[1:]) for line in lines if line[0] == "draft"}
        dropped = {" ".join(line[2:]) for line in lines if line[0] == "saved"}
        db = database.open_(path, key)
        assert oplog.known(db, acknowledged) == acknowledged
        # At most the one save in flight is there without having been acknowledged.
        assert batches.count_waiting(db) - len(acknowledged) in range(turn + 2)
        assert Records(db).count("engagement") == batches.count_waiting(db)
        left = {draft.id for draft in drafts.all(db)}
        assert left <= kept - dropped | {f"draft {len(kept) + 1}"}
        for draft in left:
            drafts.drop(db, draft)
        assert checkup.check(db) == []
        db.close()
    assert acknowledged


def test_a_page_is_there_with_its_cursor_or_not_at_all_after_a_kill(tmp_path: Path, key: bytes, run) -> None:
    path = tmp_path / "records.db"
    database.create(path, key).close()
    process = run(WRITER, str(path), key.hex(), "pages", "pages")
    lines = killed_after(process, random.randrange(3, 40))
    db = database.open_(path, key)
    reached = batches.cursor(db, "team").team_seq
    assert reached >= int(lines[-1][1])
    assert Records(db).count("engagement") == reached * 30
    assert len(batches.batches_after(db, "team", 0, most=10_000)) == reached
    assert [damage.code for damage in checkup.check(db)] == ["batches"]
    db.close()


FILLER = """
import os, resource, subprocess, sys
from pathlib import Path
from fakes.chance import Randomness
from outreach_app.domain.ids import new_record_id
from outreach_app.domain.operation import stamp
from outreach_app.domain.trouble import Trouble
from outreach_app.store import batches, checkup, database, drafts, oplog
from outreach_app.store.drafts import Draft, Place
from outreach_app.store.views import Records
from datetime import UTC, datetime

folder, key, how = Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3]
if how == "small disk":
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(folder)], check=True)
db = database.create(folder / "records.db", key)
randomness, at = Randomness("filler"), datetime(2026, 11, 24, tzinfo=UTC)
if how == "file limit":
    resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, resource.RLIM_INFINITY))

def save(number):
    said = stamp(kind="engagement", record=new_record_id(at, randomness), author="a" * 32, role="worker",
        at=number, zone=0, salt=randomness(16), set={"headcount": 2, "note": randomness(2000).hex()})
    drafts.keep(db, Draft(id="open", kind="engagement", values={"n": number},
        place=Place(screen="log"), updated_at=at))
    oplog.add_own(db, [said], drop_draft="open")
    return said.id

saved, trouble = [], None
for number in range(1, 10_000):
    try:
        saved.append(save(number))
    except Trouble as caught:
        trouble = caught.code
        break
print(trouble)
assert not db.in_transaction
assert len(saved) > 10, saved
assert oplog.known(db, saved) == set(saved)
assert Records(db).count("engagement") == batches.count_waiting(db) == len(saved)
assert len(drafts.all(db)) <= 1
try:
    save(number)
    raise SystemExit("the disk is not full")
except Trouble as caught:
    print(caught.code)
if how == "small disk":
    subprocess.run(["mount", "-o", "remount,size=16m", str(folder)], check=True)
else:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
saved.append(save(number + 1))
db.close()
db = database.open_(folder / "records.db", key)
assert oplog.known(db, saved) == set(saved)
assert Records(db).count("engagement") == batches.count_waiting(db) == len(saved)
assert checkup.check(db) == []
print("all there")
"""


@pytest.mark.parametrize(
    ("how", "code", "under"),
    [
        pytest.param("small disk", "disk-full", OWN_MOUNTS, marks=needs_mounts),
        ("file limit", "disk-failing", ()),
    ],
)
def test_a_full_disk_refuses_a_save_whole_and_loses_nothing(
    tmp_path: Path, key: bytes, run, how: str, code: str, under: tuple[str, ...]
) -> None:
    process = run(FILLER, str(tmp_path), key.hex(), how, under=under)
    out, errors = process.communicate(timeout=120)
    assert out.splitlines() == [code, code, "all there"], errors


@needs_mounts
def test_a_read_only_disk_is_said_to_be_read_only(tmp_path: Path, key: bytes, run) -> None:
    database.create(tmp_path / "records.db", key).close()
    script = """
import sys, subprocess
from pathlib import Path
from outreach_app.domain.trouble import Trouble
from outreach_app.store import database
folder, key = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
subprocess.run(["mount", "--bind", str(folder), str(folder)], check=True)
subprocess.run(["mount", "-o", "remount,bind,ro", str(folder)], check=True)
try:
    database.open_(folder / "records.db", key)
except Trouble as trouble:
    print(trouble.code)
"""
    process = run(script, str(tmp_path), key.hex(), under=OWN_MOUNTS)
    out, err = process.communicate(timeout=60)
    assert out.strip() == "database-readonly", err


def test_what_is_harmed_is_found(tmp_path: Path, key: bytes, hand) -> None:
    path = tmp_path / "records.db"
    db = database.create(path, key)
    oplog.add_own(db, [hand.engagement(note="words " * 100) for _ in range(200)])
    db.close()
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 4096 // 2 * 4096 + 77] ^= 1
    path.write_bytes(whole)
    db = database.open_(path, key)
    assert "pages" in [damage.code for damage in checkup.check(db)]
    db.close()


def test_a_check_finds_what_was_changed_behind_our_back_and_a_rebuild_mends_the_views(
    db, hand, server
) -> None:
    said = hand.engagement(shift="1" * 32, note="words")
    oplog.add_own(db, [said, hand.engagement()])
    assert checkup.check(db) == []
    db.execute("update record set happened = '1999' where id = ?", (said.op.record,))
    db.execute("delete from link")
    db.execute("insert into link values ('somebody', 'visit', '', 999, 0)")
    assert [(one.code, one.mended) for one in checkup.check(db)] == [("views", False)]
    assert [(one.code, one.mended) for one in checkup.check(db, rebuild=True)] == [("views", True)]
    assert checkup.check(db) == []
    db.execute("update op set at = at + 1 where number = 1")
    db.execute("update op set raw = cast(replace(raw, x'33', x'34') as blob) where number = 2")
    codes = {one.code: one.count for one in checkup.check(db)}
    assert codes["operations"] == 2


def test_a_disk_that_fails_is_trouble_and_not_a_bug() -> None:
    from outreach_app.store import engine

    error = engine.Error("disk I/O error")
    error.sqlite_errorcode, error.sqlite_errorname = 10 | (3 << 8), "SQLITE_IOERR_WRITE"
    translated = engine.translate(error, "commit")
    assert isinstance(translated, Trouble)
    assert (translated.code, translated.facts) == ("disk-failing", {"reason": "SQLITE_IOERR_WRITE"})


@needs_mounts
def test_opening_on_a_full_disk_says_that_it_is_full(tmp_path: Path, key: bytes, run) -> None:
    script = """
import sys, subprocess
from contextlib import suppress
from pathlib import Path
from outreach_app.domain.trouble import Trouble
from outreach_app.store import database
folder, key = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], check=True)
database.create(folder / "records.db", key).close()
with suppress(OSError), open(folder / "films", "wb", buffering=0) as file:
    while True:
        file.write(bytes(4096))
try:
    database.open_(folder / "records.db", key)
except Trouble as trouble:
    print(trouble.code)
(folder / "films").unlink()
database.open_(folder / "records.db", key).close()
print("opens again")
"""
    process = run(script, str(tmp_path), key.hex(), under=OWN_MOUNTS)
    out, err = process.communicate(timeout=60)
    assert out.split("\n")[:2] == ["disk-full", "opens again"], err
