"""Versions of Jinja's runtime classes that are used while a page is traced.

The classes keep their names, because `repr` can reach the page. Each differs from its base only where Jinja
would mistake a slot for a value; control flow, scoping, macros and inheritance remain Jinja's own.
"""

from __future__ import annotations

from typing import Any

import jinja2
from jinja2 import nodes, runtime, utils
from jinja2.environment import TemplateModule

from sitegen.stamping.items import Items
from sitegen.stamping.slots import held
from sitegen.stamping.text_functions import TextFunctions
from sitegen.stamping.tracer import Tracer


class TracedEnvironment(jinja2.Environment):
    """The base class of the tracing environment (environment.py): what the runtime classes need of it.

    tracer, texts: the Tracer and the TextFunctions of the trace that is running.
    """

    tracer: Tracer
    texts: TextFunctions

    def call_pure(self, eval_ctx: nodes.EvalContext, function: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        """Calls a function that is not Jinja's own, for template code. Raises Decline if it is not known to be pure."""
        raise NotImplementedError


class Context(runtime.Context):
    """A template context for traces, which decides what happens when template code calls something.

    Jinja's own objects run as they are. Pure functions run later, while pages are stamped, if an argument depends
    on the member. Any other call raises Decline.
    """

    environment: TracedEnvironment

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
                self.environment.tracer.note_created(result)
            return result
        kwargs.pop("_loop_vars", None)
        kwargs.pop("_block_vars", None)
        return self.environment.call_pure(self.eval_ctx, function, args, kwargs)


def _runs_as_it_is(function: Any) -> bool:
    """Returns True if a callable is Jinja's own and may get slots as arguments.

    An Undefined counts as one, because the call raises the same error as in plain Jinja.
    """
    if isinstance(function, runtime.Macro | runtime.BlockReference | runtime.LoopContext | utils.Joiner):
        return True
    if isinstance(function, jinja2.Undefined):
        return True
    if any(function is made for made in (utils.Namespace, utils.Cycler, utils.Joiner)):
        return True
    return isinstance(getattr(function, "__self__", None), runtime.LoopContext | utils.Cycler)


class Macro(runtime.Macro):
    """A macro whose result, where Jinja would turn it into Markup, remains a Text with slots."""

    def _invoke(self, arguments: list[Any], autoescape: bool) -> Any:
        text = self._func(*arguments)
        return self._environment.texts.Markup(text) if autoescape else text  # type: ignore[attr-defined]


class BlockReference(runtime.BlockReference):
    """A block, called by `super()` or `self.name()`; its result, where Jinja would make it Markup, remains a Text."""

    @classmethod
    def of(cls, block: runtime.BlockReference) -> BlockReference:
        """Returns the same block as an object of this class."""
        return cls(block.name, block._context, block._stack, block._depth)

    @property
    def super(self) -> Any:
        found = super().super
        return BlockReference.of(found) if isinstance(found, runtime.BlockReference) else found

    @utils.internalcode
    def __call__(self) -> Any:
        context = self._context
        text = context.environment.concat(self._stack[self._depth](context))
        if not context.eval_ctx.autoescape:
            return text
        return context.environment.texts.Markup(text)  # type: ignore[attr-defined]


class TemplateReference(runtime.TemplateReference):
    """The object called `self` in traced templates; its blocks are objects of this module's BlockReference."""

    def __getitem__(self, name: str) -> BlockReference:
        return BlockReference.of(super().__getitem__(name))


class LoopContext(runtime.LoopContext):
    """The object called `loop` in traced templates: Jinja's own, which also reports effects to the tracer.

    An effect is anything that later iterations can see: looking ahead in an iterator, reading an iterator to its
    end, and `loop.changed`.
    """

    environment: TracedEnvironment

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._created = self.environment.tracer.regions.clock

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
        self.environment.tracer.effect(self, self._created)


class Template(jinja2.Template):
    """A template whose module is made anew for each import, because making it may ask questions about the member."""

    environment: TracedEnvironment

    def _get_default_module(self, ctx: runtime.Context | None = None) -> TemplateModule:
        names = ctx.globals_keys - self.globals.keys() if ctx is not None else set()
        tracer = self.environment.tracer
        tracer.importing += 1
        try:
            return self.make_module({name: ctx.parent[name] for name in names} if ctx is not None else None)
        finally:
            tracer.importing -= 1
