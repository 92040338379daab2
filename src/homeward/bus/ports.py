"""Ports on loopback: is one free, which one is, and who has it if not."""

import re
import socket
from pathlib import Path

from homeward.bus.settings import BusError


def free_port(*taken: int) -> int:
    """A port nobody listens on now, none of `taken`."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port


def check_free(port: int, what: str, setting: str) -> None:
    """Raise BusError if somebody listens on the port, saying who and which setting would help."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise BusError(f"port {port} for {what} needs more rights; choose one above 1023 ({setting})") from None
        except OSError:
            usual = {1883: "another MQTT broker such as Mosquitto", 4222: "another NATS server"}
            who = holder(port) or usual.get(port, "another program")
            raise BusError(
                f"port {port} for {what} is taken by {who}; end it or choose another port ({setting}; 0: any free one)"
            ) from None


def holder(port: int) -> str:
    """The program that listens on a port, where Linux lets us see it; else ''."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
        except OSError:
            continue
        inodes |= {row[9] for row in rows if int(row[1].rpartition(":")[2], 16) == port and row[3] == "0A"}
    for link in Path("/proc").glob("[0-9]*/fd/*") if inodes else ():
        try:
            found = re.fullmatch(r"socket:\[(\d+)\]", str(link.readlink()))
            if found and found[1] in inodes:
                command = (link.parent.parent / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                return f"process {link.parent.parent.name} ({command.strip()[:80]})"
        except OSError:
            continue
    return ""
