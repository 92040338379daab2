"""Expressions over signals, parsed by hand: nothing a user writes is ever run.

    either   both ("or" both)*
    both     unary ("and" unary)*
    unary    "not" unary | "(" either ")" | "fresh" "(" signal "," number unit ")" | "due" "(" signal ")" | compared
    compared ["any" | "every"] signal [("<" "<=" ">" ">=" "==" "!=") (number [unit] | word | "text" | signal)]

A signal is its path, with a node's name before it where one is meant: `bedroom.Room.Climate.Temperature`.
"""

import re
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

LONGEST, DEEPEST = 2000, 30
TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?(?![\w.]))
    | (?P<glued>[-+]?\d+(?:\.\d+)?(?=[^\W\d_]|[%°]))
    | (?P<signal>[A-Za-z0-9][\w-]*(?:\.[\w-]+)+)
    | (?P<text>"[^"]*"|'[^']*')
    | (?P<op><=|>=|==|!=|<|>|=)
    | (?P<sign>[(),])
    | (?P<word>[^\W\d_][\w/²°]*|[%°][A-Za-z]?)
    )""",
    re.VERBOSE,
)
KEYWORDS = ("and", "or", "not", "any", "every", "fresh", "due")
FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


class Misread(ValueError):
    """An expression that cannot be understood; `column` (from 1) is where, `nearest` the right word, if one is near."""

    def __init__(self, message: str, column: int, nearest: str = "") -> None:
        super().__init__(message)
        self.message, self.column, self.nearest = message, column, nearest


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression."""

    kind: str
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Named:
    """A signal as written: `who` is any, every or '', `node` a node's short name or ''."""

    path: str
    node: str
    who: str
    column: int


@dataclass(frozen=True, slots=True)
class Given:
    """A value as written: a number with its unit, or a word."""

    text: str
    number: float | None = None
    unit: str = ""
    column: int = 0
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """One question about a signal: `what` is `is` (with `op` and `value`), `fresh` (`value` its time) or `due`."""

    of: Named
    what: str
    op: str = "=="
    value: "Given | Named | None" = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts of which all (`and`), one (`or`) or not the only one (`not`) must be true."""

    word: str
    parts: "tuple[Expression, ...]"


Expression = Question | Joined


def tokens(text: str) -> list[Token]:
    """The pieces of an expression. Raises Misread.

    >>> [token.text for token in tokens("Vehicle.DistanceToHome < 5km")]
    ['Vehicle.DistanceToHome', '<', '5', 'km']
    """
    if len(text) > LONGEST:
        raise Misread(f"an expression of {len(text)} characters; at most {LONGEST}", 1)
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if not match or not match.lastgroup:
            column = at + len(text[at:]) - len(text[at:].lstrip()) + 1
            raise Misread(f"{text[column - 1 : column + 9]!r} is not understood", column)
        kind = "number" if match.lastgroup == "glued" else match.lastgroup
        found.append(Token(kind, match[match.lastgroup], match.start(match.lastgroup) + 1))
        at = match.end()
    return found


def parse_expression(text: str) -> Expression:
    """The expression that a text says. Raises Misread with the column of what is wrong.

    >>> parse_expression("not Person.Sleeping").word
    'not'
    """
    return _Parser(tokens(text), len(text.rstrip()) + 1).whole()


@dataclass(slots=True)
class _Parser:
    left: list[Token]
    end: int
    at: int = field(default=0)
    depth: int = field(default=0)

    def whole(self) -> Expression:
        if not self.left:
            raise Misread("nothing is written here; write a condition such as Vehicle.IsHome == true", 1)
        found = self.either()
        if (token := self.peek()) is not None:
            raise self.unexpected(token, "`and` or `or`")
        return found

    def peek(self) -> Token | None:
        return self.left[self.at] if self.at < len(self.left) else None

    def take(self, *texts: str) -> Token | None:
        token = self.peek()
        if token is not None and token.kind != "text" and token.text.lower() in texts:
            self.at += 1
            return token
        return None

    def unexpected(self, token: Token, instead: str) -> Misread:
        if token.text == "=":
            return Misread("= sets nothing here; write == to compare", token.column, "==")
        words = [word for word in KEYWORDS if f"`{word}`" in instead] or KEYWORDS
        close = get_close_matches(token.text.lower(), words, n=1, cutoff=0.6) if token.kind == "word" else []
        return Misread(f"{token.text!r} where {instead} should stand", token.column, close[0] if close else "")

    def need(self, sign: str) -> None:
        if not self.take(sign):
            token = self.peek()
            raise self.unexpected(token, f"`{sign}`") if token else Misread(f"`{sign}` is missing at the end", self.end)

    def either(self) -> Expression:
        parts = [self.both()]
        while self.take("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Joined("or", tuple(parts))

    def both(self) -> Expression:
        parts = [self.unary()]
        while self.take("and"):
            parts.append(self.unary())
        return parts[0] if len(parts) == 1 else Joined("and", tuple(parts))

    def unary(self) -> Expression:
        self.depth += 1
        token = self.peek()
        if token is None:
            raise Misread("the expression ends where a signal should follow", self.end)
        if self.depth > DEEPEST:
            raise Misread(f"nested deeper than {DEEPEST} levels", token.column)
        if self.take("not"):
            found: Expression = Joined("not", (self.unary(),))
        elif self.take("("):
            found = self.either()
            self.need(")")
        elif token.text in ("fresh", "due") and self.take(token.text):
            found = self.timed(token.text)
        else:
            found = self.compared()
        self.depth -= 1
        return found

    def timed(self, what: str) -> Question:
        self.need("(")
        of = self.signal()
        value: Given | None = None
        if what == "fresh":
            self.need(",")
            given = self.value()
            if not isinstance(given, Given) or given.number is None:
                raise Misread("fresh needs how old it may be: fresh(Vehicle.Speed, 10 min)", given.column)
            value = given
        self.need(")")
        return Question(of, what, "<", value)

    def compared(self) -> Question:
        token = self.peek()
        if token and token.kind in ("number", "text"):  # 5 km > signal
            first = self.value()
            op = self.operator()
            return Question(self.signal(), "is", FLIPPED[op], first)
        of = self.signal()
        if (token := self.peek()) is None or token.kind != "op":
            return Question(of, "is", "==", Given("true", column=of.column))
        return Question(of, "is", self.operator(), self.value())

    def operator(self) -> str:
        token = self.peek()
        if token is None or token.kind != "op" or token.text == "=":
            raise self.unexpected(token, "<, > or ==") if token else Misread("a comparison is missing", self.end)
        self.at += 1
        return token.text

    def signal(self) -> Named:
        who = self.take("any", "every")
        token = self.peek()
        if token is None:
            raise Misread("the expression ends where a signal should follow", self.end)
        if token.kind != "signal":
            raise self.unexpected(token, "a signal such as Vehicle.DistanceToHome")
        self.at += 1
        first, _, rest = token.text.partition(".")
        if first[:1].isupper() and first in ("Vehicle", "Home", "Room", "Person", "Device"):
            return Named(token.text, "", who.text.lower() if who else "", token.column)
        return Named(rest, first, who.text.lower() if who else "", token.column)

    def value(self) -> Given | Named:
        token = self.peek()
        if token is None:
            raise Misread("the expression ends where a value should follow", self.end)
        if token.kind == "signal":
            return self.signal()
        self.at += 1
        if token.kind == "text":
            return Given(token.text[1:-1], column=token.column, quoted=True)
        if token.kind == "word":
            return Given(token.text, column=token.column)
        if token.kind != "number":
            raise self.unexpected(token, "a value")
        found = Given(token.text, float(token.text), column=token.column)
        unit = self.peek()
        if unit and unit.kind == "word" and unit.text.lower() not in KEYWORDS:
            self.at += 1
            found = replace(found, text=f"{found.text} {unit.text}", unit=unit.text)
        return found
