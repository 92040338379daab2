"""The house style, checked: sizes, words, docstrings, purity, and documents that say what is so."""

import ast
import doctest
import importlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeward.core.signal import UnknownSignal
from homeward.core.vocabulary import Vocabulary

ROOT = Path(__file__).parent.parent
SOURCES = sorted(path for part in ("src", "scripts", "bench", "tests") for path in (ROOT / part).rglob("*.py"))
OURS = [path for path in SOURCES if path.relative_to(ROOT).parts[0] in ("src", "scripts", "bench")]
PURE = [path for path in OURS if {"core", "models", "skills"} & set(path.relative_to(ROOT).parts[2:3])]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

MAX_FILE, MAX_FUNCTION = 300, 40
Function = ast.FunctionDef | ast.AsyncFunctionDef

NO_CLASS_ENDS_SO = ("Manager", "Helper", "Utils", "Base", "Impl")
NO_MODULE_IS_CALLED = {"utils", "util", "helper", "helpers", "manager", "base", "impl", "common", "misc"}
# In pieces, so that this file does not hold what it looks for.
NOWHERE = ["/" + "work/", "/" + "root/", "bash" + "_jobs", "/" + "opt/pypi", "--index" + "-url", "--find" + "-links"]
OPENS = {"open", "read_text", "write_text", "read_bytes", "write_bytes", "input", "print", "exec", "eval", "__import__"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def tracked() -> list[Path]:
    """The files of the repository: tracked, or new and not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def public(node: ast.Module | ast.ClassDef, inside: str = "") -> Iterator[tuple[str, Function | ast.ClassDef]]:
    """Public functions, classes and methods; what overrides a documented one may stay bare."""
    for child in node.body:
        if not isinstance(child, Function | ast.ClassDef) or child.name.startswith("_"):
            continue
        if any(getattr(mark, "id", "") in ("override", "overload") for mark in child.decorator_list):
            continue
        if any(getattr(mark, "attr", "") == "setter" for mark in child.decorator_list):
            continue
        yield inside + child.name, child
        if isinstance(child, ast.ClassDef):
            yield from public(child, f"{inside}{child.name}.")


def test_the_house_is_not_empty() -> None:
    assert len(OURS) > 10 and len(PURE) > 5 and PAGES


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_a_file_is_short_and_says_what_it_is_for(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= MAX_FILE, f"{lines} lines; at most {MAX_FILE}: part it by purpose"
    tree = parsed(path)
    assert ast.get_docstring(tree), "the module's docstring should say in one sentence what it is for"
    for node in ast.walk(tree):
        if isinstance(node, Function):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= MAX_FUNCTION, f"line {node.lineno}: {node.name} has {length} lines; at most {MAX_FUNCTION}"


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_every_public_name_is_documented(path: Path) -> None:
    bare = [f"line {node.lineno}: {name}" for name, node in public(parsed(path)) if not ast.get_docstring(node)]
    assert not bare, "public and without a docstring: " + "; ".join(bare)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_names_say_what_a_thing_is(path: Path) -> None:
    assert path.stem not in NO_MODULE_IS_CALLED
    classes = [node.name for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]
    vague = [name for name in classes if name.endswith(NO_CLASS_ENDS_SO)]
    assert not vague, f"{', '.join(vague)}: name what it does, not that it is there"


@pytest.mark.parametrize("path", PURE, ids=name_of)
def test_what_is_pure_opens_nothing(path: Path) -> None:
    """Imports are checked by import-linter; what needs no import is checked here."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "id", getattr(node.func, "attr", ""))
            assert called not in OPENS, f"line {node.lineno}: {called}() in a part that may not touch the world"
        assert not isinstance(node, ast.Global), "a global remembers what the twin does not know"


@pytest.mark.parametrize("path", [path for path in OURS if ">>>" in path.read_text(encoding="utf-8")], ids=name_of)
def test_examples_in_docstrings_run(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] == "scripts":
        monkeypatch.syspath_prepend(str(path.parent))
    name = path.stem if parts[0] == "scripts" else ".".join(parts[parts[0] == "src" :])
    result = doctest.testmod(importlib.import_module(name.removesuffix(".__init__")))
    assert result.attempted and not result.failed


def test_nothing_names_the_machine_it_was_written_on() -> None:
    found = [
        f"{name_of(path)}: {word}"
        for path in tracked()
        if path.suffix not in (".png", ".woff2")
        for word in NOWHERE
        if word in path.read_text(encoding="utf-8", errors="replace") and path.name not in ("Makefile", "test_house.py")
    ]
    assert not found, found


def test_no_file_is_too_big_to_review() -> None:
    big = [
        f"{name_of(path)}: {path.stat().st_size // 1024} KiB" for path in tracked() if path.stat().st_size > 500 * 1024
    ]
    assert not big, big


# Documents that say what is so


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8")):
        if not link.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / link).exists(), f"{link} is not there"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_signals_named_on_a_page_exist(page: Path, vocabulary: Vocabulary) -> None:
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"\b(?:Vehicle|Home|Room|Person|Device)(?:\.[A-Z]\w*)+\b(?![.…*])", text):
        try:
            vocabulary[path]
        except UnknownSignal as told:
            below = any(known.path.startswith(f"{path}.") for known in vocabulary)
            assert below or path in LEFT_OUT, f"{told}"


LEFT_OUT = {"Vehicle.TravelledDistance", "Vehicle.OBD", "Vehicle.Sped"}
"""Names that a page may mention because it says that they are gone or wrong."""


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_make_targets_named_on_a_page_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^\s*)make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets, named - targets
