"""What Jinja's classes become while a page is traced.

The classes keep their names, because `repr` can reach the page. Each differs from its base only where a slot would
otherwise be taken for a value; control flow, scoping, macros and inheritance remain Jinja's own.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import update_wrapper
from typing import Any

import jinja2
from jinja2 import nodes, runtime, utils
from jinja2.environment import TemplateModule
from jinja2.filters import FILTERS

from .codegen import TracingGenerator
from .expressions import Ledger
from .purity import Purity, named_test
from .signals import Decline
from .slots import carries, held
from .texts import Texts
from .tracer import Items, Tracer

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


class Context(runtime.Context):
    """Calls: Jinja's own objects run as they are, pure functions are deferred, anything else declines."""

    environment: Tracing

    def super(self, name: str, current: Any) -> Any:
        found = super().super(name, current)
        return BlockReference.of(found) if isinstance(found, runtime.BlockReference) else found

    @utils.internalcode
    def call(self, function: Any, /, *args: Any, **kwargs: Any) -> Any:
        if not held(function) and _runs_as_it_is(function):
            target = getattr(function, "__self__", function)
            if isinstance(target, utils.Cycler | utils.Joiner):
                self.environment.tracer.effect(target)
            result = super().call(function, *args, **kwargs)
            if type(result) in (utils.Namespace, utils.Cycler, utils.Joiner):
                self.environment.tracer.made_here(result)
            return result
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return self.environment.call_pure(self.eval_ctx, function, args, kwargs)


def _runs_as_it_is(function: Any) -> bool:
    if isinstance(function, runtime.Macro | runtime.BlockReference | runtime.LoopContext | utils.Joiner):
        return True
    if isinstance(function, jinja2.Undefined):
        return True
    if any(function is made for made in (utils.Namespace, utils.Cycler, utils.Joiner)):
        return True
    return isinstance(getattr(function, "__self__", None), runtime.LoopContext | utils.Cycler)


class Macro(runtime.Macro):
    """A macro whose result stays a text."""

    def _invoke(self, arguments: list[Any], autoescape: bool) -> Any:
        text = self._func(*arguments)
        return self._environment.texts.Markup(text) if autoescape else text  # type: ignore[attr-defined]


class BlockReference(runtime.BlockReference):
    """A block, as `super()` or `self.name()`, whose result stays a text."""

    @classmethod
    def of(cls, block: runtime.BlockReference) -> BlockReference:
        return cls(block.name, block._context, block._stack, block._depth)

    @property
    def super(self) -> Any:
        found = super().super
        return BlockReference.of(found) if isinstance(found, runtime.BlockReference) else found

    @utils.internalcode
    def __call__(self) -> Any:
        context = self._context
        text = context.environment.concat(self._stack[self._depth](context))  # type: ignore[arg-type]
        return context.environment.texts.Markup(text) if context.eval_ctx.autoescape else text  # type: ignore[attr-defined]


class TemplateReference(runtime.TemplateReference):
    """`self` in templates."""

    def __getitem__(self, name: str) -> BlockReference:
        return BlockReference.of(super().__getitem__(name))


class LoopContext(runtime.LoopContext):
    """`loop`: Jinja's, but what leaves a trace that later iterations see is told to the tracer."""

    environment: Tracing

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._depth = len(self.environment.tracer.visits)

    @property
    def length(self) -> int:
        if held(self._iterable):
            try:
                return len(self._iterable)  # type: ignore[arg-type]
            except TypeError:  # an iterator, which is about to be read to its end
                self._effect()
        elif not hasattr(self._iterable, "__len__") and self._length is None:
            self._effect()
        return super().length

    def _peek_next(self) -> Any:
        ahead = self._after is not utils.missing
        if isinstance(self._iterator, Items):
            if ahead:
                self._iterator.confirm()
        elif not ahead and not hasattr(self._iterable, "__len__"):
            self._effect()
        return super()._peek_next()

    def __next__(self) -> Any:
        if self._after is not utils.missing and isinstance(self._iterator, Items):
            self._iterator.confirm()
        return super().__next__()

    def changed(self, *value: Any) -> bool:
        self._effect()
        return super().changed(*value)

    def _effect(self) -> None:
        self.environment.tracer.effect(self, self._depth)


class Template(jinja2.Template):
    """A template whose imported module is made anew in each trace, for it may ask questions while it is made."""

    environment: Tracing

    def _get_default_module(self, ctx: runtime.Context | None = None) -> TemplateModule:
        names = ctx.globals_keys - self.globals.keys() if ctx is not None else set()
        tracer = self.environment.tracer
        tracer.importing += 1
        try:
            return self.make_module({name: ctx.parent[name] for name in names} if ctx is not None else None)
        finally:
            tracer.importing -= 1


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

    def concat(self, items: Iterable[Any]) -> Any:  # type: ignore[override]
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
        self, template_name_or_list: Any, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> jinja2.Template:
        return super().get_or_select_template(self.tracer.exactly(template_name_or_list), parent, globals)

    def call_pure(self, eval_ctx: nodes.EvalContext, function: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        """A call from template code: deferred if it must be. Raises Decline unless the function is known to be pure."""
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
        """The filter or test in the form that traced templates call: checked, and deferred when given a slot."""
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

