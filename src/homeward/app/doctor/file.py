"""A household file before it is applied: everything that is wrong with it, line by line."""

from collections.abc import Iterator
from pathlib import Path

from homeward.app.doctor.finding import Finding, good, wrong
from homeward.core.vocabulary import Vocabulary
from homeward.registry import HouseholdErrors, parse


def check_file(file: Path, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Every problem of a household file, or that it is good."""
    means = "It cannot be applied; a hub that runs keeps what it has."
    try:
        household = parse(file.read_text(encoding="utf-8"), vocabulary, str(file))
    except HouseholdErrors as told:
        for problem in told.problems:
            yield wrong("household file", str(problem), means, "Mend that line; docs/household-file.md explains them.")
    except (OSError, UnicodeDecodeError) as problem:
        yield wrong("household file", f"{file} cannot be read: {problem}", means, "Name a file that can.")
    else:
        yield good("household file", f"{file}: household {household.name}, {len(household.nodes)} nodes")
