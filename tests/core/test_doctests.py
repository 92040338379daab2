"""Examples in the core's documents and docstrings run as they stand."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.stem for path in (ROOT / "src/homeward/core").glob("*.py") if ">>>" in path.read_text())


def test_the_page_of_the_circle_tells_the_truth() -> None:
    failed, attempted = doctest.testfile(str(ROOT / "docs/circle.md"), module_relative=False)
    assert attempted > 10 and not failed


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_run(name: str) -> None:
    failed, attempted = doctest.testmod(importlib.import_module(f"homeward.core.{name}"))
    assert attempted and not failed
