"""Bytecode cache, keyed by path and source hash: part of the slim runtime, see `runtime_slim`.

A module whose source is still what it was when the snapshot was taken is not compiled again, which at a start takes
longer than to fetch it. One that was changed since is compiled as ever.
"""

from importlib.machinery import SourceFileLoader
from importlib.util import source_hash


def install(compiled):
    """Let imports take bytecode from the cache.

    Parameters
    ----------
    compiled : dict of (str, bytes) to code
        By path, and the hash of the source as `importlib.util.source_hash` has it.
    """
    compile_anew = SourceFileLoader.source_to_code

    def source_to_code(self, data, path, *arguments, **options):
        code = compiled.get((path, source_hash(data)))
        return compile_anew(self, data, path, *arguments, **options) if code is None else code

    SourceFileLoader.source_to_code = source_to_code
