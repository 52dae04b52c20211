"""The tracing environment: a copy of the plain one in which everything that meets a slot keeps it a slot."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import update_wrapper
from typing import Any

import jinja2
from jinja2 import nodes, runtime, utils
from jinja2.filters import FILTERS

from sitegen.stamping.codegen import TracingGenerator
from sitegen.stamping.ledger import Ledger
from sitegen.stamping.purity import Purity, named_test
from sitegen.stamping.runtime import Context, LoopContext, Macro, Template, TemplateReference
from sitegen.stamping.signals import Decline
from sitegen.stamping.slots import carries, held
from sitegen.stamping.texts import Texts
from sitegen.stamping.tracer import Tracer

OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "**": operator.pow,
    "%": operator.mod,
    "u+": operator.pos,
    "u-": operator.neg,
    "not": operator.not_,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "in": lambda item, container: item in container,
    "not in": lambda item, container: item not in container,
    "[]": operator.getitem,
}


class Tracing(jinja2.Environment):
    """The part of the tracing environment that is ours; `derive` mixes it into a copy of the plain one.

    tracer, texts: those of the trace that is running. plain: the environment that this one was derived from.
    """

    code_generator_class = TracingGenerator
    context_class = Context
    template_class = Template
    plain: jinja2.Environment
    tracer: Tracer
    texts: Texts
    ledger: Ledger
    purity: Purity
    classes: Mapping[str, type]

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.tracer.attribute(obj, attribute) if held(obj) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if held(obj) or carries(argument):
            return self.tracer.apply(self.plain.getitem, (obj, argument), label="item")
        return super().getitem(obj, argument)

    def operate(self, sign: str, *operands: Any) -> Any:
        """An operator of the template language, or a subscription by a slice."""
        return self.tracer.apply(OPERATIONS[sign], operands, label=sign)

    def concat(self, items: Iterable[Any]) -> Any:
        return self.texts.concat(items)

    def get_template(
        self, name: Any, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> jinja2.Template:
        return super().get_template(self.tracer.exactly(name), parent, globals)

    def select_template(
        self, names: Any, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> jinja2.Template:
        return super().select_template(self.tracer.exactly(names), parent, globals)

    def get_or_select_template(
        self,
        template_name_or_list: Any,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> jinja2.Template:
        return super().get_or_select_template(self.tracer.exactly(template_name_or_list), parent, globals)

    def call_pure(self, eval_ctx: nodes.EvalContext, function: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        """A call from template code, deferred if need be. Raises Decline for what is not known to be pure."""
        if held(function):
            return self.tracer.apply(self._call_method, (function, *args), kwargs, "call")
        owner = getattr(function, "__self__", None)
        if self.purity.function(function):
            if utils._PassArg.from_obj(function) is not None:
                args = (self._first(function, eval_ctx), *args)
            return self.tracer.apply(function, args, kwargs)
        if not self.purity.method(function):
            raise Decline(f"calls {getattr(function, '__qualname__', repr(function))}, which is not registered as pure")
        if carries(owner):
            function = self.tracer.attribute(owner, function.__name__)
            return self.tracer.apply(self._call_method, (function, *args), kwargs, "call")
        return self.tracer.apply(_call_named, (owner, function.__name__, *args), kwargs, function.__name__)

    def _call_method(self, method: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(method, jinja2.Undefined):
            return method(*args, **kwargs)
        self.purity.check_method(method)
        return method(*args, **kwargs)

    def _first(self, function: Any, eval_ctx: nodes.EvalContext) -> Any:
        """The context argument that a filter asks for: the plain environment's, frozen as it is now."""
        wanted = utils._PassArg.from_obj(function)
        if wanted is utils._PassArg.environment:
            return self.plain
        if wanted is utils._PassArg.context and function not in FILTERS.values():
            raise Decline(f"{function.__qualname__} reads the context")
        context = self.ledger.evaluation(bool(eval_ctx.autoescape), eval_ctx.volatile)
        return context if wanted is utils._PassArg.context else context.eval_ctx

    def defer_filter(self, name: str, function: Callable[..., Any], is_filter: bool) -> Callable[..., Any]:
        """The filter or test as traced templates call it: checked, and deferred when given a slot."""
        wanted = utils._PassArg.from_obj(function)

        def deferred(*args: Any, **kwargs: Any) -> Any:
            first: tuple[Any, ...] = ()
            if wanted is not None:
                given, args = args[0], args[1:]
                eval_ctx = given.eval_ctx if isinstance(given, runtime.Context) else given
                first = (self._first(function, eval_ctx),)
            self._check(name, function, args[1:], is_filter)
            return self.tracer.apply(function, (*first, *args), kwargs, name)

        return update_wrapper(deferred, function)

    def _check(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], is_filter: bool) -> None:
        if not is_filter:
            self.purity.check_test(name, function, args)
            return
        self.purity.check_filter(name, function, args)
        test = named_test(name, args)
        if test is None:
            return
        if not isinstance(test, str):
            raise Decline(f"{name} is given a test's name that depends on the member")
        if test in self.plain.tests:
            self.purity.check_test(test, self.plain.tests[test], args[-1:])


def derive(plain: jinja2.Environment, ledger: Ledger, purity: Purity) -> Tracing:
    """A tracing environment with everything the plain one has, which is not changed."""
    tracing: Any = plain.overlay(bytecode_cache=None, cache_size=-1)
    tracing.__class__ = type("Environment", (Tracing, type(plain)), {})
    tracing.plain, tracing.ledger, tracing.purity = plain, ledger, purity
    loop = type("LoopContext", (LoopContext,), {"environment": tracing})
    tracing.classes = {"LoopContext": loop, "Macro": Macro, "TemplateReference": TemplateReference}
    tracing.filters = {name: tracing.defer_filter(name, function, True) for name, function in plain.filters.items()}
    tracing.tests = {name: tracing.defer_filter(name, function, False) for name, function in plain.tests.items()}
    found: Tracing = tracing
    return found


def unfit(environment: jinja2.Environment) -> str | None:
    """Why pages of this environment cannot be traced at all, or None."""
    if not jinja2.__version__.startswith("3.1."):
        return f"Jinja2 {jinja2.__version__} is not the 3.1 that stamping knows"
    if environment.sandboxed or environment.is_async:
        return "the environment is sandboxed or asynchronous"
    if environment.finalize is not None:
        return "the environment has a finalize function"
    if type(environment).concat is not jinja2.Environment.concat:
        return "the environment joins values in a way of its own"
    return None


def _call_named(owner: Any, name: str, *args: Any, **kwargs: Any) -> Any:
    return getattr(owner, name)(*args, **kwargs)
