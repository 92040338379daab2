"""Mutants of a module: the same source with one small thing wrong, to see whether its tests notice.

Compared with a mutation framework: no files, no processes; a few hundred mutants are judged in seconds.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

Edit = tuple[str, ast.AST]
COMPARED: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
CALCULATED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Mod: ast.Add,
}
METHODS = {"fullmatch": "match", "match": "search", "search": "match"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one thing wrong: where (the source's line) and what."""

    line: str
    what: str
    code: CodeType

    def __str__(self) -> str:
        return f"{self.line}  [{self.what}]"

    def module(self, name: str) -> ModuleType:
        """The mutant, run. Raises whatever the mutant raises."""
        module = ModuleType(name)
        exec(self.code, module.__dict__)
        return module


def mutants(source: str, name: str) -> Iterator[Mutant]:
    """All mutants of a module's source; docstrings, types, imports and decorators are left alone."""
    tree, lines = ast.parse(source), source.splitlines()
    for parent, field, place, node in _places(tree):
        for what, changed in _edits(node, parent):
            ast.fix_missing_locations(ast.copy_location(changed, node))
            _put(parent, field, place, changed)
            yield Mutant(lines[node.lineno - 1].strip(), what, compile(tree, name, "exec"))
            _put(parent, field, place, node)


def survivors(source: str, name: str, tests: list[Callable[[Any], object]]) -> tuple[int, list[Mutant]]:
    """How many mutants there are, and those that every test lets pass as the module under test."""
    count, alive = 0, []
    for mutant in mutants(source, name):
        count += 1
        if _passes(mutant, name, tests):
            alive.append(mutant)
    return count, alive


def _passes(mutant: Mutant, name: str, tests: list[Callable[[Any], object]]) -> bool:
    try:
        module = mutant.module(name)
        for test in tests:
            test(module)
    except Exception:
        return False
    return True


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, Any]]:
    """Every node that may be changed, with where it hangs."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "names", "bases", "keywords"):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            told = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
            if isinstance(child, ast.AST) and not told and not isinstance(child, ast.Import | ast.ImportFrom):
                yield node, field, place, child
                yield from _places(child)


def _put(parent: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[place] = node


def _edits(node: Any, parent: ast.AST) -> Iterator[Edit]:
    match node:
        case ast.Compare(left, ops, comparators):
            for i, op in enumerate(ops):
                for other in COMPARED[type(op)]:
                    yield (
                        f"{type(op).__name__} -> {other.__name__}",
                        ast.Compare(left, [*ops[:i], other(), *ops[i + 1 :]], comparators),
                    )
        case ast.BoolOp(op, values):
            yield "and <-> or", ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for i in range(len(values)):
                rest = values[:i] + values[i + 1 :]
                yield f"without operand {i}", rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.UnaryOp(_, operand):
            yield "without not or minus", operand
        case ast.BinOp(left, op, right) if type(op) in CALCULATED:
            yield "other arithmetic", ast.BinOp(left, CALCULATED[type(op)](), right)
        case ast.IfExp(test, body, orelse):
            yield "always", body
            yield "never", orelse
            yield "the other way round", ast.IfExp(test, orelse, body)
        case ast.If(test, body, orelse):
            yield "if never", ast.If(ast.Constant(False), body, orelse)
            yield "if always", ast.If(ast.Constant(True), body, orelse)
        case ast.Return(ast.Constant(str())) | ast.Return(ast.JoinedStr()) | ast.Return(ast.Call()):
            if getattr(node.value, "value", None) != "":
                yield "returns ''", ast.Return(ast.Constant(""))
            yield "returns text", ast.Return(ast.Constant("no"))
        case ast.Assign() | ast.Expr():
            yield "left out", ast.Pass()
        case ast.Attribute(value, attr, context) if attr in METHODS:
            yield f"{attr} -> {METHODS[attr]}", ast.Attribute(value, METHODS[attr], context)
        case ast.Tuple(elements, ast.Load()) if len(elements) > 1:
            for i in range(len(elements)):
                yield f"without element {i}", ast.Tuple(elements[:i] + elements[i + 1 :], ast.Load())
        case ast.Constant():
            yield from _other_constants(node.value, parent)


def _other_constants(value: object, parent: ast.AST) -> Iterator[Edit]:
    if isinstance(value, bool):
        yield f"{value} -> {not value}", ast.Constant(not value)
    elif isinstance(value, int | float):
        for what, other in ((f"{value} + 1", value + 1), (f"{value} * 0.999", value * 0.999)):
            if other != value:
                yield what, ast.Constant(other)
    elif isinstance(value, str) and isinstance(parent, ast.Call) and getattr(parent.func, "attr", "") == "compile":
        for what, pattern in _other_patterns(value):
            yield what, ast.Constant(pattern)
    elif isinstance(value, str) and not isinstance(parent, ast.JoinedStr | ast.FormattedValue):
        yield f"{value!r} changed", ast.Constant(value + "?" if value else "no")


def _other_patterns(pattern: str) -> Iterator[tuple[str, str]]:
    """A regular expression without one of its alternatives, anchors, lookaheads, boundaries or repeats."""
    for start, end in _alternatives(pattern):
        without = pattern[:start].removesuffix("|") + pattern[end:] if pattern[start - 1 : start] == "|" else ""
        without = without or pattern[:start] + pattern[end:].removeprefix("|")
        yield f"without alternative {pattern[start:end]}", without
    for part in (r"\$", r"\\b", r"\(\?!.*\)\)", r"\.\+", r"\?(?!!)", r"\\\."):
        for found in re.finditer(part, pattern):
            yield f"without {found[0]} at {found.start()}", pattern[: found.start()] + pattern[found.end() :]


def _alternatives(pattern: str) -> Iterator[tuple[int, int]]:
    """Where each alternative of each group that has more than one begins and ends."""
    open_at: list[list[int]] = [[0]]
    for i, sign in enumerate(pattern + ")"):
        if sign == "(" and pattern[i - 1 : i] != "\\":
            inner = i + 3 if pattern[i + 1 : i + 3] == "?!" else i + 1
            open_at.append([inner])
        elif sign == "|":
            open_at[-1].append(i + 1)
        elif sign == ")":
            starts = open_at.pop()
            if len(starts) > 1:
                yield from zip(starts, [*(start - 1 for start in starts[1:]), i], strict=True)
