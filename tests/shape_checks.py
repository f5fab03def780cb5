"""Hold the library to the shapes that its signatures promise, while the tests run.

A reader trusts `Float[Tensor, "B T C"]` more than any comment, so it has to be true.
Each function that promises shapes is wrapped when its module has been imported: the
shapes of one call have to agree with each other and with what is returned. That is
looked at when the function has returned: what it says of wrong input is its own affair,
and tested elsewhere.
"""

import functools
import importlib.abc
import importlib.machinery
import inspect
import sys
import types
import typing
from collections.abc import Callable, Collection
from typing import Any

from jaxtyping import AbstractArray, jaxtyped


class WrongShape(TypeError):
    """A call did not keep a promise of its signature."""


def check_on_import(modules: Collection[str]) -> None:
    """Wrap the functions of some modules as soon as they are imported.

    Raises:
        RuntimeError: if one is imported already: others may hold unchecked functions.
    """
    if there := sorted(sys.modules.keys() & set(modules)):
        raise RuntimeError(f"imported already, and so not checked: {', '.join(there)}")
    sys.meta_path.insert(0, _Finder(modules))


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, modules: Collection[str]) -> None:
        self.modules = frozenset(modules)

    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in self.modules:
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path, target)
        if spec is not None:
            spec.loader = _Loader(spec.loader.name, spec.loader.path)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    def exec_module(self, module: types.ModuleType) -> None:
        super().exec_module(module)
        check_all_of(module)


def check_all_of(place: types.ModuleType | type) -> None:
    """Wrap the functions of a module, or the methods of a class, in place."""
    module = place.__name__ if inspect.ismodule(place) else place.__module__
    for name, thing in list(vars(place).items()):
        if getattr(thing, "__module__", module) != module:
            continue
        if inspect.isclass(thing):
            check_all_of(thing)
        elif inspect.isfunction(thing):
            setattr(place, name, checked(thing))
        elif isinstance(thing, (staticmethod, classmethod)):
            setattr(place, name, type(thing)(checked(thing.__func__)))
        elif isinstance(thing, property) and thing.fget:
            setattr(place, name, thing.getter(checked(thing.fget)))
        elif isinstance(thing, functools.cached_property):
            thing.func = checked(thing.func)


def checked(function: Callable) -> Callable:
    """Wrap a function so that each call is checked; leave one that promises nothing."""
    hints = {k: v for k, v in inspect.get_annotations(function).items() if promises(v)}
    if not hints:
        return function
    signature = inspect.signature(function)

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*args, **kwargs)
        given = signature.bind(*args, **kwargs).arguments | {"return": result}
        check({name: (given[name], hints[name]) for name in hints if name in given},
              function.__qualname__)  # fmt: skip
        return result

    return wrapped


def check(values: dict[str, tuple[Any, Any]], where: str) -> None:
    """Compare values with their annotations, all letters meaning the same in all."""
    with jaxtyped("context"):
        # "T+1" comes last: by then T is known.
        for name, (value, hint) in sorted(values.items(), key=_by_arithmetic):
            if not fits(value, hint):
                kind, shape = getattr(value, "dtype", ""), getattr(value, "shape", "")
                found = f"{type(value).__name__} {kind} {tuple(shape)}"
                raise WrongShape(f"{where}: {name} is no {hint}, but a {found}")


def _by_arithmetic(item: tuple[str, tuple[Any, Any]]) -> bool:
    return "+" in str(item[1][1])


def promises(hint: Any) -> bool:
    """Tell whether a shape stands anywhere in an annotation."""
    if inspect.isclass(hint) and issubclass(hint, AbstractArray):
        return True
    return any(map(promises, typing.get_args(hint)))


def fits(value: Any, hint: Any) -> bool:
    """Tell whether a value is what an annotation promises, as far as shapes go."""
    kind, parts = typing.get_origin(hint), typing.get_args(hint)
    if kind in (typing.Union, types.UnionType):
        return any(fits(value, part) for part in parts)
    if kind is tuple and isinstance(value, tuple):
        if parts[-1] is ...:
            parts = parts[:1] * len(value)
        return len(value) == len(parts) and all(map(fits, value, parts))
    if isinstance(value, list) and len(parts) == 1:
        return all(fits(one, parts[0]) for one in value)
    if isinstance(value, dict) and len(parts) == 2:
        return all(fits(one, parts[1]) for one in value.values())
    if kind or not inspect.isclass(hint):  # a kind of thing that holds no shapes
        return True
    return isinstance(value, hint)
