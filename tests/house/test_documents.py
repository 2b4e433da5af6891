"""What is written about the program stays true: links lead somewhere, recipes work, verbs exist."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from typing import Any

import pytest
from house import manual
from house.source import ROOT, tracked

from outreach_app.cli import verbs
from outreach_app.server import __main__ as server

DOCUMENTS = [path for path in tracked() if path.endswith(".md")]
DECISIONS = [path for path in DOCUMENTS if re.search(r"decisions/\d{4}-", path)]
HEADINGS = ("Summary", "Context", "Decision", "Consequences", "Alternatives")


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_link_leads_somewhere(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    targets = re.findall(r"\[[^]]*\]\(([^)#\s]+)", text)
    here = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert not [target for target in here if not ((ROOT / document).parent / target).exists()]


@pytest.mark.parametrize("document", [path for path in DOCUMENTS if path != "CHANGELOG.md"])
def test_every_file_that_is_named_is_there(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    named = re.findall(r"`([\w./]+\.(?:py|toml|typ|spec|db))`", text)
    known = tracked()
    made = {"vault.json", "records.db", "server.db"}
    assert not [
        name
        for name in named
        if name not in made and not any(f"/{path}".endswith(f"/{name}") for path in known)
    ]


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_is_one_page_with_its_alternatives(decision):
    text = (ROOT / decision).read_text(encoding="utf-8")
    assert re.match(r"# \d{4} ", text)
    assert "**Status**:" in text
    assert not [heading for heading in HEADINGS if f"## {heading}" not in text]
    assert len(text.splitlines()) <= 100


def test_decisions_have_numbers_of_their_own():
    numbers = [re.search(r"/(\d{4})-", path)[1] for path in DECISIONS]
    assert len(numbers) == len(set(numbers))


def test_the_recipe_for_a_new_field_works(tmp_path):
    """CONTRIBUTING's one line, put into a copy: schema, check, search and struct all know it."""
    line = re.search(
        r"^```python\n(    .+\n)```", (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE
    )[1]
    field = line.split(":")[0].strip()
    shutil.copytree(ROOT / "outreach_app", tmp_path / "outreach_app")
    (tmp_path / "resources").symlink_to(ROOT / "resources")
    declaration = tmp_path / "outreach_app/domain/engagement.py"
    source = declaration.read_text(encoding="utf-8")
    assert f"    {field}:" not in source
    declaration.write_text(source.replace("    same_as: ", f"{line}    same_as: ", 1), encoding="utf-8")
    program = (
        "from outreach_app.domain.engagement import ENGAGEMENT, Engagement\n"
        f"field = {field!r}\n"
        "assert field in ENGAGEMENT.schema()['properties'], 'the schema does not know it'\n"
        "values, findings = ENGAGEMENT.check({field: 'a marked poster'})\n"
        "assert values == {field: 'a marked poster'}, 'the check does not take it'\n"
        "assert not [each for each in findings if each.field == field], findings\n"
        "assert 'marked' in ENGAGEMENT.searched_words(values), 'search does not find it'\n"
        "assert getattr(Engagement(**values), field) == 'a marked poster'\n"
        "_, findings = ENGAGEMENT.check({field: 7})\n"
        "assert [each.field for each in findings if each.code == 'field-unfit'] == [field], findings\n"
    )
    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr


def test_the_page_of_verbs_is_the_program_s_own():
    """Every verb, every option, in the words that `outreach help` uses."""
    assert manual.PAGE.read_text(encoding="utf-8") == manual.page(), "run `poe manual`"


def _commands(program: str) -> list[Any]:
    """Each line in the documents that somebody could type: in a block, or in the text between backquotes."""
    found = []
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8").replace("\\\n", " ")
        typed = re.findall(rf"^ {{4}}(?:\S*/)?{program}( .*)$", text, re.MULTILINE)
        typed += re.findall(rf"`{program}( [^`]*)`", text)
        for line in typed:
            words = shlex.split(re.sub(r"\$\(.*?\)", "today", line), comments=True)
            if words and re.fullmatch(r"[a-z-]+", words[0]) and words[0] != "is":
                found.append(pytest.param(words, id=f"{document}: {' '.join(words)}"))
    return found


@pytest.mark.parametrize("words", _commands("outreach-server"))
def test_every_command_of_the_server_in_the_documents_is_understood(words):
    asked = server._parser().parse_args(words)
    assert asked.verb == words[0]


@pytest.mark.parametrize("words", _commands("outreach"))
def test_every_command_of_a_laptop_in_the_documents_is_understood(words):
    verb, _ = verbs.understand(words)
    assert verb is not None
    assert verb.name == words[0].removeprefix("--")


def test_every_task_is_explained():
    tasks = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poe"]["tasks"]
    contributing = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`([a-z-]+)`", contributing.split("## Tasks")[1]))
    assert told == set(tasks)
    assert not [name for name, task in tasks.items() if not task.get("help")]


def test_documents_speak_of_the_project_alone():
    """No path of somebody's machine, nothing left to do, no promise to come back."""
    wrong = []
    for path in tracked():
        if not path.endswith((".md", ".py", ".toml", ".yaml", ".typ", ".spec")) and path not in {"Makefile"}:
            continue
        if path == "tests/house/test_documents.py":
            continue
        text = (ROOT / path).read_text(encoding="utf-8")
        wrong += [
            f"{path}: {found}" for found in re.findall(r"/root/|/home/|\bTODO\b|\bFIXME\b|\bXXX\b", text)
        ]
    assert not wrong
