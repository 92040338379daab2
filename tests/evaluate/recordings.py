"""Recordings of a house and of drives that are made for tests, and so known."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from homeward.evaluate.dwelling import Dwelling, Rooms

QUICK = Dwelling(
    mix=0.6, loss=0.05, slow=0.1, power=2.4, half=1.0, gain=0.1, delay=2, stray=0.02, rmse=0.1, quantum=0.1
)


def record_house(path: Path, dwelling: Dwelling = QUICK, days: int = 5, until: float = 16.0) -> Path:
    """A recording of that house, heated from midnight to hour `until` and then let cool, every five minutes; UTC-8."""
    rooms, start = Rooms(dwelling, 19.0, 19.0), datetime(2025, 12, 1, 8, tzinfo=UTC)
    lines = ["time,indoor_temp,outdoor_temp,hvac_mode,target_temp,time_local"]
    for step in range(days * 288):
        at = start + timedelta(minutes=5 * step)
        outdoor = 6.0 + 4.0 * np.sin((step % 288) / 288 * 2 * np.pi)
        rooms.step(300.0, outdoor, 0.0, 21.0 if step % 288 < 12 * until else 17.0)
        local = (at - timedelta(hours=8)).strftime("%Y-%m-%d %H:%M:%S-08:00")
        inside = round((rooms.air * 1.8 + 32.0) * 5.0) / 5.0
        lines.append(
            f"{at:%Y-%m-%d %H:%M:%S}+00:00,{inside:.1f},{outdoor * 1.8 + 32.0:.2f},{2 * rooms.on},70.0,{local}"
        )
    path.write_text("\n".join(lines))
    return path


def record_drive(path: Path, minutes: int = 20, kmh: float = 45.0) -> Path:
    rows = [f"{second:.1f};{kmh:.1f};500" for second in np.arange(0.0, minutes * 60.0, 0.5)]
    path.write_text("\n".join(["Time [s];Velocity [km/h];Elevation [m]", *rows]), encoding="latin-1")
    return path
