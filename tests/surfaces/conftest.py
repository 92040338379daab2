"""What tests of surfaces share: a hub that really runs, one for each module."""

from collections.abc import Iterator

import pytest
from tests.surfaces.running import Running, running_hub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A hub in a process of its own."""
    with running_hub(tmp_path_factory.mktemp("hub")) as running:
        yield running
