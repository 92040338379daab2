"""A disk that is really full (a small tmpfs, which needs root): said clearly, and nothing acknowledged is lost after.

python -m tests.proofs.full_disk
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bus.mqtt_client import Sender
from tests.proofs.kills import TOPIC, Running, check, message

from homeward.bus.ports import free_port

DISK_BYTES, LEFT_BYTES = 4 * 1024**3, 1_500_000


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """A file system of its own at the folder; False where that is not permitted."""
    call = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(folder)]
    mounted = subprocess.run(call, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=False)


def room(folder: Path, size_bytes: int) -> None:
    """Let the file system have that size from now on."""
    subprocess.run(["mount", "-o", f"remount,size={size_bytes}", str(folder)], check=True)


async def full_disk(folder: Path) -> dict[str, Any]:
    """Fill the disk under load, look at what is said, make room again; the figures."""
    hub, began = Running(folder, (free_port(), free_port())), time.time() - 3600
    await hub.start()
    sender = Sender(hub.ports[1])
    await sender.burst(TOPIC, [message(number, began) for number in range(500)])
    room(folder, shutil.disk_usage(folder).used + LEFT_BYTES)
    before, number, refused = len(sender.acknowledged), 500, 0
    for _ in range(30):
        wave = [message(number + i, began) for i in range(1_000)]
        number += len(wave)
        try:
            async with asyncio.timeout(3):
                await sender.burst(TOPIC, wave)
        except (OSError, TimeoutError, AssertionError, asyncio.IncompleteReadError):
            refused += 1
    under = len(sender.acknowledged) - before
    log = (folder / "hub/bus/nats.log").read_text(errors="replace")
    said = sum(word in log for word in ("no space left", "resource limits exceeded", "failed to store"))
    room(folder, DISK_BYTES)
    await asyncio.sleep(15)
    fresh = Sender(hub.ports[1])
    async with asyncio.timeout(20):
        await fresh.burst(TOPIC, [message(number + i, began) for i in range(100)])
    await asyncio.sleep(8)
    await hub.end()
    told = check(folder, {*sender.acknowledged, *fresh.acknowledged}, began)
    told |= {"acknowledged while full": under, "waves refused": refused, "ways the broker said so": said}
    return told | {"after": len(fresh.acknowledged)}


def main() -> None:
    """Fill it, and print the figures; ends with 1 if anything acknowledged was lost or it did not recover."""
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder)) as mounted:
        if not mounted:
            print("full disk: skipped, a tmpfs cannot be mounted here (it needs root)")
            return
        told = asyncio.run(full_disk(Path(folder)))
    print("full disk: " + ", ".join(f"{count:,} {what}" for what, count in told.items()))
    sys.exit(bool(told["lost"] or told["stored twice"] or not told["after"]))


if __name__ == "__main__":
    main()
