"""Stands in for modules that are imported but never used, and answers for those that were left out.

Laid into the slim runtime as ``_vizzy_deferred``. Importing scikit-learn's support vector machines imports
much of scipy, of which little is ever called. A deferred package is not imported: a module that makes a
stand-in for any name stands in its place, and the first *use* of one (a call, an attribute, a subclass, an
``isinstance``) imports the real package and goes on with it.

Which packages to defer, and which modules a slim runtime need not hold, is found by running the app with every
public package of scipy and scikit-learn deferred, and seeing which came to be used: see `runtime_slim`.
"""

import importlib
import importlib.machinery
import os
import sys
import types

LEFT_OUT_PACKAGES = ("numpy", "scipy", "sklearn", "joblib", "threadpoolctl")
# Where a compiled module keeps the functions that others link to at their import.
CYTHON_EXPORTS = "__pyx_capi__"


def is_compiled(name):
    """Whether a module, not imported yet, is a shared library: those link to the very types of others."""
    top, *inner = name.split(".")
    prefix = os.path.join(sys.modules[top].__path__[0], *inner)
    return any(os.path.exists(prefix + suffix) for suffix in importlib.machinery.EXTENSION_SUFFIXES)


def public_names(module):
    """What ``from module import *`` brings."""
    return getattr(module, "__all__", None) or [name for name in vars(module) if not name.startswith("_")]


class StandIn:
    """A name of a deferred package: becomes the real thing at its first use."""

    __slots__ = ("_attribute", "_finder", "_module")

    def __init__(self, finder, module, attribute):
        self._finder, self._module, self._attribute = finder, module, attribute

    def _real(self):
        module = self._finder.real_module(self._module)
        try:
            value = getattr(module, self._attribute)
        except AttributeError:
            value = importlib.import_module(f"{self._module}.{self._attribute}")
        # A package hands on names of another one, which may be deferred too.
        return value._real() if type(value) is StandIn else value

    def __getattr__(self, name):
        return getattr(self._real(), name)

    def __call__(self, *arguments, **named):
        return self._real()(*arguments, **named)

    def __mro_entries__(self, bases):
        return (self._real(),)

    def __instancecheck__(self, instance):
        return isinstance(instance, self._real())

    def __subclasscheck__(self, subclass):
        return issubclass(subclass, self._real())

    def __eq__(self, other):
        return self._real() == other

    def __hash__(self):
        return hash(self._real())

    def __iter__(self):
        return iter(self._real())

    def __len__(self):
        return len(self._real())

    def __contains__(self, item):
        return item in self._real()

    def __getitem__(self, key):
        return self._real()[key]

    def __bool__(self):
        return bool(self._real())

    def __or__(self, other):
        return self._real() | other

    def __ror__(self, other):
        return other | self._real()


class DeferredModule(types.ModuleType):
    """A module in place of one that is not imported yet."""

    def __getattr__(self, name):
        if name == "__all__":  # asked for by "import *", which does without if it must
            return public_names(self._real())
        if name == CYTHON_EXPORTS:
            return getattr(self._real(), name)
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        if self.__dict__["_is_compiled"]:
            return getattr(self._real(), name)
        return StandIn(self.__dict__["_finder"], self.__name__, name)

    def _real(self):
        return self.__dict__["_finder"].real_module(self.__name__)


class DeferringFinder:
    """Puts a `DeferredModule` in place of each deferred package and whatever lies in it.

    Parameters
    ----------
    deferred : iterable of str
        Dotted names of packages.
    """

    def __init__(self, deferred):
        self.deferred = set(deferred)
        self.asked_for = set()

    def deferred_package(self, name):
        """The deferred package that a module is or lies in, or None."""
        parts = name.split(".")
        return next(
            (p for n in range(1, len(parts) + 1) if (p := ".".join(parts[:n])) in self.deferred), None
        )

    def find_spec(self, name, path=None, target=None):
        package = self.deferred_package(name)
        if package is None:
            return None
        self.asked_for |= {other for other in self.deferred if (name + ".").startswith(other + ".")}
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec):
        module = DeferredModule(spec.name)
        module.__dict__["_finder"] = self
        module.__dict__["_is_compiled"] = is_compiled(spec.name)
        return module

    def exec_module(self, module):
        """A stand-in has nothing to run."""

    def real_module(self, name):
        """Import a module for real, with the deferred package it lies in."""
        while package := self.deferred_package(name):
            self._release(package)
        return importlib.import_module(name)

    def _release(self, package):
        self.deferred.discard(package)
        for name in [name for name in sys.modules if (name + ".").startswith(package + ".")]:
            if isinstance(sys.modules[name], DeferredModule):
                del sys.modules[name]


class LeftOutFinder:
    """Asked last: explains why a module that exists elsewhere is not here."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in LEFT_OUT_PACKAGES and name in left_out_names():
            raise ModuleNotFoundError(
                f"{name} was left out of Vizzy's slim runtime, because nothing the app runs used it; "
                "use it in tools/runtime_exercise.py and run ./serve.sh --prepare",
                name=name,
            )


def left_out_names():
    """The modules that the published packages have and the slim ones have not."""
    try:
        import _vizzy_left_out
    except ModuleNotFoundError:  # nothing was left out here
        return frozenset()
    return _vizzy_left_out.NAMES


def install(deferred):
    """Begin to defer packages, and to explain what is missing; returns the `DeferringFinder`."""
    finder = DeferringFinder(deferred)
    sys.meta_path.insert(0, finder)
    sys.meta_path.append(LeftOutFinder())
    return finder
