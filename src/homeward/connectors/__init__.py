"""Doors to the world: each turns what it hears into readings and carries out commands; none knows another."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from homeward.connectors.calendar.connector import make_calendar
from homeward.connectors.mqtt.door import Door
from homeward.connectors.mqtt.settings import SETTINGS, make_mqtt
from homeward.core.connector import Connector
from homeward.core.signal import Refused
from homeward.core.vocabulary import Vocabulary
from homeward.registry.household import Connection, Household
from homeward.registry.problems import HouseholdErrors, Problem

CALENDAR = "calendar"


def kinds() -> list[str]:
    """The kinds that a connector in a household file may have, for `registry.household.parse`."""
    return sorted([*SETTINGS, CALENDAR])


def check(
    household: Household,
    vocabulary: Vocabulary,
    folders: Sequence[Path],
    text: str = "",
    file: str = "household.yaml",
    door: Door | None = None,
) -> None:
    """Raise HouseholdErrors with everything that is wrong with a household's connectors; nothing is made or changed."""
    problems: list[Problem] = []
    for connection in household.connectors:
        try:
            if connection.kind not in kinds():
                raise Refused(f"there is no connector of kind {connection.kind}; there is {', '.join(kinds())}")
            if connection.kind == CALENDAR:
                make_calendar(connection, household, folders)
                continue
            make_mqtt(connection, household, vocabulary, folders, text, door, only_check=True)
        except HouseholdErrors as told:
            problems += [replace(one, file=file) for one in told.problems]
        except Refused as problem:
            problems.append(Problem(connection.line, f"connectors.{connection.name}", str(problem), "", file))
    if problems:
        raise HouseholdErrors(problems)


def make(
    connection: Connection,
    household: Household,
    vocabulary: Vocabulary,
    folders: Sequence[Path],
    text: str = "",
    door: Door | None = None,
) -> Connector:
    """The connector that a household file asks for, not yet connected.

    `folders` are where the user's own templates and files are looked for; with the file's `text` each problem names its
    line; `door` is the hub's own. Raises Refused (HouseholdErrors) with every problem.
    """
    if connection.kind == CALENDAR:
        return make_calendar(connection, household, folders)
    if connection.kind in SETTINGS:
        return make_mqtt(connection, household, vocabulary, folders, text, door)
    raise Refused(f"connectors.{connection.name}: there is no connector of kind {connection.kind}")
