"""The tracing environment: a copy of a Jinja environment in which every operation on a slot gives a slot again."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import update_wrapper
from typing import Any

import jinja2
from jinja2 import nodes, runtime, utils
from jinja2.filters import FILTERS

from sitegen.stamping.codegen import TracingGenerator
from sitegen.stamping.expression_table import ExpressionTable
from sitegen.stamping.purity import Purity, named_test
from sitegen.stamping.runtime import Context, LoopContext, Macro, Template, TemplateReference, TracedEnvironment
from sitegen.stamping.signals import Decline
from sitegen.stamping.slots import Slot, carries, held

#: Operators by their sign in templates; "u+" and "u-" have one operand, "[]" is a subscription such as `a[b]`.
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


class Tracing(TracedEnvironment):
    """The Jinja environment in which pages are traced; `derive` mixes it into the class of a copy of the plain one.

    plain: the environment from which this one was copied. table, purity: the press's expressions, and the functions
    that may be deferred. classes: runtime classes by name; generated code uses these in place of Jinja's.
    """

    code_generator_class = TracingGenerator
    context_class = Context
    template_class = Template
    plain: jinja2.Environment
    table: ExpressionTable
    purity: Purity
    classes: Mapping[str, type]

    def getattr(self, obj: Any, attribute: str) -> Any:
        return self.tracer.attribute(obj, attribute) if held(obj) else super().getattr(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        if held(obj) or carries(argument):
            return self.tracer.apply(self.plain.getitem, (obj, argument), label="item")
        return super().getitem(obj, argument)

    def operate(self, sign: str, *operands: Any) -> Any:
        """Applies the operator of this sign, a key of OPERATIONS; gives a slot if an operand depends on the member."""
        return self.tracer.apply(OPERATIONS[sign], operands, label=sign)

    def concat(self, items: Iterable[Any]) -> Any:
        return self.texts.concat(items)

    def get_template(
        self, name: Any, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> jinja2.Template:
        return super().get_template(self._template_name(name), parent, globals)

    def select_template(
        self, names: Any, parent: str | None = None, globals: MutableMapping[str, Any] | None = None
    ) -> jinja2.Template:
        return super().select_template(self._template_name(names), parent, globals)

    def get_or_select_template(
        self,
        template_name_or_list: Any,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> jinja2.Template:
        return super().get_or_select_template(self._template_name(template_name_or_list), parent, globals)

    def _template_name(self, value: Any) -> Any:
        """Returns the name of a template, or a list of names, for this member.

        A name that depends on the member is asked for as a question. Raises Decline for a text, and for a slot whose
        value is neither a string nor a list or tuple of strings.
        """
        if type(value) is Slot:
            found = self.tracer.value(value._expr)
            if isinstance(found, str):
                return self.tracer.ask(value._expr)
            if isinstance(found, tuple | list):
                return [self._template_name(item) for item in value]
            raise Decline(f"a template is named by {value._expr.label}, which is a {type(found).__name__}")
        if type(value) is list or type(value) is tuple:
            return [self._template_name(item) for item in value]
        if held(value):
            raise Decline("a template is named by a text that depends on the member")
        return value

    def call_pure(self, eval_ctx: nodes.EvalContext, function: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        """Calls a function that is not Jinja's own, for template code.

        Returns a slot for the result if an argument depends on the member. Raises Decline if the function is not known
        to be pure; also raises whatever the function raises.
        """
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
        """Calls a method that is found only while a page is stamped. Raises Impure if it is not known to be pure."""
        if isinstance(method, jinja2.Undefined):
            return method(*args, **kwargs)
        self.purity.check_method(method)
        return method(*args, **kwargs)

    def _first(self, function: Any, eval_ctx: nodes.EvalContext) -> Any:
        """Returns the first argument that a filter, test or function asks for by Jinja's `pass_context` and the like.

        The argument is the plain environment, or a context or evaluation context with the settings of `eval_ctx`.
        Raises Decline if a callable other than Jinja's own filters asks for a context.
        """
        wanted = utils._PassArg.from_obj(function)
        if wanted is utils._PassArg.environment:
            return self.plain
        if wanted is utils._PassArg.context and function not in FILTERS.values():
            raise Decline(f"{function.__qualname__} reads the context")
        context = self.table.evaluation(bool(eval_ctx.autoescape), eval_ctx.volatile)
        return context if wanted is utils._PassArg.context else context.eval_ctx

    def defer_filter(self, name: str, function: Callable[..., Any], is_filter: bool) -> Callable[..., Any]:
        """Returns the function that traced templates call for a filter, or for a test if `is_filter` is false.

        The function raises Decline if this use of the filter or test is not pure, and returns a slot if an argument
        depends on the member.
        """
        wanted = utils._PassArg.from_obj(function)

        def deferred(*args: Any, **kwargs: Any) -> Any:
            first: tuple[Any, ...] = ()
            if wanted is not None:
                given, args = args[0], args[1:]
                eval_ctx = given.eval_ctx if isinstance(given, runtime.Context) else given
                first = (self._first(function, eval_ctx),)
            self._check_use(name, function, args[1:], is_filter)
            return self.tracer.apply(function, (*first, *args), kwargs, name)

        return update_wrapper(deferred, function)

    def _check_use(self, name: str, function: Callable[..., Any], args: tuple[Any, ...], is_filter: bool) -> None:
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


def derive(plain: jinja2.Environment, table: ExpressionTable, purity: Purity) -> Tracing:
    """Returns a tracing environment with everything that the plain environment has, and does not change the latter."""
    tracing: Any = plain.overlay(bytecode_cache=None, cache_size=-1)
    tracing.__class__ = type("Environment", (Tracing, type(plain)), {})
    tracing.plain, tracing.table, tracing.purity = plain, table, purity
    loop = type("LoopContext", (LoopContext,), {"environment": tracing})
    tracing.classes = {"LoopContext": loop, "Macro": Macro, "TemplateReference": TemplateReference}
    tracing.filters = {name: tracing.defer_filter(name, function, True) for name, function in plain.filters.items()}
    tracing.tests = {name: tracing.defer_filter(name, function, False) for name, function in plain.tests.items()}
    found: Tracing = tracing
    return found


def unfit(environment: jinja2.Environment) -> str | None:
    """Returns the reason why no page of this environment can be traced; None if pages can be traced."""
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
