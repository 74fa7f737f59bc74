"""Bytecode cache, keyed by path and source hash: part of the slim runtime, see `runtime_slim`.

A module whose source is still what it was when the snapshot was taken is not compiled again, which at a start takes
longer than to fetch it. One that was changed since is compiled as ever. The same goes for what PyScript gives Pyodide to run.
"""

from importlib.machinery import SourceFileLoader
from importlib.util import source_hash

from _pyodide import _base


def install(compiled, entered):
    """Let imports, and what is given to run, take bytecode from the cache.

    Parameters
    ----------
    compiled : dict of (str, bytes) to code
        By path, and the hash of the source as `importlib.util.source_hash` has it.
    entered : dict of (bytes, tuple) to code
        Of what is given to run: by the hash of the source, and the options that it is compiled with.
    """
    _base._parse_and_compile_gen = _known_or_compiled(entered, _base._parse_and_compile_gen)
    compile_anew = SourceFileLoader.source_to_code

    def source_to_code(self, data, path, *arguments, **options):
        code = compiled.get((path, source_hash(data)))
        return compile_anew(self, data, path, *arguments, **options) if code is None else code

    SourceFileLoader.source_to_code = source_to_code


def note_compiled(source, entered):
    """Compile a source as Pyodide's asynchronous call does that runs it, and note what came of it in `entered`."""
    compile_anew = _base._parse_and_compile_gen

    def noting(source, **options):
        code = yield from compile_anew(source, **options)
        entered[_key(source, options)] = code
        return code

    _base._parse_and_compile_gen = noting
    try:
        _base.CodeRunner(source, flags=_base.ast.PyCF_ALLOW_TOP_LEVEL_AWAIT).compile()
    finally:
        _base._parse_and_compile_gen = compile_anew


def _known_or_compiled(entered, compile_anew):
    def parse_and_compile(source, **options):
        code = entered.get(_key(source, options))
        if code is None:
            return (yield from compile_anew(source, **options))
        yield None  # in place of the syntax tree, which is not there
        return code

    return parse_and_compile


def _key(source, options):
    return source_hash(source.encode()), tuple(sorted(options.items()))
