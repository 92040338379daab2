"""Serves the pages with an evening in memory: `python -m tests.surfaces.serve_evening PORT [scene] [pace] [minutes]`.

`/-/settle?state=done&why=…` lets what was asked come out, as the home would; `/-/begin?scene=…` starts another evening.
"""

import sys

import uvicorn
from fastapi import FastAPI
from tests.surfaces.evening_house import EveningHouse

from homeward.surfaces.house import State
from homeward.surfaces.web import mount


def main() -> None:
    """Serve until killed."""
    port, scene, pace, minutes = (*sys.argv[1:], *("evening", "0", "0")[len(sys.argv) - 2 :])
    house = EveningHouse(scene, float(pace), float(minutes))
    app = FastAPI()

    @app.get("/-/settle")
    def settle(state: State, why: str = "") -> dict[str, bool]:
        house.settle(state, why)
        return {"done": True}

    @app.get("/-/begin")
    def begin(scene: str, minutes: float = 0.0) -> dict[str, bool]:
        house.begin(scene, 0.0, minutes)
        return {"done": True}

    @app.get("/-/press")
    async def press(button: str) -> dict[str, bool]:
        await house.press(button)
        return {"done": True}

    mount(app, house)
    uvicorn.run(app, host="127.0.0.1", port=int(port), log_level="warning")


if __name__ == "__main__":
    main()
