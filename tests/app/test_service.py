"""The unit of the user's systemd, written, checked by systemd itself, brought up to date and taken away."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from homeward.app.service import install, remove, status, unit


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user of the test's own: no unit of a real one is touched, and no real service manager reached."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    (tmp_path / "run").mkdir()
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    return tmp_path


def test_installing_twice_changes_nothing_and_removing_leaves_nothing(home: Path) -> None:
    assert status()["state"] == "not installed"
    first = install(home / "hub", port=8421)
    path = Path(first["unit"])
    assert path.is_relative_to(home)
    assert first["written"] and path.read_text() == unit(home / "hub", 8421, 1883, 4222)
    assert not install(home / "hub", port=8421)["written"], "the same again is nothing new"
    assert install(home / "hub", port=8422)["written"], "another port is"
    assert "--port 8422" in path.read_text()
    assert remove()["removed"] and not path.exists()
    assert not remove()["removed"], "a second time there is nothing to remove"
    assert (home / "hub").is_dir(), "what the hub knows stays"


def test_where_systemd_does_not_answer_it_says_what_to_do(home: Path) -> None:
    told = install(home / "hub")
    assert not told["running"]
    assert any("systemctl --user start homeward.service" in line for line in told["to_do"])


def test_the_unit_runs_this_interpreter_in_that_folder() -> None:
    text = unit(Path("/srv/my home/100% ours"), 8420, 1883, 4222)
    assert f"ExecStart={sys.executable} -m homeward up " in text
    assert '--folder "/srv/my home/100%% ours"' in text
    assert "WorkingDirectory=/srv/my home/100%% ours" in text
    assert "Restart=on-failure" in text


def verified(path: Path) -> subprocess.CompletedProcess[str]:
    """What systemd itself says of a unit."""
    return subprocess.run(
        ["systemd-analyze", "verify", "--user", str(path)], capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="this system has no systemd, and no units")
def test_systemd_finds_a_mistake_and_none_in_ours(home: Path) -> None:
    path = Path(install(home / "my hub")["unit"])
    good = verified(path)
    assert (good.returncode, good.stderr) == (0, "")
    path.write_text(path.read_text().replace("NoNewPrivileges=yes", "NoNewPrivileges=perhaps"))
    assert "perhaps" in verified(path).stderr
