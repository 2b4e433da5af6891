"""What `make` asks of a machine: nothing is installed unasked, and one line says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from house.source import ROOT

SHELL = shutil.which("sh")


@pytest.fixture
def bare(tmp_path):
    """A machine with a Python and nothing else; its apt-get only writes down what it is told."""

    def ask(for_what: str, *, who: int, has_apt: bool = True) -> subprocess.CompletedProcess[str]:
        programs = {"ldconfig": "true", "id": f"echo {who}"}
        if has_apt:
            programs["apt-get"] = f'echo "$@" >> {tmp_path / "installed"}'
        for name, does in programs.items():
            program = tmp_path / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(f"#!{SHELL}\n{does}\n", encoding="utf-8")
            program.chmod(0o755)
        return subprocess.run(
            [SHELL, ROOT / ".ci/machine", for_what],
            env={"PATH": str(tmp_path / "bin"), "PYTHON": sys.executable},
            capture_output=True,
            text=True,
        )

    return ask


def test_a_user_is_told_the_one_line_and_nothing_is_done(bare, tmp_path):
    told = bare("test", who=1000)
    assert told.returncode == 1
    lines = [line.strip() for line in told.stderr.splitlines() if "apt-get" in line]
    assert len(lines) == 1
    assert lines[0].startswith("sudo apt-get install -y --no-install-recommends ")
    assert {"libegl1", "libxcb-cursor0", "xvfb", "gnome-keyring", "poppler-utils"} <= set(lines[0].split())
    assert not (tmp_path / "installed").exists()


def test_root_gets_what_is_missing_and_only_that(bare, tmp_path):
    told = bare("window", who=0)
    assert told.returncode == 0, told.stderr
    installed = (tmp_path / "installed").read_text(encoding="utf-8").split()
    assert {"install", "libegl1", "libgl1", "libxcb-cursor0"} <= set(installed)
    assert not {"xvfb", "postgresql", "python3"} & set(installed)


def test_setting_up_needs_a_python_and_no_more(bare, tmp_path):
    told = bare("setup", who=1000)
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")


def test_another_system_is_told_what_to_look_for(bare):
    told = bare("window", who=0, has_apt=False)
    assert told.returncode == 1
    assert "libegl1" in told.stderr


def test_this_machine_has_all_that_the_tests_drive():
    told = subprocess.run(
        [SHELL, ROOT / ".ci/machine", "test"],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    assert (told.returncode, told.stdout, told.stderr) == (0, "", "")
