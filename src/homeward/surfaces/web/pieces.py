"""The drawn parts of the pages: each takes plain data and shows it; text stays text, whoever sent it."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments


class Piece(ui.element, esm={"homeward": "static"}):
    """A part of a page that draws `data`; subclasses name the file in static/ that draws it."""

    def __init__(self, data: Any) -> None:
        super().__init__()
        self._props["data"] = data

    def show(self, data: Any) -> None:
        """Draw this from now on; nothing is sent when nothing changed."""
        if data != self._props["data"]:
            self._props["data"] = data
            self.update()

    def listen(self, event: str, do: Callable[[Any], Any]) -> None:
        """Call `do` with what the part says when a person does something with it."""

        def heard(event_arguments: GenericEventArguments) -> Any:
            return do(event_arguments.args)

        self.on(event, heard)


class Note(Piece, component="static/note.js"):
    """What is simulated and the demo's buttons; says `press`."""


class Evening(Piece, component="static/evening.js"):
    """The picture of the evening; data from `evening.picture`."""


class Map(Piece, component="static/map.js"):
    """Who is where around the home; data from `places.map_data`."""


class Who(Piece, component="static/who.js"):
    """One line for each person and car; data from `who.lines`."""


class Moved(Piece, component="static/moved.js"):
    """The card that says why arrival and heating moved together; says `seen` when it is put away."""


class Next(Piece, component="static/next.js"):
    """What happens next, and what to have instead; says `ask` and `undo`."""


class Signals(Piece, component="static/signals.js"):
    """The list of every signal; says `seek` for a line's history."""


class Log(Piece, component="static/log.js"):
    """What was done, by whom, why; data from `log.entries`."""


class WhereTo(Piece, component="static/going.js"):
    """Where the household is going; data from `going.Going`; says `go` and `seek`."""


class Drive(Piece, component="static/drive.js"):
    """The road ahead; data from `drive.DrivePage`, and apart from it the roads around; says `go` and `seek`."""

    def draw_map(self, roads: Any) -> None:
        """Draw these roads from now on."""
        if roads != self._props.get("map"):
            self._props["map"] = roads
            self.update()


class Wrist(Piece, component="static/wrist.js"):
    """One thing and one button; data from `wrist.WristPage`; says `press`."""


class Errands(Piece, component="static/errands.js"):
    """What people are asked to do by hand; data from `errands.ErrandCard`; says `answer`."""


class Skills(Piece, component="static/skills.js"):
    """Which skills act and which only watch; data from `skills.SkillCard`; says `let`."""
