"""The simulated household as a connector, on a clock that runs very fast."""

import asyncio

import pytest
from tests.sensing import sensing

from homeward.core.connector import ConnectorError, Message
from homeward.core.signal import Command
from homeward.demo.clock import DemoClock
from homeward.demo.connector import DemoConnector
from homeward.demo.evening import CAR, HOME, START, Evening, next_start
from homeward.demo.weather import HOUR_S


async def heard(connector: DemoConnector, enough: float) -> list[Message]:
    """What it says until simulated time reaches `enough`."""
    messages = []
    async with asyncio.timeout(30), sensing(connector, connector.clock) as stream:
        async for message in stream:
            messages.append(message)
            if (message.at or 0.0) >= enough:
                break
    return messages


def connected(begin: float = START, speed: float = 7200.0) -> DemoConnector:
    """A household on a clock of that speed."""
    return DemoConnector(Evening(begin), DemoClock(begin, speed), night_passes_s=1.0)


async def test_it_tells_the_evening_in_order_and_never_from_the_future() -> None:
    connector = connected()
    messages = await heard(connector, START + 1.5 * HOUR_S)
    times = [message.at or 0.0 for message in messages]
    assert times == sorted(times) and times[-1] <= connector.clock.now()
    assert {HOME, CAR, "demo/ada", "demo/ben", "demo/living"} <= {message.node for message in messages}


async def test_it_takes_what_it_can_do_and_does_it() -> None:
    connector = connected()
    warm = Command(HOME, "Home.Climate.TargetTemperature", 22.0, START + HOUR_S, "for a test", "test", "demo-1")
    assert connector.takes(warm)
    assert not connector.takes(Command("lind/home", warm.path, 22.0, START + HOUR_S, "not ours"))
    assert not connector.takes(Command(HOME, "Home.Door.Front.IsLocked", True, START + HOUR_S, "no such lock"))
    assert "22 °C" in await connector.act(warm)
    messages = await heard(connector, START + 300.0)
    assert any(message.readings.get(warm.path) == 22.0 for message in messages)


async def test_a_pressed_jam_is_heard() -> None:
    connector = connected()
    assert ("jam", "Jam ahead") in connector.buttons()
    await connector.press("jam")
    messages = await heard(connector, START + HOUR_S)
    assert any("jam on" in str(message.readings.get("Vehicle.Arrival.Why", "")) for message in messages)
    with pytest.raises(ConnectorError, match="'jam' cannot be pressed now; faster can"):
        await connector.press("jam")


async def test_faster_and_slower() -> None:
    connector = connected(speed=60.0)
    await connector.press("faster")
    assert connector.clock.speed == 120.0 and ("slower", "Slower") in connector.buttons()
    await connector.press("slower")
    assert connector.clock.speed == 60.0


async def test_after_the_evening_it_holds_and_the_night_leads_to_the_next() -> None:
    connector = connected(START + 4.5 * HOUR_S)
    async with asyncio.timeout(30), sensing(connector, connector.clock) as stream:
        await anext(stream)
        assert connector.clock.speed < 1.0 and connector.buttons() == [("again", "Next evening")]
        await connector.press("again")
        assert connector.night() and connector.buttons() == [] and connector.clock.speed > 1000.0
        async for message in stream:
            if (message.at or 0.0) >= next_start(START) + 60.0:
                break
    assert not connector.night() and connector.clock.speed == 7200.0
    assert ("jam", "Jam ahead") in connector.buttons()
