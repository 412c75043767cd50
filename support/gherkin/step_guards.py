"""The rules for step definitions, checked in their source before anything runs.

Each guard prevents one way in which suites of this kind have passed without checking anything.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from pytest_bdd.steps import step_function_context_registry

from support.gherkin.sentences import StepDefinition

SKIPPING = {"skip", "xfail", "importorskip", "skip_test", "SkipTest"}
EXPECTATION = "expect_"
JUDGING = ("support.actors", "support.workloads", "support.snapshots", "support.probes", "support.verdicts")
"""The rooms whose functions steps call to act and to expect."""


def step_violations(definitions: Iterable[StepDefinition]) -> Iterator[str]:
    """One sentence for each error in a step definition, beginning with its file and line."""
    definitions = list(definitions)
    ours = {id(definition.wrapped) for definition in definitions}
    for context in list(step_function_context_registry.values()):
        function = context.step_func
        if id(function) not in ours and not function.__module__.startswith("pytest_bdd."):
            where = f"{function.__code__.co_filename}:{function.__code__.co_firstlineno}"
            yield (
                f"{where}: a step is defined with pytest-bdd's own decorator, so that a coroutine would not be "
                "awaited and no guard sees it: use given, when and then of support.gherkin.sentences"
            )
    for definition in definitions:
        tree = _function(definition.function)
        for fault in _faults(definition, tree):
            yield f'{definition.place}: the {definition.kind.capitalize()}-step "{definition.pattern}" {fault}'


def _faults(definition: StepDefinition, tree: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[str]:
    if _is_empty(tree):
        yield "is empty: give it something to do or to check"
        return
    if name := next(_skips(tree), None):
        yield f"calls {name}: a step must not decide that its scenario is left out"
    if name := next(_unawaited(definition.function, tree), None):
        yield f"calls {name}() without awaiting it, so nothing would happen"
    asserts = any(_assertions(tree))
    if definition.kind == "then" and not asserts:
        yield "asserts nothing: state what must be so with assert, or with an expect_… method that does"
    if definition.kind != "then" and asserts:
        yield "asserts: say what must be so in a Then-step"
    if constant := next(_constant_assertions(tree), None):
        yield f"has an assertion that cannot fail: {constant}"


def _function(function: Callable[..., Any]) -> ast.FunctionDef | ast.AsyncFunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    found = tree.body[0]
    if not isinstance(found, ast.FunctionDef | ast.AsyncFunctionDef):
        raise TypeError(f"{function!r} is not written as a function")
    return found


def _is_empty(tree: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    def does_nothing(node: ast.stmt) -> bool:
        if isinstance(node, ast.Pass):
            return True
        value = node.value if isinstance(node, ast.Expr | ast.Return) else node
        return value is None or isinstance(value, ast.Constant)

    return all(does_nothing(node) for node in tree.body)


def _called(node: ast.AST) -> str:
    """The last name of a call, such as `skip` for `pytest.skip()`."""
    target = node.func if isinstance(node, ast.Call) else node
    if isinstance(target, ast.Attribute):
        return target.attr
    return target.id if isinstance(target, ast.Name) else ""


def _skips(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call | ast.Name | ast.Attribute) and _called(node) in SKIPPING:
            yield _called(node)


def _assertions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assert) or (
            isinstance(node, ast.Call) and _called(node).lstrip("_").startswith(EXPECTATION)
        ):
            yield node


def _constant_assertions(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Assert):
            continue
        test = node.test
        names = [part for part in ast.walk(test) if isinstance(part, ast.Name | ast.Attribute | ast.Call)]
        same = (
            isinstance(test, ast.Compare)
            and len(test.comparators) == 1
            and ast.dump(test.left) == ast.dump(test.comparators[0])
        )
        if not names or same or (isinstance(test, ast.Tuple) and test.elts):
            yield f"assert {ast.unparse(test)}"


def _unawaited(function: Callable[..., Any], tree: ast.AST) -> Iterator[str]:
    """Calls of coroutine functions that stand alone as a statement, where the code says what is called.

    Where it does not, Python warns of the coroutine that nobody awaited, and pytest makes an error of the warning.
    """
    known = {**function.__globals__, **inspect.get_annotations(function, eval_str=True)}
    alone = [node.value for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]
    for call in alone:
        if inspect.iscoroutinefunction(_resolved(call.func, known)):
            yield _called(call)


def _resolved(node: ast.AST, known: Mapping[str, Any]) -> Any:
    """The object of a name or an attribute, looked up in the known names; None if unknown."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_resolved(node.value, known), node.attr, None)
    return None


def _modules(*packages: str) -> Iterator[Any]:
    for name in packages:
        package = importlib.import_module(name)
        yield package
        for found in pkgutil.iter_modules(package.__path__, f"{name}."):
            yield importlib.import_module(found.name)


def expectation_violations() -> Iterator[str]:
    """One sentence for each `expect_…` function of the rooms that steps call which neither asserts nor raises."""
    for module in _modules(*JUDGING):
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or not node.name.startswith(EXPECTATION):
                continue
            inner = [part for statement in node.body for part in ast.walk(statement)]
            if not any(isinstance(part, ast.Raise) or any(_assertions(part)) for part in inner):
                yield f"{module.__name__}: {node.name}() neither asserts nor raises, so that it cannot fail"
