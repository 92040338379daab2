"""Says what is wrong with a hub and how to mend it, whether it runs or not; looks only, and changes nothing."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from homeward.app.doctor.file import check_file
from homeward.app.doctor.finding import Finding, bounded, wrong
from homeward.app.doctor.folder import check_folder
from homeward.app.doctor.house import check_households
from homeward.app.doctor.hub import check_hub
from homeward.app.doctor.machine import check_machine
from homeward.core.circle import Circle
from homeward.words import load_vocabulary

__all__ = ["Finding", "examine"]


def examine(folder: Path, url: str, health: Mapping[str, Any] | None, file: Path | None = None) -> list[Finding]:
    """Everything that is good, missing or wrong.

    `folder` is the hub's, `health` what a hub at `url` says of itself (None: none answers), `file` a household file to
    look at too.
    """
    circle = Circle(load_vocabulary())
    now = float(health["now"]) if health else time.time()
    checks: list[Callable[[], Iterator[Finding]]] = [
        check_machine,
        lambda: check_hub(folder, url, health),
        lambda: check_folder(folder, circle),
        lambda: check_households(folder, circle, now),
    ]
    if file:
        checks.append(lambda: check_file(file, circle.twin.vocabulary))
    return list(bounded(finding for check in checks for finding in _all_of(check)))


def _all_of(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a check finds; one that fails is a finding, and does not keep the others from being made."""
    try:
        yield from check()
    except Exception as problem:
        yield wrong(
            "doctor",
            f"could not look at everything: {problem!r}",
            "Something may be wrong that is not told.",
            "If the other findings do not explain it, please report this.",
        )
