"""What tests of every part share: the vocabulary, free ports, the recorded data, and tools that must be there in CI."""

import os
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from homeward.core.circle import Circle
from homeward.core.vocabulary import Vocabulary
from homeward.words import load_vocabulary

ROOT = Path(__file__).parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: much of the time of tests with servers in them is waiting."""
    return (os.cpu_count() or 2) * 3 // 2


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    """The vocabulary that homeward ships with."""
    return load_vocabulary()


@pytest.fixture(scope="session", autouse=True)
def kernel(vocabulary: Vocabulary) -> None:
    """The circle's kernel, compiled before anything is timed: in a fresh clone that takes seconds."""
    Circle(vocabulary)


@pytest.fixture
def free_port() -> Callable[[], int]:
    """A function that returns a loopback TCP port nobody listens on, another one each time it is called."""
    given: set[int] = set()

    def one() -> int:
        while True:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = int(probe.getsockname()[1])
            if port not in given:
                given.add(port)
                return port

    return one


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of recorded data beside the repository; tests that need it are skipped where it is not."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no recorded data: ../shared/data is absent")
    return SHARED_DATA


@pytest.fixture(scope="session")
def tool() -> Callable[..., str]:
    """A function that finds a program by any of its names; where none is there the test is skipped, and fails in CI."""

    def find(*names: str) -> str:
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
        for name in names:
            if found := shutil.which(name, path=path):
                return found
        said = f"none of {', '.join(names)} is installed; `make tools` installs what tests need"
        if os.environ.get("CI") == "true":
            pytest.fail(said)
        pytest.skip(said)

    return find
