"""People as actuators: where nothing can be switched, a command becomes a message, and their answer its outcome.

`Home.Commands.ByHand` says which nodes are meant. A household file may say so (`by_hand:` under the home); where it
does not, the hub does: homes, rooms and devices that no connector takes commands for and that have no credentials.
"""

from collections.abc import Collection

import orjson

from homeward.app.hub import Hub
from homeward.bus.speech import write_outcome
from homeward.core.signal import Command, Kind, Outcome, Refused, Role, household_of
from homeward.registry.household import Household
from homeward.surfaces.house import Decision
from homeward.surfaces.web.say import clock, deed, title

BY_HAND = "Home.Commands.ByHand"
KINDS = (Kind.HOME, Kind.ROOM, Kind.DEVICE)


def nobody_could(hub: Hub, household: Household) -> str:
    """What `Home.Commands.ByHand` is where the file leaves it open: names parted by commas, or `none`."""
    if hub.settings.guests:  # whoever comes without credentials may be listening for commands
        return "none"
    nodes = [node for node in household.nodes if node.kind in KINDS and not _switched(hub, node.name, node.kind)]
    return ", ".join(node.name.partition("/")[2] for node in nodes) or "none"


def _switched(hub: Hub, node: str, kind: Kind) -> bool:
    if node in hub.devices.all:
        return True
    actuators = [one.path for one in hub.circle.twin.vocabulary if one.kind is kind and one.role is Role.ACTUATOR]
    return any(hub.doors.taking(Command(node, path, 0.0, 0.0, "")) for path in actuators)


async def tell_by_hand(hub: Hub, household: Household) -> None:
    """Tell the household's first home, where it changes what is known."""
    home = next((node for node in household.nodes if node.kind is Kind.HOME), None)
    if home is None or BY_HAND in home.signals:
        return
    value = nobody_could(hub, household)
    if (hub.circle.twin.get(home.name, BY_HAND)[0] or "none") != value:
        await hub.tell_readings(home.name, {BY_HAND: value})


async def ask_people(hub: Hub, command: Command, zone: str) -> None:
    """Send a command as a message to everybody of the household, on their `…/messages`. Raises BusError."""
    nodes = hub.circle.twin.nodes
    payload = orjson.dumps(
        {
            "id": command.id,
            "text": in_words(hub, command, zone),
            "why": command.why,
            "until": command.until,
            "node": command.node,
            "path": command.path,
            "value": command.value,
        }
    )
    for number in nodes.of_household(household_of(command.node), Kind.PERSON):
        await hub.bus.send(nodes.names[number], "messages", payload)


def in_words(hub: Hub, command: Command, zone: str) -> str:
    """What a person is asked to do: `Please set home's target temperature to 21.0 °C now, at 17:42.`"""
    now = hub.clock.now()
    name, what = command.node.partition("/")[2], title(command.path)
    wanted = deed(command.path, command.value, hub.circle.twin.vocabulary[command.path], zone, now)
    return f"Please set {name}'s {what} to {wanted.removeprefix(what).strip()} now, at {clock(now, zone)}"


def waiting(hub: Hub, household: str) -> list[Decision]:
    """What people of a household are asked to do and have not answered, newest first."""
    by_hand, nodes, now = hub.circle.standings.gate.by_hand, hub.circle.twin.nodes, hub.clock.now()
    return [
        one
        for one in hub.decisions.of(household, 1000)
        if one.state == "sent" and (one.until or 0.0) > now and by_hand(nodes.number(one.node))
    ]


async def answer(hub: Hub, household: str, id: str, done: bool, by: str, why: str) -> None:
    """A person's answer to what they were asked. Raises Refused where they were not, BusError if it is not kept."""
    asked = waiting(hub, household)
    one = next((one for one in asked if one.id == id), None)
    if one is None:
        raise Refused(f"nobody waits for {id}; " + _ids([one.id for one in asked]))
    said = why or f"{by.partition('/')[2] or 'somebody'} {'did it' if done else 'said no'}"
    told = write_outcome(Outcome(id, done, said, 0.0))
    await hub.bus.store(f"homeward.{one.node.replace('/', '.')}.outcomes", told)


def _ids(ids: Collection[str]) -> str:
    return f"open are {', '.join(ids)}" if ids else "nothing is open"
