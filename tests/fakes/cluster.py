"""A real PostgreSQL cluster of the test's own: made, started on loopback, and thrown away."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg


def find_binaries() -> Path | None:
    """The newest Debian cluster's programs, or those on the path; None where there are none."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if installed:
        return installed[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


class Cluster:
    """`initdb`, then `postgres` on 127.0.0.1; as root it runs as the user postgres, as PostgreSQL demands."""

    def __init__(self, binaries: Path) -> None:
        self._binaries = binaries
        self._folder = Path(tempfile.mkdtemp(prefix="outreach-pg-"))
        self._user = "postgres" if os.geteuid() == 0 else None
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(self._folder, account.pw_uid, account.pw_gid)
        self._data = self._folder / "data"
        self._made = 0
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def __enter__(self) -> Self:
        self._run(
            "initdb", "-D", str(self._data), "-U", "outreach", "-A", "trust", "-E", "UTF8", "--no-locale"
        )
        self.start_again()
        return self

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")
        shutil.rmtree(self._folder)

    def fresh_database(self) -> str:
        """The URL of an empty place of its own: a role that sees one new schema.

        A whole database would be three hundred files to make and to unlink, for each test.
        """
        self._made += 1
        name = f"outreach_{self._made}"
        with psycopg.connect(self.url("outreach"), autocommit=True) as connection:
            connection.execute(f"create schema {name}")  # type: ignore[call-overload]
            connection.execute(f"create role {name} superuser login")  # type: ignore[call-overload]
            connection.execute(f"alter role {name} set search_path = {name}")  # type: ignore[call-overload]
        return self.url(name)

    def url(self, role: str) -> str:
        return f"postgresql://{role}@127.0.0.1:{self.port}/postgres"

    def stop_at_once(self) -> None:
        """As a power cut would."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def start_again(self) -> None:
        # Processes are killed here, machines are not, so the disk need not be waited for.
        settings = "-c shared_buffers=32MB -c fsync=off"
        options = f"-h 127.0.0.1 -p {self.port} -k {self._folder} {settings}"
        log = str(self._folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", options, "start")

    def _run(self, program: str, *arguments: str) -> None:
        before = (
            ["setpriv", f"--reuid={self._user}", f"--regid={self._user}", "--init-groups"]
            if self._user
            else []
        )
        done = subprocess.run(
            [*before, str(self._binaries / program), *arguments],
            cwd=self._folder,
            env={**os.environ, "HOME": str(self._folder), "LC_ALL": "C"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stdout
