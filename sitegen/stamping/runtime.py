"""What the classes of Jinja's runtime become while a page is traced.

The classes keep their names, because `repr` can reach the page. Each differs from its base only where a slot
would otherwise be taken for a value; control flow, scoping, macros and inheritance remain Jinja's own.
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
    """The part of the tracing environment (environment.py) that the classes below need.

    tracer, texts: those of the trace that is running.
    """

    tracer: Tracer
    texts: TextFunctions

    def call_pure(self, eval_ctx: nodes.EvalContext, function: Any, args: tuple[Any, ...], kwargs: Any) -> Any:
        """Call from template code what is no object of Jinja's. Raises Decline for what is not known to be pure."""
        raise NotImplementedError


class Context(runtime.Context):
    """A context that decides on calls.

    Jinja's own objects run as they are, pure functions are deferred, and anything else raises Decline.
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
    """Whether a callable is Jinja's own and may be given slots; Undefined is among them, for it raises its error."""
    if isinstance(function, runtime.Macro | runtime.BlockReference | runtime.LoopContext | utils.Joiner):
        return True
    if isinstance(function, jinja2.Undefined):
        return True
    if any(function is made for made in (utils.Namespace, utils.Cycler, utils.Joiner)):
        return True
    return isinstance(getattr(function, "__self__", None), runtime.LoopContext | utils.Cycler)


class Macro(runtime.Macro):
    """A macro whose result stays a Text, where Jinja would make it Markup."""

    def _invoke(self, arguments: list[Any], autoescape: bool) -> Any:
        text = self._func(*arguments)
        return self._environment.texts.Markup(text) if autoescape else text  # type: ignore[attr-defined]


class BlockReference(runtime.BlockReference):
    """A block, as `super()` or `self.name()`, whose result stays a Text, where Jinja would make it Markup."""

    @classmethod
    def of(cls, block: runtime.BlockReference) -> BlockReference:
        """The same block as an object of this class."""
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
    """`self` in templates, whose blocks are those above."""

    def __getitem__(self, name: str) -> BlockReference:
        return BlockReference.of(super().__getitem__(name))


class LoopContext(runtime.LoopContext):
    """`loop`: Jinja's own, which tells the tracer of every effect that later iterations can see.

    Such effects are looking ahead in an iterator, reading it to its end, and `loop.changed`.
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
    """A template whose module is made anew for each import, for it may ask questions while it is made."""

    environment: TracedEnvironment

    def _get_default_module(self, ctx: runtime.Context | None = None) -> TemplateModule:
        names = ctx.globals_keys - self.globals.keys() if ctx is not None else set()
        tracer = self.environment.tracer
        tracer.importing += 1
        try:
            return self.make_module({name: ctx.parent[name] for name in names} if ctx is not None else None)
        finally:
            tracer.importing -= 1
