"""An expression checked against vocabulary and household, and made a condition that the core notices.

A condition has a subject, a row of one kind, and asks each other kind of any (or every) node in the household. Which
kind is the subject follows from what is written: the node that is named, else the kind most is asked of, so that
several questions about a vehicle are about the same one.
"""

from dataclasses import dataclass, replace

from homeward.core.signal import Kind, Refused, Signal, Type, UnknownSignal, Value
from homeward.core.vocabulary import Vocabulary, encode, wanted
from homeward.core.when import Atom, Both, Condition, Either, Term
from homeward.registry.problems import nearest
from homeward.rules.expression import Expression, Given, Joined, Misread, Named, Question
from homeward.rules.nodes import Known, listed
from homeward.units import way

TRUTHS = {"true": True, "on": True, "yes": True, "false": False, "off": False, "no": False}


@dataclass(frozen=True, slots=True)
class Compiled:
    """A condition, the kind of its subject, and which node that must be (its short name, '' for any)."""

    condition: Condition
    kind: Kind
    node: str = ""


class Compiler:
    """Compiles the expressions of one household."""

    def __init__(self, vocabulary: Vocabulary, known: Known) -> None:
        self.vocabulary, self.known = vocabulary, known
        self._names = False

    def compile(self, expression: Expression, whole: bool = False) -> Compiled:
        """The condition; `whole`: it must say when nobody fulfils it any more. Raises Misread with the column."""
        expression = self._plainer(expression)
        kind, node = self._subject(questions(expression), whole)
        self._names = not node
        return Compiled(self._condition(expression), kind, node)

    def signal(self, named: Named) -> Signal:
        """The signal that is meant. Raises Misread if it, its node or a node of its kind is not there."""
        try:
            signal = self.vocabulary[named.path]
        except UnknownSignal as error:
            if named.node:  # a slip in the kind looks like a node: Vehicel.Speed
                whole = f"{named.node}.{named.path}"
                near = self.vocabulary.nearest(whole)
                if near and named.node not in self.known.kinds:
                    raise Misread(f"unknown signal {whole[:200]}", named.column, near) from None
            raise Misread(f"unknown signal {named.path[:200]}", named.column, error.nearest) from None
        word = signal.kind.name.lower()
        if not named.node:
            if not self.known.named(signal.kind):
                raise Misread(f"{signal.path}: the household has no {word}", named.column)
        elif named.node not in self.known.kinds:
            names = self.known.named(signal.kind)
            close = nearest(named.node, names)
            choice = "" if close or not names else f"; there is {listed(names)}"
            raise Misread(f"unknown {word} {named.node[:80]}{choice}", named.column, close)
        elif self.known.kinds[named.node] is not signal.kind:
            other = self.known.kinds[named.node].name.lower()
            raise Misread(f"{named.node} is a {other} and has no {signal.path}", named.column)
        return signal

    def _plainer(self, expression: Expression) -> Expression:
        """The same without names and quantifiers that make no difference: there is only one node of the kind."""
        if isinstance(expression, Joined):
            return replace(expression, parts=tuple(self._plainer(part) for part in expression.parts))
        kind = self.signal(expression.of).kind
        if isinstance(expression.value, Named):
            self.signal(expression.value)
        if self.known.only(kind):
            expression = replace(expression, of=replace(expression.of, node="", who=""))
            if isinstance(expression.value, Named):
                expression = replace(expression, value=replace(expression.value, node=""))
        return expression

    def _subject(self, asked: list[Question], whole: bool) -> tuple[Kind, str]:
        kinds = [(self.vocabulary[one.of.path].kind, one.of) for one in asked]
        named = {kind: of for kind, of in kinds if of.node}
        if named:
            return self._named_subject(kinds, named)
        quantified = {kind for kind, of in kinds if of.who}
        plain = [kind for kind, of in kinds if not of.who]
        for kind, of in kinds:
            if of.who and kind in plain:
                raise Misread(f"write any or every before each {kind.word} signal here, or a node's name", of.column)
        counts = {kind: plain.count(kind) for kind in plain}
        several = [kind for kind in counts if counts[kind] > 1 and not self.known.only(kind)]
        if whole and several:
            of = next(of for kind, of in kinds if kind is several[0])
            names = listed(self.known.named(several[0]))
            raise Misread(f"which one is meant, {names}? Write its name before the signals", of.column)
        by_home = whole and Kind.HOME not in quantified and self.known.named(Kind.HOME)
        if counts and not by_home:
            return max(counts, key=lambda kind: (counts[kind], -plain.index(kind))), ""
        for kind in (Kind.HOME, *Kind):
            if kind not in quantified and self.known.named(kind):
                return kind, ""
        raise Misread("there is no other kind of node in the household to ask this for", kinds[0][1].column)

    def _named_subject(self, kinds: list[tuple[Kind, Named]], named: dict[Kind, Named]) -> tuple[Kind, str]:
        """The node that is named, if only it is asked of its kind; else the home, from which each can be asked."""
        first = next(iter(named.values()))
        own = [of for kind, of in kinds if kind in named]
        if len(named) == 1 and all(of.node == first.node for of in own):
            return next(iter(named)), first.node
        if self.known.named(Kind.HOME) and Kind.HOME not in named:
            return Kind.HOME, ""
        raise Misread("name one node here, or ask the home's rooms and devices only", first.column)

    def _condition(self, expression: Expression) -> Condition:
        if isinstance(expression, Question):
            return self._atom(expression)
        if expression.word == "not":
            return ~self._condition(expression.parts[0])
        found = self._condition(expression.parts[0])
        for part in expression.parts[1:]:
            other = self._condition(part)
            found = Both(found, other) if expression.word == "and" else Either(found, other)
        return found

    def _atom(self, asked: Question) -> Atom:
        signal, each = self.signal(asked.of), asked.of.who == "every"
        node = asked.of.node if self._names else ""
        if asked.what == "due":
            if signal.unit != "s since 1970":
                raise Misread(f"{signal.path} is not a time that can come", asked.of.column)
            return Atom(signal.path, "due", "<", None, each, node)
        if asked.what == "fresh":
            assert isinstance(asked.value, Given)
            return Atom(signal.path, "fresh", "<", self._number(asked.value, "s"), each, node)
        if isinstance(asked.value, Named):
            return Atom(signal.path, "is", asked.op, self._other(signal, asked.of, asked.value), each, node)
        assert asked.value is not None
        return Atom(signal.path, "is", asked.op, self.value(signal, asked.op, asked.value), each, node)

    def _other(self, signal: Signal, of: Named, other: Named) -> Term:
        against = self.signal(other)
        if against.kind is not signal.kind or other.node not in ("", of.node):
            raise Misread("two signals can be compared if they are of the same node", other.column)
        if against.unit != signal.unit or against.type is not signal.type:
            units = f"{signal.unit or signal.type.name.lower()} and {against.unit or against.type.name.lower()}"
            raise Misread(f"these cannot be compared: {units}", other.column)
        return Term(against.path)

    def value(self, signal: Signal, op: str, given: Given) -> Value:
        """The value as the signal has it. Raises Misread."""
        if op not in ("==", "!=") and signal.type not in (Type.NUMBER, Type.INTEGER):
            raise Misread(f"{signal.path} is {wanted(signal)}: it can be == or !=, but not {op}", given.column)
        if signal.type in (Type.NUMBER, Type.INTEGER):
            value: Value = self._number(given, signal.unit, f"{signal.path} is {wanted(signal)}")
        elif signal.type is Type.BOOLEAN:
            truth = TRUTHS.get(given.text.lower(), given.number)
            if not isinstance(truth, bool):
                close = nearest(given.text, list(TRUTHS))
                raise Misread(f"{signal.path} is true or false, not {given.text[:60]}", given.column, close)
            value = truth
        else:
            value = given.text
        try:
            encode(signal, value)
        except Refused as problem:
            raise Misread(str(problem), given.column, nearest(given.text, list(signal.allowed))) from None
        return value

    def _number(
        self, given: Given, unit: str, wants: str = "a time is a number with its unit, such as 10 min"
    ) -> float:
        if given.number is None:
            raise Misread(f"{wants}, not {given.text[:60]}", given.column)
        if not given.unit:
            return given.number
        try:
            return round(way(given.unit, unit)(given.number), 9)
        except Refused as problem:
            raise Misread(str(problem), given.column) from None


def questions(expression: Expression) -> list[Question]:
    """The questions in an expression, in order."""
    if isinstance(expression, Question):
        return [expression]
    return [one for part in expression.parts for one in questions(part)]
