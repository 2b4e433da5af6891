"""Words: every trouble has them, every code has a label, and nobody is blamed."""

from __future__ import annotations

import ast
import re
import string
from collections import defaultdict

from house.source import calls, modules

from outreach_app.domain import codes
from outreach_app.domain.trouble import WORDS, Trouble


def _raised() -> dict[str, list[tuple[str, set[str] | None]]]:
    """Each code, where it is raised and with which facts; None where facts are passed on whole."""
    found: dict[str, list[tuple[str, set[str] | None]]] = defaultdict(list)
    for module in modules():
        if module.room == "server":
            continue  # blind: it cannot know the domain's words, and brings its own sentences
        for call in calls(module, "Trouble"):
            names = {each.arg for each in call.keywords}
            facts = None if None in names else {name for name in names if name}
            for node in ast.walk(call.args[0]) if call.args else ():
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    found[node.value].append((module.at(call), facts))
    return found


def test_every_trouble_that_is_raised_has_words():
    wordless = [f"{places[0][0]} {code}" for code, places in _raised().items() if code not in WORDS]
    assert not wordless


def test_words_are_kept_only_for_troubles_that_exist():
    """Codes that travel as values, such as the server's problems in a table, stand in the source as text."""
    spelt = {
        node.value
        for module in modules()
        if module.name != "domain/words.py"
        for node in module.walk(ast.Constant)
        if isinstance(node.value, str)
    }
    unsaid = [code for code in WORDS if code not in spelt]
    assert not unsaid


def test_codes_are_kebab_case():
    assert not [code for code in WORDS if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)]


def test_words_name_only_facts_that_are_given():
    missing = []
    for code, places in _raised().items():
        wanted = {
            name
            for sentence in WORDS.get(code, ())
            for _, name, _, _ in string.Formatter().parse(sentence)
            if name
        }
        missing += [
            f"{place}: {code} wants {wanted - facts}"
            for place, facts in places
            if facts is not None and wanted - facts
        ]
    assert not missing


def test_words_are_whole_sentences_that_blame_nobody():
    wrong = []
    for code, words in WORDS.items():
        assert words.happened, code
        assert words.next, code
        for sentence in filter(None, words):
            if not sentence[0].isupper() and sentence[0] not in "{“":
                wrong.append(f"{code}: begins small: {sentence}")
            if not sentence.endswith((".", "?")):
                wrong.append(f"{code}: does not end: {sentence}")
            if re.search(
                r"\b(invalid|illegal|abort|fatal|failed|oops|please|you must|exception)\b",
                sentence,
                re.I,
            ):
                wrong.append(f"{code}: blames or shouts: {sentence}")
            if re.search(r"\b(color|organiz|center|license key)\w*", sentence):
                wrong.append(f"{code}: not British English: {sentence}")
    assert not wrong


def test_a_trouble_says_one_line_without_its_facts_too():
    """A missing fact shows as an ellipsis; a second error would hide the first."""
    for code in WORDS:
        line = Trouble(code).line
        assert line.startswith(f"{code}: ")
        assert "\n" not in line


def test_every_code_has_a_label_and_every_list_a_name_of_its_own():
    lists = [each for each in vars(codes).values() if isinstance(each, codes.CodeList)]
    assert len(lists) > 20
    for each in lists:
        assert each.codes, each.name
        assert len(set(each.values)) == len(each.values), f"{each.name} repeats a value"
        letters = [code.key for code in each.on_offer if code.key]
        assert len(set(letters)) == len(letters), f"{each.name} gives one letter twice"
        for code in each.codes:
            assert code.label.strip(), f"{each.name}.{code.value} has no words"
            assert code.label[0].isupper() or not code.label[0].isalpha(), (
                f"{each.name}.{code.value}: {code.label}"
            )
