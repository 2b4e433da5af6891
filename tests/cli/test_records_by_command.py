"""Records by command line: what is saved is listed, what is wrong changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cli.conftest import LEAD, WORKER, Day, Terminal

from outreach_app.cli.verbs import VERBS
from outreach_app.domain.kinds import KINDS
from outreach_app.store import audit
from outreach_app.store.views import Records

MET = {"occurred_at": "2026-11-24T15:00:00Z", "headcount": 2, "depth": 1}


def lines(*records: dict[str, object]) -> str:
    return "".join(json.dumps(one) + "\n" for one in records)


def counts(terminal: Terminal) -> dict[str, int]:
    assert terminal.opened is not None
    return {kind: Records(terminal.opened.db).count(kind, include_voided=True) for kind in KINDS}


# ------------------------------------------------------------------------------------- saved and listed


def test_records_come_back_in_the_order_in_which_they_were_given(terminal: Terminal, day: Day):
    many = [{**MET, "shift": day.shift, "headcount": count} for count in (3, 1, 2)]
    ids = terminal.ask("record", "engagement", "--file", "-", given=lines(*many))["ids"]
    by_id = {one["id"]: one for one in terminal.ask("list", "engagement")}
    assert [by_id[one]["headcount"] for one in ids] == [3, 1, 2]


def test_a_listed_record_is_flat_and_has_every_declared_field(terminal: Terminal, day: Day):
    made = terminal.record("engagement", **MET, shift=day.shift, ages={"13_15": 2}, topics=["housing"])
    [listed] = terminal.ask("list", "engagement")
    assert list(listed) == ["id", "kind", "state", "author", *KINDS["engagement"].fields]
    assert listed["id"] == made
    assert (listed["kind"], listed["state"], listed["author"]) == ("engagement", "final", LEAD)
    assert (listed["ages"], listed["topics"], listed["note"]) == ({"13_15": 2}, ["housing"], None)


def test_the_list_is_by_time_then_id_and_takes_days_at_both_ends(terminal: Terminal, day: Day):
    times = ["2026-11-24T23:59:59Z", "2026-11-22T10:00:00Z", "2026-11-23T00:00:00Z", "2026-11-25T00:00:00Z"]
    terminal.ask(
        "record",
        "engagement",
        "--file",
        "-",
        given=lines(*({**MET, "shift": day.shift, "occurred_at": at} for at in times)),
    )
    assert [one["occurred_at"] for one in terminal.ask("list", "engagement")] == sorted(times)
    inside = terminal.ask("list", "engagement", "--from", "2026-11-23", "--to", "2026-11-24")
    assert [one["occurred_at"] for one in inside] == ["2026-11-23T00:00:00Z", "2026-11-24T23:59:59Z"]


def test_an_amendment_changes_what_it_names_and_clears_what_is_null(terminal: Terminal, day: Day):
    made = terminal.record("engagement", **MET, shift=day.shift, note="first", topics=["housing"])
    done = terminal.ask("amend", "engagement", made, "--file", "-", given='{"note": null, "headcount": 5}')
    assert done == {"id": made}
    shown = terminal.ask("show", made)
    assert (shown["state"], shown["note"], shown["headcount"]) == ("amended", None, 5)
    assert shown["topics"] == ["housing"]
    assert [one["set"] for one in terminal.ask("history", made)][1] == {"note": None, "headcount": 5}


def test_a_void_record_stays_to_be_seen_with_its_reason(terminal: Terminal, day: Day):
    made = terminal.record("engagement", **MET, shift=day.shift)
    assert terminal.ask("void", "engagement", made, "--reason", "entered twice") == {"id": made}
    assert [one["state"] for one in terminal.ask("list", "engagement")] == ["voided"]
    assert terminal.ask("show", made)["voided"] == "entered twice"
    amended = terminal.say("amend", "engagement", made, "--file", "-", given='{"note": "a"}')
    assert amended.complaint.startswith("record-voided: ")
    assert terminal.ask("void", "engagement", made, "--undo") == {"id": made}
    assert terminal.ask("show", made)["voided"] is None
    assert terminal.say("void", "engagement", made, "--undo").complaint.startswith("record-not-voided: ")


def test_search_finds_words_and_never_shows_what_is_masked(terminal: Terminal, day: Day):
    met = terminal.record("engagement", **MET, shift=day.shift, note="Asked about the boxing sessions")
    card = terminal.record("person", hint="Green coat and a skateboard")
    assert [(hit["id"], hit["kind"]) for hit in terminal.ask("search", "boxing")] == [(met, "engagement")]
    found = terminal.say("search", "skateboard", "--json")
    assert [hit["id"] for hit in found.document] == [card]
    assert b"Green" not in found.out
    assert terminal.ask("search", "nothing like it") == []


def test_a_hint_is_masked_everywhere_until_it_is_revealed_and_that_is_written_down(terminal: Terminal):
    card = terminal.record("person", hint="Green coat")
    for words in (("list", "person"), ("show", card), ("history", card)):
        for form in (("--json",), ()):
            said = terminal.say(*words, *form)
            assert said.code == 0
            assert b"Green" not in said.out, words
    assert terminal.ask("show", card)["masked"] == ["hint"]
    assert terminal.ask("show", card, "--reveal")["hint"] == "Green coat"
    assert reveals(terminal) == [(card, LEAD)]


def reveals(terminal: Terminal) -> list[tuple[str, str]]:
    assert terminal.opened is not None
    return [(one.about, one.who) for one in audit.entries(terminal.opened.db) if one.what == "reveal"]


def test_the_schema_is_exactly_what_record_takes(terminal: Terminal):
    schema = terminal.ask("schema", "engagement")
    assert list(schema["properties"]) == list(KINDS["engagement"].fields)
    assert set(schema["required"]) == {"shift", "occurred_at", "headcount", "depth"}
    assert schema["properties"]["depth"]["enum"] == [0, 1, 2, 3, 4]
    assert schema["properties"]["occurred_at"]["format"] == "date-time"
    assert schema["properties"]["shift"]["x-ref"] == "shift"


def test_a_person_reads_lines_where_a_script_reads_json(terminal: Terminal, day: Day):
    made = terminal.record("engagement", **MET, shift=day.shift, hotspot=day.hotspot, note="two\nlines")
    for words in (
        ("list", "engagement"),
        ("show", made),
        ("history", made),
        ("search", "lines"),
        ("conflicts",),
        ("schema", "engagement"),
    ):
        said = terminal.say(*words)
        assert said.code == 0
        assert said.err == b""
        assert said.out.decode().strip()
    assert "Clock Tower" in terminal.say("show", made).out.decode()


def test_references_in_one_file_of_many_kinds_must_be_here_before(terminal: Terminal, day: Day):
    given = lines(
        {"kind": "engagement", **MET, "shift": day.shift},
        {"kind": "handover_item", "shift": day.shift, "text": "Ask again", "about": "follow_up"},
    )
    assert terminal.ask("import", "records", "-", given=given) == {"imported": 2, "refused": []}


# ------------------------------------------------------------------------- wrong, told, nothing changed

IN_ORDER = {"date": "2026-11-24", "workers": [LEAD, WORKER]}
STAY = {"shift": "SHIFT", "hotspot": "HOTSPOT", "arrived_at": "2026-11-24T15:00:00Z"}
REFER = {"kind_of": "full", "opened_at": "2026-11-24T15:00:00Z", "service_type": "housing"}
HERE = {**MET, "shift": "SHIFT"}

BAD_RECORDS = [
    ("engagement", '{"headcount": 2', "json-malformed", "line 1"),
    ("engagement", lines(HERE) + "{oops}\n", "json-malformed", "line 2"),
    ("engagement", "[]", "json-array", "line 1"),
    ("engagement", "", "file-empty", "standard input"),
    ("engagement", lines({**HERE, "wheels": 4}), "field-unknown", "wheels"),
    ("engagement", lines({**HERE, "depth": 5}), "field-unfit", "depth"),
    ("engagement", lines({**HERE, "depth": True}), "field-unfit", "depth"),
    ("engagement", lines({**HERE, "topics": ["football"]}), "field-unfit", "topics"),
    ("engagement", lines({**HERE, "headcount": 0}), "field-unfit", "from 1 to 200"),
    ("engagement", lines({**HERE, "headcount": 201}), "field-unfit", "from 1 to 200"),
    ("engagement", lines({**HERE, "headcount": "two"}), "field-unfit", "whole number"),
    ("engagement", lines(HERE).replace("2,", "1e999,", 1), "field-unfit", "headcount"),
    ("engagement", lines({**HERE, "ages": {"13_15": 3}}), "bands-above-headcount", "ages"),
    ("engagement", lines(HERE, {**HERE, "genders": {"male": 3}}), "bands-above-headcount", "Line 2"),
    ("engagement", lines({**MET, "shift": "0" * 32}), "reference-missing", "shift"),
    ("engagement", lines({**MET, "shift": "HOTSPOT"}), "reference-missing", "shift"),
    ("engagement", lines({**HERE, "occurred_at": "2026-11-24T15:00:00"}), "field-unfit", "time zone"),
    ("engagement", lines({**HERE, "occurred_at": "2026-02-30T15:00:00Z"}), "field-unfit", "occurred_at"),
    ("engagement", lines({"shift": "SHIFT"}), "field-missing", "occurred_at"),
    ("engagement", lines({**HERE, "note": "x" * 20_001}), "field-unfit", "note"),
    ("engagement", '{"shift": "SHIFT", "a\\nb\\u001b[31m\\ud800": 1}', "field-unknown", "a b"),
    ("visit", lines({**STAY, "left_at": "2026-11-24T14:59:59Z"}), "left-before-arrived", "left_at"),
    ("visit", lines(STAY, STAY), "visit-open", "Line 2"),
    ("shift", lines({"date": "2026-11-24", "workers": [LEAD]}), "workers-too-few", "single_reason"),
    ("shift", lines({"date": "2026-11-24", "workers": []}), "workers-too-few", "workers"),
    (
        "shift",
        lines({**IN_ORDER, "started_at": "2026-11-24T15:00:00Z", "ended_at": "2026-11-24T14:00:00Z"}),
        "end-before-start",
        "ended_at",
    ),
    ("referral", lines({**REFER, "anonymous": True}), "consent-missing", "consent"),
    ("hotspot", lines({"name": " "}), "field-unfit", "name"),
    ("crime", "{}", "kind-unknown", "crime"),
]


@pytest.mark.parametrize(("kind", "given", "code", "says"), BAD_RECORDS)
def test_a_record_that_cannot_be_saved_is_told_in_one_line_and_changes_nothing(
    terminal: Terminal, day: Day, kind: str, given: str, code: str, says: str
):
    before = counts(terminal)
    given = given.replace('"SHIFT"', f'"{day.shift}"').replace('"HOTSPOT"', f'"{day.hotspot}"')
    said = terminal.say("record", kind, "--file", "-", "--json", given=given)
    assert said.code == 1
    assert said.complaint.startswith(f"{code}: ")
    assert says in said.complaint
    assert counts(terminal) == before


def test_one_bad_line_among_five_hundred_saves_none_of_them(terminal: Terminal, day: Day):
    good = {**MET, "shift": day.shift}
    said = terminal.say(
        "record",
        "engagement",
        "--file",
        "-",
        given=lines(*[good] * 498, {**good, "headcount": 0}, good),
    )
    assert said.code == 1
    assert "Line 499" in said.complaint
    assert terminal.ask("list", "engagement") == []


def test_a_second_open_visit_is_refused_whichever_command_brings_it(terminal: Terminal, day: Day):
    terminal.ask("arrive", "Clock Tower")
    said = terminal.say("arrive", "CT")
    assert said.code == 1
    assert said.complaint.startswith("visit-open: ")


@pytest.mark.parametrize(
    ("words", "given", "code"),
    [
        (("amend", "engagement", "MET", "--file", "-"), '{"headcount": 300}', "field-unfit"),
        (("amend", "engagement", "MET", "--file", "-"), '{"headcount": null}', "field-missing"),
        (("amend", "engagement", "MET", "--file", "-"), '{"id": "x"}', "field-unknown"),
        (("amend", "engagement", "MET", "--file", "-"), '{"note": "a"}\n{"note": "b"}', "json-several"),
        (("amend", "visit", "MET", "--file", "-"), '{"note": "a"}', "record-other-kind"),
        (("amend", "engagement", "nobody", "--file", "-"), '{"note": "a"}', "record-missing"),
        (("amend", "engagement", "MET", "--file", "not there"), "", "file-missing"),
        (("void", "engagement", "MET", "--reason", "  "), "", "void-reason-missing"),
        (("show", "nobody"), "", "record-missing"),
        (("history", "nobody"), "", "record-missing"),
        (("list", "crime"), "", "kind-unknown"),
        (("list", "engagement", "--from", "yesterday"), "", "date-unreadable"),
        (("list", "engagement", "--from", "2026-02-30"), "", "date-unreadable"),
        (("list", "engagement", "--from", "2026-11-25", "--to", "2026-11-24"), "", "period-crossed"),
        (("resolve", "MET", "--field", "note", "--value", "a"), "", "conflict-missing"),
        (("import", "records", "-"), '{"headcount": 1}', "line-without-kind"),
        (("import", "records", "-"), '{"kind": "crime"}', "kind-unknown: Line 1"),
        (("import", "hotspots", "-"), '{"type": "Point"}', "geojson-nameless"),
        (("import", "services", "-"), "name,phone\nA,1\n", "csv-columns-missing"),
        (("import", "services", "-"), "name,types\nA,housing\nB,palaces\n", "field-unfit"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_and_changes_nothing(
    terminal: Terminal, day: Day, words: tuple[str, ...], given: str, code: str
):
    made = terminal.record("engagement", **MET, shift=day.shift)
    before = (counts(terminal), terminal.ask("show", made))
    said = terminal.say(*(word.replace("MET", made) for word in words), given=given)
    assert said.code == 1
    assert said.complaint.startswith(f"{code}: ")
    assert (counts(terminal), terminal.ask("show", made)) == before


# ---------------------------------------------------------------------------------------------- imports


def hotspots(*widths: float, is_open: bool = False) -> str:
    """GeoJSON of squares so many metres wide, one above the other."""
    features = []
    for number, width in enumerate(widths):
        south, west = 52.63 + number * 0.01, -1.13
        north, east = south + 0.001, west + width / 67_600
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "properties": {"name": f"Place {number}"},
                "geometry": {"type": "Polygon", "coordinates": [ring[: -1 if is_open else None]]},
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_the_example_hotspots_and_services_are_taken_once(terminal: Terminal):
    from outreach_app import resources

    for what, file, count in (("hotspots", "hotspots.geojson", 7), ("services", "services.csv", 12)):
        path = str(resources.path("demo", file))
        assert terminal.ask("import", what, path) == {"imported": count, "refused": []}
        again = terminal.ask("import", what, path)
        assert again["imported"] == 0
        assert len(again["refused"]) == count
        assert set(again["refused"][0]) == {"row", "why"}


def test_an_open_ring_is_refused_with_its_number_and_nothing_is_taken(terminal: Terminal):
    said = terminal.say("import", "hotspots", "-", given=hotspots(150, 150, is_open=True))
    assert said.code == 1
    assert "open ring" in said.complaint
    assert "Line 1" in said.complaint
    assert terminal.ask("list", "hotspot") == []


def test_a_hotspot_beyond_200_metres_is_asked_about_and_taken_when_confirmed(terminal: Terminal):
    wide = hotspots(150, 260)
    said = terminal.say("import", "hotspots", "-", given=wide)
    assert said.code == 1
    assert said.complaint.startswith("hotspot-wide: Line 2: ")
    assert terminal.ask("list", "hotspot") == []
    assert terminal.ask("import", "hotspots", "-", "--accept-warnings", given=wide)["imported"] == 2


def test_a_file_given_again_with_one_more_hotspot_takes_the_one(terminal: Terminal):
    terminal.ask("import", "hotspots", "-", given=hotspots(150))
    done = terminal.ask("import", "hotspots", "-", given=hotspots(150, 150))
    assert (done["imported"], [one["row"] for one in done["refused"]]) == (1, [1])


def test_a_csv_with_a_mark_crlf_and_quotes_is_read(terminal: Terminal):
    text = '\ufeffname,types,address\r\n"Club, the",housing,"1 ""Old"" Street"\r\n'
    assert terminal.ask("import", "services", "-", given=text)["imported"] == 1
    [service] = terminal.ask("list", "service")
    assert (service["name"], service["address"]) == ("Club, the", '1 "Old" Street')


# ------------------------------------------------------------------------------------------ the grammar


@pytest.mark.parametrize(
    "words",
    [
        ("fly",),
        ("list",),
        ("list", "engagement", "--form", "2026-11-24"),
        ("record", "engagement"),
        ("record", "engagement", "--fil", "-"),
        ("amend", "engagement", "--file", "-"),
        ("resolve", "x", "--field", "note"),
        ("resolve", "x", "--field", "note", "--take", "a", "--value", "b"),
        ("import", "castles", "x"),
        ("summary", "--format", "pdf", "--out", "x"),
        ("summary", "--shift", "x", "--from", "2026-11-24", "--format", "pdf", "--out", "x"),
        ("summary", "--shift", "x", "--format", "docx", "--out", "x"),
        ("--bogus", "list", "engagement"),
        ("help", "fly"),
        ("list", "engagement", "extra"),
    ],
)
def test_what_the_manual_does_not_have_is_refused_with_code_2_in_one_line(
    terminal: Terminal, words: tuple[str, ...]
):
    said = terminal.say(*words)
    assert said.code == 2
    assert said.complaint.startswith("usage: ")


@pytest.mark.parametrize(
    "words",
    [
        ("--json", "list", "engagement"),
        ("list", "--json", "engagement"),
        ("list", "engagement", "--json"),
    ],
)
def test_global_options_stand_before_or_after_the_verb(terminal: Terminal, words: tuple[str, ...]):
    assert terminal.say(*words).document == []


def test_a_profile_and_a_passphrase_file_on_the_line_win_over_the_environment(
    locked: Terminal, tmp_path: Path
):
    profile, passphrase = str(locked.profile), str(locked.passphrase_file)
    locked.profile, locked.passphrase_file = tmp_path / "nowhere", tmp_path / "nothing"
    options = ("--profile", profile, "--passphrase-file", passphrase)
    assert locked.ask(*options, "list", "team")[0]["name"] == "Team (example)"
    assert locked.ask("list", "team", *options)[0]["name"] == "Team (example)"


def test_the_command_line_never_asks_for_a_passphrase(locked: Terminal, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("outreach_app.cli.call.PASSPHRASE_FILE", "NOT_SET")
    said = locked.say("list", "engagement")
    assert said.code == 2
    assert "--passphrase-file" in said.complaint


def test_every_verb_has_a_page_of_help_and_the_overview_names_it(terminal: Terminal):
    overview = terminal.say("help").out.decode()
    for verb in VERBS.values():
        assert f"  {verb.name} " in overview
        page = terminal.say("help", verb.name)
        assert page.code == 0
        assert page.out.decode().startswith(f"usage: outreach {verb.name}")
        assert terminal.say(verb.name, "--help").out == page.out
    assert set(terminal.ask("help")["verbs"]) == set(VERBS)


def test_the_version_is_said(terminal: Terminal):
    from outreach_app import __version__

    assert terminal.say("--version").out.decode() == f"outreach {__version__}\n"
    assert terminal.ask("--version") == {"version": __version__}


def test_without_a_verb_the_window_opens_on_the_profile(terminal: Terminal, tmp_path: Path):
    assert terminal.say().code == 0
    assert terminal.say("--profile", str(tmp_path / "other")).code == 0
    assert terminal.windows == [terminal.profile, tmp_path / "other"]


def test_there_is_one_team_and_no_second_one_can_take_its_name(locked: Terminal):
    said = locked.say("record", "team", "--file", "-", given=b'{"name": "Somebody else"}')
    assert (said.code, said.complaint.split(":")[0]) == (1, "team-stands")
