"""`outreach-server` at the terminal: exit codes, one line of trouble, one JSON document."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from fakes.crew import Laptop, Server

from outreach_app.server.__main__ import main
from outreach_app.wire import paths


def test_the_verbs_from_setting_up_to_looking(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(tmp_path / "data")

    def run(*arguments: str) -> str:
        assert main(arguments) == 0
        captured = capsys.readouterr()
        assert captured.err == ""
        return captured.out

    first = json.loads(run("init", "--data", data, "--json"))
    assert first["created"]
    again = json.loads(run("--json", "--data", data, "init"))
    assert not again["created"]
    assert again["receipt_key"] == first["receipt_key"]
    assert (tmp_path / "data" / "receipt.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    token = json.loads(run("team-token", "--data", data, "--label", "Leicester", "--days", "2", "--json"))
    assert set(token) == {"token", "label", "expires_at"}
    assert len(token["token"].replace("-", "")) == 32
    status = json.loads(run("status", "--data", data, "--json"))
    assert (status["teams"], status["unused_tokens"], status["database"]) == ([], 1, "sqlite")
    assert json.loads(run("verify", "--data", data, "--json"))["sound"]
    assert "Already set up" in run("init", "--data", data)
    assert run("team-token", "--data", data).count("-") == 7
    assert run("status", "--data", data).startswith("Version ")
    assert run("verify", "--data", data).startswith("Sound: ")
    out = str(tmp_path / "backup")
    assert out in run("backup", "--data", data, "--out", out)
    assert "Restored" in run("restore", out, "--data", str(tmp_path / "new"))


def test_status_names_teams_by_the_administrators_label_and_devices_by_id(server: Server) -> None:
    team, worker = server.found(), Laptop()
    server.admit(team, worker)
    with server.line(team) as line:
        line.store(team.lead.seal(team))
    (shown,) = [each for each in server.verb("status")["teams"] if each["id"] == team.id.hex()]
    assert shown["label"] == "a test's team"
    assert {each["id"]: each["standing"] for each in shown["devices"]} == {
        team.lead.id.hex(): "active",
        worker.id.hex(): "active",
    }
    assert {each["name"]: each["batches"] for each in shown["streams"]} == {"config": 0, "team": 1}
    text = server.run("status").stdout
    assert f"device {team.lead.id.hex()} lead active, last seen 20" in text
    assert f"device {worker.id.hex()} worker active, last seen never" in text


def test_revoke_stops_a_laptop_at_once(server: Server) -> None:
    team, worker = server.found(), Laptop()
    server.admit(team, worker)
    with server.line(team, worker) as line:
        assert line.head(team.stream).team_seq == 0
        assert server.verb("revoke", worker.id.hex())["changed"]
        answer = line.call("GET", paths.fill(paths.HEAD, stream=team.stream))
        assert (answer.status, answer.code) == (403, "device-blocked")
        assert server.verb("revoke", worker.id.hex(), "--undo")["changed"]
        assert line.head(team.stream).team_seq == 0


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["status"], "not-initialised"),
        (["serve"], "not-initialised"),
        (["restore", "nothing-there"], "backup-unreadable"),
        (["init", "--database", "mysql://host/name"], "database-unknown"),
        (["init", "--database", "no url"], "database-unknown"),
        (["init", "--database", "sqlite://"], "database-unknown"),
    ],
)
def test_trouble_is_one_line_and_nothing_on_the_output(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: str
) -> None:
    assert main([*arguments, "--data", str(tmp_path / "data")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"{code}: ")
    assert captured.err.count("\n") == 1


def test_a_folder_without_tables_or_key_is_not_initialised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["team-token", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("not-initialised: ")
    assert main(["init", "--data", str(tmp_path)]) == 0
    with closing(sqlite3.connect(tmp_path / "server.db")) as db:
        db.execute("drop table alembic_version")
        db.commit()
    capsys.readouterr()
    assert main(["status", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("not-initialised: ")


def test_a_file_that_is_no_database_is_trouble_not_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "server.db").write_bytes(b"not a database" * 500)
    assert main(["init", "--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err.startswith("database-unreadable: ")


def test_a_database_that_is_away_is_trouble(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"postgresql://nobody@127.0.0.1:{port}/nothing"
    assert main(["init", "--data", str(tmp_path / "data"), "--database", url]) == 1
    error = capsys.readouterr().err
    assert error.startswith("busy: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize("arguments", [[], ["nonsense"], ["status"], ["revoke"], ["serve", "--port", "x"]])
def test_wrong_usage_is_two(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OUTREACH_SERVER_DATA", raising=False)
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2


def test_data_folder_and_database_may_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OUTREACH_SERVER_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("OUTREACH_SERVER_DATABASE", f"sqlite:///{tmp_path / 'elsewhere.db'}")
    assert main(["init"]) == 0
    assert (tmp_path / "elsewhere.db").exists()
    assert (tmp_path / "data" / "receipt.key").exists()
    assert capsys.readouterr().out.startswith("Set up: ")


def test_serve_refuses_a_port_in_use_and_half_a_certificate(own: Server) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = own.run("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 1
    assert done.stderr.startswith("address-unavailable: ")
    assert own.run("serve", "--port", "0", "--tls-cert", "x").stderr.startswith("tls-incomplete: ")
    missing = own.run("serve", "--port", "0", "--tls-cert", "x", "--tls-key", "y")
    assert missing.returncode == 1
    assert missing.stderr.startswith("tls-unreadable: ")


def test_damage_is_exit_code_one_with_the_places_in_the_document(own: Server) -> None:
    own.start()
    team = own.found()
    with own.line(team) as line:
        line.store(team.lead.seal(team))
    own.stop()
    with closing(sqlite3.connect(own.data / "server.db")) as db:
        db.execute("update batch set body = zeroblob(50)")
        db.commit()
    done = own.run("verify", "--json")
    assert done.returncode == 1
    assert done.stderr.startswith("damaged: ")
    assert [place["what"] for place in json.loads(done.stdout)["damaged"]] == ["body"]


def test_the_server_runs_without_qt_key_ring_or_record_stores() -> None:
    script = "import sys, outreach_app.server.__main__; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    for name in ("PySide6", "keyring", "sqlcipher3", "requests", "outreach_app.domain", "outreach_app.store"):
        assert name not in loaded
