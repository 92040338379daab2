"""A condition in plain words, for the `why` of a rule that gives none: `car is within 5 km of home`."""

import re

from homeward.core.signal import Type
from homeward.core.vocabulary import Vocabulary
from homeward.rules.expression import Expression, Given, Joined, Named, Question
from homeward.rules.nodes import Known

COMPARED = {"<": "below", "<=": "at most", ">": "above", ">=": "at least", "==": "", "!=": "not"}
NOT_SO = {"off", "false", "no"}


def in_words(expression: Expression, vocabulary: Vocabulary, known: Known) -> str:
    """The expression as a person would say it."""
    if isinstance(expression, Question):
        return _question(expression, vocabulary, known)
    parts = [in_words(part, vocabulary, known) for part in expression.parts]
    if expression.word == "not":
        return f"it is not so that {parts[0]}"
    if expression.word == "and":
        bracketed = [
            f"({words})" if isinstance(part, Joined) and part.word == "or" else words
            for part, words in zip(expression.parts, parts, strict=True)
        ]
        return " and ".join(bracketed)
    return " or ".join(parts)


def _question(asked: Question, vocabulary: Vocabulary, known: Known) -> str:
    signal = vocabulary[asked.of.path]
    kind = signal.kind
    who = asked.of.node or known.only(kind)
    if not who:
        who = f"every {kind.name.lower()}" if asked.of.who == "every" else f"a {kind.name.lower()}"
    levels = signal.path.split(".")[1:]
    if asked.what == "fresh" and isinstance(asked.value, Given):
        return f"{who}'s {_noun(levels)} was heard in the last {asked.value.text}"
    if asked.what == "due":
        return f"the time of {who}'s {_noun(levels)} has come"
    value = asked.value.text if isinstance(asked.value, Given) else _other(asked.value)
    if signal.type is Type.BOOLEAN:
        return _truth(who, levels, (value.lower() in NOT_SO) != (asked.op == "!="))
    if levels == ["DistanceToHome"] and asked.op in ("<", "<="):
        return f"{who} is within {value} of home"
    if levels == ["DistanceToHome"] and asked.op in (">", ">="):
        return f"{who} is more than {value} from home"
    return " ".join(f"{who}'s {_noun(levels)} is {COMPARED[asked.op]} {value}".split())


def _truth(who: str, levels: list[str], negated: bool) -> str:
    last, owner = levels[-1], who if len(levels) == 1 else f"{who}'s {_noun(levels[:-1])}"
    no = " not" if negated else ""
    if last.startswith("Is") and len(last) > 2:
        return f"{owner} is{no} {_noun([last[2:]])}"
    if last.endswith("ing"):
        return f"{owner} is{no} {_noun([last])}"
    return f"{who}'s {_noun(levels)} is {'off' if negated else 'on'}"


def _other(named: Named | Given | None) -> str:
    return f"its {_noun(named.path.split('.')[1:])}" if isinstance(named, Named) else ""


def _noun(levels: list[str]) -> str:
    """`['Climate', 'TargetTemperature']` as `climate target temperature`."""
    return " ".join(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", level) for level in levels).lower()
