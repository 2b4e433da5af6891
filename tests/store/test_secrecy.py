"""No byte of what was said lies in clear in any file of the folder."""

from __future__ import annotations

import base64
import io
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path

from outreach_app.store import audit, backup, batches, book, database, drafts, oplog, search, views
from outreach_app.store.drafts import Draft, Place
from outreach_app.store.profile import Profile

CANARY = "Zaphodia Quillfeather"


def traces(whole: bytes) -> list[str]:
    """In which spellings the canary, or either of its words, is found in these bytes."""
    found = []
    for word in (CANARY, *CANARY.split(), CANARY.lower(), CANARY.lower().split()[1]):
        spellings = {
            "utf-8": word.encode(),
            "utf-16": word.encode("utf-16-le"),
            "hex": word.encode().hex().encode(),
            "base64": base64.b64encode(word.encode())[:-4],
            "reversed": word.encode()[::-1],
        }
        found += [name for name, spelled in spellings.items() if spelled in whole]
    return found


def inflated(whole: bytes) -> bytes:
    """Whatever zlib finds at any place where one of its streams could begin."""
    out = io.BytesIO()
    for start in range(len(whole) - 1):
        if whole[start] == 0x78 and (whole[start] * 256 + whole[start + 1]) % 31 == 0:
            try:
                out.write(zlib.decompressobj().decompress(whole[start:], 1 << 16))
            except zlib.error:
                continue
    return out.getvalue()


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_no_file_of_the_folder_tells_anything(profile: Profile, key: bytes, hand, server, tmp_path) -> None:
    profile.vault.write_text("{}")
    db = database.create(profile.records, key)
    lease = profile.acquire()
    met = hand.engagement(note=f"{CANARY} said hello", young_person_view=CANARY)
    person = hand.begins("person", code="Maple-14", hint=CANARY)
    drafts.keep(
        db,
        Draft(
            id="d",
            kind="engagement",
            values={"note": CANARY},
            place=Place(screen="log"),
            updated_at=datetime(2026, 11, 24, tzinfo=UTC),
        ),
    )
    book.put(db, "identity", "name", CANARY.encode())
    audit.note(db, "reveal", datetime(2026, 11, 24, tzinfo=UTC), "a" * 32, CANARY)
    oplog.add_own(db, [met, person])
    oplog.add_own(db, [hand.amends(met, note=f"not {CANARY}")])
    other = hand.engagement(note=CANARY)
    batches.apply_page(db, "team", [server.batch(hand, other)], None)
    assert search.search(db, "zaphodia quill")
    views.rebuild(db)
    backup.backup(db, profile, tmp_path / "profile.backup")
    db = database.rekey(db, bytes(reversed(key)))
    oplog.add_own(db, [hand.engagement(note=CANARY)])
    backup.restore(tmp_path / "profile.backup", Profile(tmp_path / "second"))

    # Open, so that the write-ahead log is there; then closed.
    named = {path.name for path in files(profile.folder)}
    assert {"records.db", "records.db-wal", "vault.json", "lock"} <= named
    for _ in range(2):
        for path in files(tmp_path):
            whole = path.read_bytes()
            assert traces(whole) == [], path
            assert traces(inflated(whole)) == [], path
            assert b"SQLite format" not in whole, path
        db.close()
    lease.release()
    with zipfile.ZipFile(tmp_path / "profile.backup") as packed:
        assert sorted(packed.namelist()) == ["contents.json", "records.db", "vault.json"]
    # The test can see what it looks for.
    assert traces(f"x{CANARY}x".encode()) != []
    assert traces(inflated(b"??" + zlib.compress(CANARY.encode()) + b"??")) != []
