"""A D-Bus session of its own, with a real gnome-keyring in it, or with nobody."""

from __future__ import annotations

import gc
import os
import select
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import keyring.backend
import keyring.core
import pytest
from jeepney import MatchRule, message_bus
from jeepney.io.blocking import open_dbus_connection

_SECRETS = "org.freedesktop.secrets"

# No service is started on demand: what is not there is not there.
_EMPTY_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@dataclass
class Session:
    """One log-in: its bus, and the ring's daemon if somebody opened it with a password."""

    address: str

    def unlock(self, password: str) -> None:
        """What the log-in manager does: start the daemon with the password that was typed."""
        with open_dbus_connection(self.address) as bus:
            appeared = MatchRule(type="signal", interface=message_bus.interface, member="NameOwnerChanged")
            appeared.add_arg_condition(0, _SECRETS)
            bus.send_and_get_reply(message_bus.AddMatch(appeared), timeout=10)
            with bus.filter(appeared) as signals:
                subprocess.run(
                    ["gnome-keyring-daemon", "--unlock", "--components=secrets", "--daemonize"],
                    input=f"{password}\n".encode(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    check=True,
                    timeout=30,
                )
                bus.recv_until_filtered(signals, timeout=30)

    def end_daemon(self) -> None:
        """End the ring's daemon, and wait until it is gone."""
        with open_dbus_connection(self.address) as bus:
            asked = message_bus.GetConnectionUnixProcessID(_SECRETS)
            (pid,) = bus.send_and_get_reply(asked, timeout=10).body
        handle = os.pidfd_open(pid)
        os.kill(pid, 15)
        ended, _, _ = select.select([handle], [], [], 10)
        os.close(handle)
        assert ended, "gnome-keyring-daemon did not end"


LogIn = Callable[[], Session]


@contextmanager
def _session(config: Path, patch: pytest.MonkeyPatch) -> Iterator[Session]:
    for program in ("dbus-daemon", "gnome-keyring-daemon"):
        assert shutil.which(program), f"{program} is missing: `make test` says how to install it"
    bus = subprocess.Popen(
        ["dbus-daemon", f"--config-file={config}", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    patch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
    try:
        yield Session(address)
    finally:
        bus.terminate()
        bus.wait(timeout=10)
        bus.stdout.close()


@pytest.fixture
def log_in(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LogIn]:
    """Start a session in this test's home; a second call is the next log-in of the same person."""
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    vars(keyring.backend.get_all_keyring).pop("saved_result", None)  # what an earlier session had
    config = home / "bus.conf"
    config.write_text(_EMPTY_BUS)
    with ExitStack() as sessions:

        def start() -> Session:
            sessions.close()
            return sessions.enter_context(_session(config, monkeypatch))

        yield start
        gc.collect()  # connections that keyring left open, while the test still forgives them
