"""The wheel: what somebody gets who installs the program without its repository."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile

import pytest
from house.source import ROOT

from outreach_app import resources


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """A wheel built from this checkout, unpacked where the checkout cannot be seen."""
    folder = tmp_path_factory.mktemp("wheel")
    told = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert told.returncode == 0, told.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_brings_its_resources_and_finds_them(unpacked):
    program = (
        "import json, sys\n"
        f"sys.path.insert(0, {str(unpacked)!r})\n"
        "from outreach_app import resources\n"
        "print(json.dumps([str(resources.ROOT), resources.text('words', 'codes.txt')[:20]]))\n"
    )
    told = subprocess.run([sys.executable, "-P", "-c", program], cwd=unpacked, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    root, words = json.loads(told.stdout)
    assert root == str(unpacked / "outreach_app/files")
    assert words == resources.text("words", "codes.txt")[:20]


def test_everything_of_the_package_and_of_resources_is_inside(unpacked):
    def names(folder):
        return {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    package = {name for name in names(unpacked / "outreach_app") if not name.startswith("files/")}
    assert package == names(ROOT / "outreach_app")
    assert names(unpacked / "outreach_app/files") == names(ROOT / "resources")
    assert "py.typed" in package


def test_a_missing_resource_is_named():
    with pytest.raises(FileNotFoundError, match=r"resources/look/nowhere\.svg was not shipped"):
        resources.path("look", "nowhere.svg")
