"""The kinds of change that make mutants. Each operator takes a node of the syntax tree and gives new text for it.

An operator is a pure function. It yields pairs: the node to replace, and the text in its place.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Callable, Iterator
from typing import Any

Change = tuple[ast.AST, str]
"""A node, and the text that takes its place in the source."""

Operator = Callable[[ast.AST], Iterator[Change]]

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
}
_TEXT = (ast.JoinedStr, ast.List, ast.ListComp, ast.Tuple)

_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|ORDER BY|AND|OR)\b|\w [<>=]{1,2} ?[$'{]")
_SQL_CHANGES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), new)
    for pattern, new in (
        (r"\bAND\b", "OR"),
        (r"\bOR\b", "AND"),
        (r"(?<= )<(?= )", "<="),
        (r"(?<= )<=(?= )", "<"),
        (r"(?<= )>(?= )", ">="),
        (r"(?<= )>=(?= )", ">"),
        (r"(?<= )<>(?= )", "="),
        (r"(?:(?<=WHERE )|(?<=AND )|(?<=OR ))([\w.]+) = ", r"\1 <> "),
        (r" DESC\b", ""),
        (r" FOR UPDATE( OF \w+)?( SKIP LOCKED| NOWAIT)?", ""),
        (r"\+ 1\b", "+ 2"),
        (r"\+ 1\b", "+ 0"),
        (r"\bIS NULL\b", "IS NOT NULL"),
        (r"\bIS NOT NULL\b", "IS NULL"),
        (r"\bILIKE\b", "LIKE"),
        (r"\bgreatest\(", "least("),
        (r"\+ interval '1 microsecond'", "+ interval '0 seconds'"),
    )
)


def comparison(node: ast.AST) -> Iterator[Change]:
    """Another comparison: the limit itself on the other side, or the opposite."""
    if isinstance(node, ast.Compare):
        for index, operator in enumerate(node.ops):
            changed = copy.copy(node)
            changed.ops = [*node.ops[:index], _COMPARISONS[type(operator)](), *node.ops[index + 1 :]]
            yield node, f"({ast.unparse(changed)})"


def boolean(node: ast.AST) -> Iterator[Change]:
    """`and` for `or` and the reverse, and one operand left out."""
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        yield node, f"({ast.unparse(ast.BoolOp(other, node.values))})"
        for index in range(len(node.values)):
            rest = [*node.values[:index], *node.values[index + 1 :]]
            yield node, f"({ast.unparse(rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest))})"


def negation(node: ast.AST) -> Iterator[Change]:
    """A condition and its opposite; a condition of a comprehension is left out."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, f"({ast.unparse(node.operand)})"
    if isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.Compare | ast.UnaryOp):
        yield node.test, f"(not ({ast.unparse(node.test)}))"
    if isinstance(node, ast.comprehension):
        yield from ((test, "True") for test in node.ifs)


def constant(node: ast.AST) -> Iterator[Change]:
    """A number that is one more, and the other truth value."""
    if isinstance(node, ast.Constant):
        value: Any = node.value
        if isinstance(value, bool):
            yield node, str(not value)
        elif isinstance(value, int | float):
            yield node, str(value + 1)


def arithmetic(node: ast.AST) -> Iterator[Change]:
    """Another operation on two numbers."""
    if isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
        sides = (node.left, node.right)
        if not any(isinstance(side, _TEXT) or _is_text(side) for side in sides):
            changed = ast.BinOp(node.left, _ARITHMETIC[type(node.op)](), node.right)
            yield node, f"({ast.unparse(changed)})"


def dropped_statement(node: ast.AST) -> Iterator[Change]:
    """A call, a deletion, a refusal, or a change of something that is left out."""
    if isinstance(node, ast.Expr) and isinstance(_awaited(node.value), ast.Call):
        yield node, "pass"
    if isinstance(node, ast.Delete | ast.Raise | ast.AugAssign):
        yield node, "pass"
    if isinstance(node, ast.Assign) and all(isinstance(target, ast.Subscript) for target in node.targets):
        yield node, "pass"


def dropped_await(node: ast.AST) -> Iterator[Change]:
    """A call that is begun, and that nobody waits for."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Await) and isinstance(node.value.value, ast.Call):
        yield node, f'__import__("asyncio").ensure_future({ast.unparse(node.value.value)})'


def returned_none(node: ast.AST) -> Iterator[Change]:
    """A result that is forgotten."""
    if isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "None":
        yield node, "return None"


def early_end(node: ast.AST) -> Iterator[Change]:
    """A loop that ends where it should go on."""
    if isinstance(node, ast.Continue):
        yield node, "break"


def sql(node: ast.AST, text: str) -> Iterator[Change]:
    """A condition, an order, a lock or a count of a statement in SQL; `text` is the source of the node."""
    is_text = isinstance(node, ast.JoinedStr) or _is_text(node)
    if is_text and _SQL.search(text):
        for pattern, new in _SQL_CHANGES:
            for found in pattern.finditer(text):
                yield node, text[: found.start()] + found.expand(new) + text[found.end() :]


OPERATORS: tuple[Operator, ...] = (
    comparison,
    boolean,
    negation,
    constant,
    arithmetic,
    dropped_statement,
    dropped_await,
    returned_none,
    early_end,
)


def _awaited(node: ast.expr) -> ast.expr:
    return node.value if isinstance(node, ast.Await) else node


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)
