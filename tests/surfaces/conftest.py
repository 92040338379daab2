"""What tests of surfaces share: a hub that really runs, one for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.surfaces.running import Running, running_hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A hub in a process of its own."""
    with running_hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, with a window nobody sees."""
    with sync_playwright() as playwright:
        system = Path("/usr/bin/chromium")
        opened = playwright.chromium.launch(
            executable_path=str(system) if system.exists() else None, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()
