"""The Today page: the evening in one picture, why, who is where, what is next, and what to have instead."""

from math import isfinite
from typing import Any

from nicegui import html

from homeward.core.signal import Kind
from homeward.surfaces.atlas import Atlas
from homeward.surfaces.shares import Shares
from homeward.surfaces.web import say, who
from homeward.surfaces.web.errands import ErrandCard
from homeward.surfaces.web.evening import Scene, picture
from homeward.surfaces.web.frame import Pulse, frame, press, put, simulated
from homeward.surfaces.web.going import Going
from homeward.surfaces.web.moved import card
from homeward.surfaces.web.past import Moves, Past, on_since, yesterday
from homeward.surfaces.web.pieces import Evening, Map, Moved, Next, Note, WhereTo, Who
from homeward.surfaces.web.places import map_data, track
from homeward.surfaces.web.plan import Move, Plan, read_plan
from homeward.surfaces.web.sentence import Told, steps, tell, tell_move
from homeward.surfaces.web.sight import STALE_S, Sight
from homeward.surfaces.web.skills import SkillCard
from homeward.surfaces.web.wishes import COOLEST, WARMEST, Wishes, comfort, untils

INDOOR, OUTDOOR = "Home.Climate.IndoorTemperature", "Home.Climate.OutdoorTemperature"
LEVEL = "Home.Climate.HeatingLevel"
PAST_S = 6 * 3600.0
DRIVE_S = 3 * 3600.0


async def today_page(sight: Sight, atlas: Atlas | None = None, shares: Shares | None = None) -> None:
    """Draw the page and keep it live."""
    with frame(sight.house, sight.household, "/") as trouble:
        note = Note(simulated(sight.house))
        note.listen("press", lambda button: press(sight.house, str(button), trouble))
        if not sight.home:
            _empty()
            return
        today = Today(sight, Going(sight, atlas, shares))
        await today.load()
        today.draw()

        async def look() -> None:
            note.show(simulated(sight.house))
            await today.look()

        Pulse(sight.house, look, trouble)


def _empty() -> None:
    with html.div().classes("card empty"):
        html.b("No home yet")
        html.span("Write a household file and apply it: homeward apply household.yaml")


class Today:
    """One open Today page: what it has read, and the parts it keeps up to date."""

    def __init__(self, sight: Sight, going: Going) -> None:
        self.sight, self.going = sight, going
        self.plan_text: str | None = None
        self.plan: Plan | None = None
        self.moves = Moves()
        self.wishes = Wishes(sight)
        self.skills, self.errands = SkillCard(sight), ErrandCard(sight)
        self.indoor, self.level = Past(sight, sight.home, INDOOR), Past(sight, sight.home, LEVEL)
        self.drives = [
            tuple(Past(sight, car, f"Vehicle.CurrentLocation.{axis}") for axis in ("Latitude", "Longitude"))
            for car in sight.of(Kind.VEHICLE)
        ]
        self.yesterday = ""

    async def load(self) -> None:
        """Read what is drawn of the past."""
        await self.indoor.load(PAST_S)
        await self.level.load(PAST_S)
        for drive in self.drives:
            for axis in drive:
                await axis.load(DRIVE_S)
        self.yesterday = await yesterday(self.sight)
        self.read()
        await self.moves.recall(self.sight, self.plan, self.reason())

    def draw(self) -> None:
        """Lay the page out."""
        self.read()
        with html.div().classes("hello"):
            self.hello = html.h1()
            self.clock = html.p().classes("soft")
        with html.div().classes("today"):
            with html.section().classes("card hero").props('aria-label="The evening"'):
                self._numbers()
                self.evening = Evening(self.picture())
                with html.div().props('aria-live="polite"'):
                    self.sentence = html.p().classes("sentence")
                self.moved = Moved(None)
                self.moved.listen("seen", self.seen)
                self.more = html.p().classes("more")
            with html.div().classes("stack"):
                self.errands.draw()
                self.skills.draw()
                self.next = Next(self.ahead())
                self.next.listen("ask", self.ask)
                self.next.listen("undo", self.undo)
                if self.sight.of(Kind.VEHICLE):
                    self.where_to = WhereTo(self.going.data())
                    self.where_to.listen("go", self.go)
                    self.where_to.listen("seek", self.seek)
                    self.where_to.listen("share", self.share)
                with html.section().classes("card").props('aria-labelledby="who-title"'):
                    html.h2("Who is where").props('id="who-title"')
                    self.map = Map(self.around()) if self.place is not None else None
                    self.who = Who(who.lines(self.sight))
            html.p(self.yesterday).classes("soft yesterday")
        self.show()

    def _numbers(self) -> None:
        with html.div().classes("numbers"):
            with html.div():
                self.back = [html.p().classes(name) for name in ("label", "big car", "soft")]
            with html.div():
                label = html.p().classes("label")
                with html.p().classes("big home"):
                    figure, unit = html.span(), html.span().classes("unit")
                self.inside = [label, figure, unit, html.p().classes("soft")]

    def read(self) -> None:
        """Take in what the house says now."""
        home = self.sight.home
        for past in (self.indoor, self.level, *(axis for drive in self.drives for axis in drive)):
            past.follow()
        if (text := self.sight.text(home, "Home.Arrival.Plan")) != self.plan_text:
            self.plan_text, self.plan = text, read_plan(text)
        self.now = self.sight.house.now()
        self.place = self.sight.place(home, "Home.Location")
        self.who_first = self.sight.text(home, "Home.Arrival.Who")
        self.move: Move | None = self.moves.look(self.plan, self.now, self.reason())

    def reason(self) -> str:
        """Why the arrival is expected when it is: in the words of a car that is coming home, else the home's."""
        sight, plan = self.sight, self.plan
        if plan is None:
            return sight.text(sight.home, "Home.Arrival.Why")
        for car in sight.of(Kind.VEHICLE):
            coming = sight.text(car, "Vehicle.Arrival.Destination") == "home"
            why = sight.text(car, "Vehicle.Arrival.Why")
            if coming and why and sight.number(car, "Vehicle.Arrival.Median") > self.now:
                return why
        return sight.text(sight.home, "Home.Arrival.Why") or plan.why

    async def look(self) -> None:
        """Read and show what changed."""
        self.read()
        self.show()

    def show(self) -> None:
        """Bring every part of the page up to date."""
        self.evening.show(self.picture())
        self.errands.show()
        self.skills.show()
        self.next.show(self.ahead())
        if self.sight.of(Kind.VEHICLE):
            self.where_to.show(self.going.data())
        self.who.show(who.lines(self.sight))
        if self.map is not None and self.place is not None:
            self.map.show(self.around())
        self.moved.show(card(self.sight, self.move, self.warm()))
        told = self.told()
        for elements, texts in (
            ((self.hello, self.clock), self.hello_words()),
            ((self.sentence, self.more), (told.main, told.more)),
            (self.back, self.back_words()),
            (self.inside, self.inside_words()),
        ):
            for element, text in zip(elements, texts, strict=True):
                put(element, text)
        for figure, words in ((self.back[1], self.back_words()[1]), (self.inside[1], self.inside_words()[1])):
            figure.classes(**{"add" if words == say.DASH else "remove": "dash"})

    def hello_words(self) -> tuple[str, str]:
        """The greeting and the household's clock."""
        sight = self.sight
        name = sight.text(sight.house.visitor(sight.household), "Person.Name")
        return say.greeting(self.now, sight.zone, name), f"{say.local(self.now, sight.zone):%A %H:%M}"

    def told(self) -> Told:
        """The sentence under the picture."""
        if self.move is not None:
            return tell_move(self.move, self.now, self.sight.zone, self.warm(), self.skills.only_planned)
        occupied = self.sight.yes(self.sight.home, "Home.IsOccupied")
        indoor = self.sight.number(self.sight.home, INDOOR)
        since = on_since(self.level)
        return tell(
            self.plan, self.now, self.sight.zone, self.reason(), occupied, indoor, since, self.skills.only_planned
        )

    def warm(self) -> bool:
        """It is as warm inside as the plan wants it at the arrival, or nearly."""
        return self.plan is not None and self.sight.number(self.sight.home, INDOOR) >= self.plan.target - 0.5

    def picture(self) -> dict[str, Any]:
        """The evening as data."""
        sight = self.sight
        return picture(
            Scene(
                now=self.now,
                zone=sight.zone,
                plan=self.plan,
                indoor=sight.number(sight.home, INDOOR),
                indoor_past=self.indoor.series(),
                level_past=self.level.series(),
                place=self.place,
                move=self.move,
            )
        )

    def around(self) -> dict[str, Any]:
        """The map as data."""
        assert self.place is not None
        tracks = [track(first.series(), second.series(), self.place) for first, second in self.drives]
        return map_data(who.places(self.sight), tracks, self.place)

    def ahead(self) -> dict[str, Any]:
        """What comes next, and what may be had instead, as data."""
        sight, plan = self.sight, self.plan
        heating = isfinite(on_since(self.level))
        zone, target = sight.zone, comfort(sight, plan)
        coming = steps(plan, self.now, zone, who.party(sight, self.who_first), heating, self.skills.only_planned)
        return {
            "steps": [
                {"time": say.clock(s.at, zone) if s.at > self.now else "now", "text": s.text, "colour": s.colour}
                for s in coming
            ],
            "nothing": "Nothing is planned while somebody is home"
            if sight.yes(sight.home, "Home.IsOccupied")
            else "Nothing is planned; it appears here as soon as a return is in sight",
            "can": True,
            "asked": self.wishes.lines(),
            "target": say.degrees(target),
            "cooler": target > COOLEST,
            "warmer": target < WARMEST,
            "untils": [[name, label] for name, label, _ in untils(sight, plan)],
        }

    def back_words(self) -> tuple[str, str, str]:
        """Label, figure and small print of the arrival."""
        plan, zone, sight = self.plan, self.sight.zone, self.sight
        if plan is None or not plan.expects or plan.median < self.now - 3600:
            if sight.yes(sight.home, "Home.IsOccupied"):
                return "Arrival", "home", "somebody is in"
            return "Arrival", say.DASH, "nobody is expected yet"
        name = who.party(sight, self.who_first) or "Somebody"
        between = f"{say.clock(plan.p10, zone)}–{say.clock(plan.p90, zone)}"
        if plan.median < self.now and sight.yes(sight.home, "Home.IsOccupied"):
            return f"{name} home since", say.clock(plan.median, zone), ""
        return f"{name} home at", say.clock(plan.median, zone, self.now), between

    def inside_words(self) -> tuple[str, str, str, str]:
        """Label, figure, unit and small print of the temperature inside."""
        sight, home = self.sight, self.sight.home
        indoor, outdoor = sight.number(home, INDOOR), sight.number(home, OUTDOOR)
        if not isfinite(indoor):
            return "Inside", say.DASH, "", "no thermometer has reported"
        age = sight.age(home, INDOOR)
        small = f"measured {say.ago(age)}" if age > STALE_S else f"{say.degrees(outdoor)} outside" * isfinite(outdoor)
        return "Inside now", f"{indoor:.1f}", " °C", small

    async def ask(self, what: dict[str, str]) -> None:
        """A person pressed one of the buttons under Instead."""
        await self.wishes.ask(self.plan, str(what.get("what")), str(what.get("until")))
        self.next.show(self.ahead())

    async def undo(self, id: str) -> None:
        """A person took a wish back."""
        await self.wishes.undo(str(id))
        self.next.show(self.ahead())

    async def go(self, to: str) -> None:
        """A person said where to go."""
        await self.going.go(to)
        self.where_to.show(self.going.data())

    def seek(self, text: str) -> None:
        """A person types where to go."""
        self.going.seek(text)
        self.where_to.show(self.going.data())

    def share(self, _: Any) -> None:
        """A person wants others to see the arrival."""
        self.going.share()
        self.where_to.show(self.going.data())

    def seen(self, _: Any) -> None:
        """A person put the card away."""
        self.moves.put_away()
        self.move = None
        self.show()
