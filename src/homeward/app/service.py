"""homeward as a service of the user's own systemd: started with the machine, started again when it fails.

Only what works without more rights than the user's is asked of systemd: no mount namespaces, which many systems do not
give to users (Ubuntu since 24.04), and no memory protections that the column libraries might trip over.
"""

import getpass
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from homeward.core.signal import Refused

NAME = "homeward.service"
TEMPLATE = """\
# Written by `homeward service install`; `homeward service remove` takes it away again.
[Unit]
Description=homeward: a car, a home and its people act as one
Documentation=http://127.0.0.1:{port}/api/docs
StartLimitIntervalSec=300
StartLimitBurst=10

[Service]
Type=exec
ExecStart={command}
WorkingDirectory={folder}
Restart=on-failure
RestartSec=5
KillMode=mixed
TimeoutStopSec=60
UMask=0077
Environment=PYTHONUNBUFFERED=1{path}
NoNewPrivileges=yes
LockPersonality=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
RestrictNamespaces=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
SystemCallArchitectures=native

[Install]
WantedBy=default.target
"""


def unit_path() -> Path:
    """Where the user's units are kept."""
    config = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(config) / "systemd" / "user" / NAME


def unit(folder: Path, port: int, mqtt_port: int, nats_port: int) -> str:
    """The unit's text: this very interpreter runs the hub in that folder, with the log in JSON for the journal."""
    words = [sys.executable, "-m", "homeward", "up", "--log-json", "--folder", str(folder), "--port", str(port)]
    words += ["--mqtt-port", str(mqtt_port), "--nats-port", str(nats_port)]
    source = os.environ.get("PYTHONPATH", "")
    path = "\nEnvironment=" + _quoted(f"PYTHONPATH={_absolute(source)}") if source else ""
    return TEMPLATE.format(command=" ".join(map(_quoted, words)), folder=_plain(folder), port=port, path=path)


def install(folder: Path, port: int = 8420, mqtt_port: int = 1883, nats_port: int = 4222) -> dict[str, Any]:
    """Write the unit and let systemd start it, now and at every login; a second time brings it up to date.

    Tells what was done and what only the user can do. Raises Refused for a folder that a unit cannot name.
    """
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    path, text = unit_path(), unit(folder, port, mqtt_port, nats_port)
    same = path.exists() and path.read_text() == text
    if not same:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    told: dict[str, Any] = {"unit": str(path), "written": not same, "folder": str(folder), "to_do": []}
    wrong = _systemctl("daemon-reload") or _systemctl("enable", NAME)
    wrong = wrong or (_systemctl("start", NAME) if same else _systemctl("restart", NAME))
    told["running"] = not wrong
    if wrong:
        told["to_do"].append(
            f"systemd did not take it ({wrong}); log in as yourself, then: systemctl --user start {NAME}"
        )
    if not _lingers():
        told["to_do"].append(f"so that it runs while you are logged out too: sudo loginctl enable-linger {_user()}")
    return told


def remove() -> dict[str, Any]:
    """End the service and take its unit away; the hub's folder stays. Without a unit nothing happens."""
    path = unit_path()
    if not path.exists():
        return {"unit": str(path), "removed": False}
    wrong = _systemctl("disable", "--now", NAME)
    path.unlink()
    _systemctl("daemon-reload")
    to_do = [f"systemd could not be told ({wrong}); if it still runs: systemctl --user stop {NAME}"] if wrong else []
    return {"unit": str(path), "removed": True, "to_do": to_do}


def status() -> dict[str, Any]:
    """Whether it is installed, what systemd says of it, and whether it goes on after logging out."""
    path = unit_path()
    state = _said("is-active", NAME) if path.exists() else "not installed"
    return {"unit": str(path), "installed": path.exists(), "state": state, "lingers": _lingers()}


def _systemctl(*words: str) -> str:
    """Run it; what went wrong in a line, or ''."""
    done = _run(["systemctl", "--user", *words])
    return "" if done.returncode == 0 else " ".join(done.stderr.split())[:200] or f"code {done.returncode}"


def _said(*words: str) -> str:
    done = _run(["systemctl", "--user", *words])
    return done.stdout.strip() or " ".join(done.stderr.split())[:200] or "unknown"


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    if shutil.which(command[0]) is None:
        return subprocess.CompletedProcess(command, 127, "", f"there is no {command[0]} on this machine")
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=90, check=False)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"{command[0]} did not answer")


def _lingers() -> bool:
    return Path("/var/lib/systemd/linger", _user()).exists()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def _absolute(source: str) -> str:
    return os.pathsep.join(str(Path(part).resolve()) for part in source.split(os.pathsep) if part)


def _plain(path: Path) -> str:
    """A path as a setting of its own, which systemd does not unquote. Raises Refused for one it cannot take."""
    if any(not sign.isprintable() for sign in str(path)):
        raise Refused(f"{str(path)!r} cannot be written into a unit; choose a folder without such signs")
    return str(path).replace("%", "%%")


def _quoted(word: str) -> str:
    """A word of a command as systemd reads it: quoted, with % and $ standing for themselves."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$")
    return f'"{word}"' if any(sign in word for sign in " \t'\"\\;") else word
