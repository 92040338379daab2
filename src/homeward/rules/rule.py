"""A rule of a household file, understood, or everything wrong with it told by line and column; see docs/rules.md."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from homeward.core.settle import LONGEST_S, Ask, Situation, objection
from homeward.core.signal import Command, Kind, Refused, Role, UnknownSignal, Value
from homeward.core.vocabulary import Vocabulary
from homeward.core.when import Atom, Trigger
from homeward.registry.household import Household, RuleText
from homeward.registry.problems import nearest
from homeward.registry.quantity import nearest_word, understood
from homeward.registry.reader import Say
from homeward.registry.tree import Item, read_tree
from homeward.rules.compile import Compiled, Compiler
from homeward.rules.expression import Misread, Question, parse_expression
from homeward.rules.nodes import Known
from homeward.rules.words import in_words
from homeward.units import way

MOMENTS = ["when", "while", "falls", "changes"]
FIELDS = [*MOMENTS, "for", "then", "lasts", "why"]
LASTS_S = 3600.0
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


@dataclass(frozen=True, slots=True)
class Action:
    """What shall be so: a node by its short name, the actuator's path, the value, and for how long (s)."""

    node: str
    path: str
    value: Value
    lasts_s: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule understood. `node` is the only one that may set it off, by short name, or ''.

    With `while_true` its actions stand until its last trigger, which takes them back.
    """

    name: str
    kind: Kind
    node: str
    triggers: tuple[Trigger, ...]
    actions: tuple[Action, ...]
    why: str
    while_true: bool = False


class RuleReader:
    """Reads the rules of one household, telling every problem and going on."""

    def __init__(self, household: Household, vocabulary: Vocabulary, say: Say) -> None:
        self.household, self.vocabulary, self.say = household, vocabulary, say
        self.known = Known.of(household)
        self.compiler = Compiler(vocabulary, self.known)
        self.scenes = {scene.name: scene for scene in household.scenes}

    def rule(self, written: RuleText) -> Rule | None:
        """The rule, None if something is wrong with it."""
        at, shift = f"rules.{written.name}", max(written.line - 1, 0)
        self.tell = wrong = _Told(self.say)

        def unreadable(line: int, where: str, message: str) -> None:
            wrong(line + shift, f"{at}.{where}" if where else at, message)

        root = read_tree(written.text, unreadable)
        if root is None or root.shape != "mapping":
            if not wrong.count:
                wrong(written.line, at, "a rule has `when:` and `then:`; see docs/rules.md")
            return None
        _move(root, shift)
        for word, line in root.lines.items():
            if word not in FIELDS:
                close = nearest(word, FIELDS)
                choice = "" if close else f"; there is {', '.join(FIELDS)}"
                wrong(line, at, f"unknown field {word[:80]}{choice}", close)
        found = self._rule(root, written.name, at)
        return None if wrong.count else found

    def _rule(self, root: Item, name: str, at: str) -> Rule | None:
        moments = [word for word in MOMENTS if word in root.fields]
        if len(moments) != 1:
            said = "when? Write one of `when:`, `while:`, `falls:` and `changes:`"
            self.tell(root.line, at, said if not moments else f"{' and '.join(moments)} do not go together; {said}")
            return None
        moment = moments[0]
        lasts = self._seconds(root, "lasts", at, LASTS_S)
        if moment == "while" and "lasts" in root.fields:
            self.tell(root.lines["lasts"], f"{at}.lasts", "with `while:` it lasts as long as that is true")
        held = self._seconds(root, "for", at, 0.0)
        if held and moment in ("falls", "changes"):
            self.tell(root.lines["for"], f"{at}.for", f"`for:` goes with `when:` or `while:`, not with `{moment}:`")
        actions = tuple(self._actions(root, at, LONGEST_S if moment == "while" else lasts))
        read = self._expression(root.fields[moment], f"{at}.{moment}", moment)
        if read is None:
            return None
        compiled, words = read
        condition = compiled.condition
        triggers = {
            "when": (condition.holds(held) if held else Trigger(condition),),
            "while": (condition.holds(held) if held else Trigger(condition), condition.falls()),
            "falls": (condition.falls(),),
            "changes": (Trigger(condition, "changes"),),
        }[moment]
        why = root.fields["why"].text if "why" in root.fields else f"rule {name}: {_said(moment, words, root)}"
        return Rule(name, compiled.kind, compiled.node, triggers, actions, why[:500], moment == "while")

    def _expression(self, item: Item, at: str, moment: str) -> tuple[Compiled, str] | None:
        if item.shape != "scalar":
            self.tell(item.line, at, f"{item.shown()} does not belong here; write a condition on one line")
            return None
        try:
            expression = parse_expression(item.text)
            compiled = self.compiler.compile(expression, moment in ("while", "falls"))
            if moment == "changes":
                if not isinstance(expression, Question) or expression.what != "is" or item.text.strip().count(" "):
                    raise Misread("`changes:` takes one signal, such as Device.Button", 1)
                compiled = Compiled(Atom(expression.of.path, "is", "!=", None), compiled.kind, compiled.node)
                return compiled, ""
            return compiled, in_words(expression, self.vocabulary, self.known)
        except Misread as problem:
            line = item.line + item.text[: problem.column - 1].count("\n")
            self.tell(line, at, f"column {problem.column}: {problem.message}", problem.nearest)
        return None

    def _seconds(self, root: Item, name: str, at: str, default: float) -> float:
        item = root.fields.get(name)
        if item is None:
            return default
        try:
            return self._duration(item)
        except Refused as problem:
            self.tell(item.line, f"{at}.{name}", str(problem))
            return default

    def _duration(self, item: Item) -> float:
        found = DURATION.fullmatch(item.text.strip()) if item.shape == "scalar" else None
        if not found:
            raise Refused(f"{item.shown()} is not a time; write it as in 5 min, 90 s or 2 h")
        seconds = way(found[2] or "s", "s")(float(found[1]))
        if not 0 < seconds <= LONGEST_S:
            raise Refused(f"{item.text} is not between 0 s and seven days")
        return seconds

    def _actions(self, root: Item, at: str, lasts_s: float) -> Iterator[Action]:
        then = root.fields.get("then")
        if then is None or then.is_empty:
            self.tell(root.line, at, "then what? Write `then:` with `node: {signal: value}`, or a scene's name")
            return
        for item in then.items if then.shape == "list" else [then]:
            if item.shape == "mapping":
                yield from self._commands(item, f"{at}.then", lasts_s)
            elif item.shape == "scalar":
                yield from self._scene(item, f"{at}.then", lasts_s)
            else:
                self.tell(item.line, f"{at}.then", f"{item.shown()} does not belong here")

    def _scene(self, item: Item, at: str, lasts_s: float) -> Iterator[Action]:
        scene = self.scenes.get(item.text)
        if scene is None:
            close = nearest(item.text, list(self.scenes))
            choice = "" if close else f"; there is {', '.join(self.scenes) or 'none'}"
            self.tell(item.line, at, f"unknown scene {item.shown()}{choice}", close)
            return
        for node, path, value in scene.commands:
            action = Action(node.partition("/")[2], path, value, lasts_s)
            if self._allowed(action, item.line, at):
                yield action

    def _commands(self, item: Item, at: str, lasts_s: float) -> Iterator[Action]:
        for node, wanted in item.fields.items():
            line = item.lines[node]
            if node == "scene" and node not in self.known.kinds:
                yield from self._scene(wanted, at, lasts_s)
            elif node not in self.known.kinds:
                close = nearest(node, list(self.known.kinds))
                choice = "" if close else f"; there is {', '.join(list(self.known.kinds)[:20])}"
                self.tell(line, at, f"unknown node {node[:80]}{choice}", close)
            elif wanted.shape != "mapping":
                self.tell(line, f"{at}.{node}", f"{wanted.shown()} does not belong here; write `signal: value` lines")
            else:
                for path, value in wanted.fields.items():
                    yield from self._command(node, path, value, wanted.lines[path], f"{at}.{node}", lasts_s)

    def _command(self, node: str, path: str, item: Item, line: int, at: str, lasts_s: float) -> Iterator[Action]:
        try:
            signal = self.vocabulary[path]
        except UnknownSignal as error:
            self.tell(line, at, f"unknown signal {path[:200]}", error.nearest)
            return
        if signal.kind is not self.known.kinds[node]:
            kind = self.known.kinds[node].name.lower()
            self.tell(line, at, f"{signal.path} is a signal of a {signal.kind.name.lower()}; {node} is a {kind}")
            return
        if signal.role is not Role.ACTUATOR:
            self.tell(line, at, f"{signal.path} cannot be set; it is only measured or given")
            return
        if item.shape == "mapping":
            if "lasts" in item.fields:
                lasts_s = self._seconds(item, "lasts", f"{at}.{path}", lasts_s)
            item = item.fields.get("value", Item(item.line, 0, 0, 0, "scalar"))
        try:
            action = Action(node, signal.path, understood(signal, item), lasts_s)
        except Refused as problem:
            self.tell(item.line, at, str(problem), nearest_word(signal, item))
            return
        if self._allowed(action, line, at):
            yield action

    def _allowed(self, action: Action, line: int, at: str) -> bool:
        """Whether settling lets a rule do such a thing at all, as far as that does not depend on the moment."""
        command = Command(
            f"{self.household.name}/{action.node}", action.path, action.value, action.lasts_s, "a rule", "rule"
        )
        ask = Ask(command, 1, 0.0)
        if no := objection(ask, self.vocabulary[action.path], Situation(0.0, True)):
            self.tell(line, at, f"{action.path}: {no}")
        return not no


def _said(moment: str, words: str, root: Item) -> str:
    if moment == "changes":
        return f"{root.fields['changes'].text} was heard"
    held = f" for {root.fields['for'].text}" if "for" in root.fields else ""
    return f"it is over that {words}" if moment == "falls" else words + held


def _move(item: Item, lines: int) -> None:
    """Count lines from the beginning of the file that the rule stands in."""
    item.line += lines
    for name in item.lines:
        item.lines[name] += lines
    for one in [*item.items, *item.fields.values()]:
        _move(one, lines)


class _Told:
    """Tells problems on and counts them."""

    def __init__(self, say: Say) -> None:
        self._say, self.count = say, 0

    def __call__(self, line: int, at: str, message: str, nearest: str = "") -> None:
        self.count += 1
        self._say(line, at, message, nearest)
