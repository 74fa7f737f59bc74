// The worker's way into a slim Pyodide that has no snapshot: Python is started as Pyodide's own module does it, and told
// what was left out of its packages (tools/runtime_slim.py).

const core = await import("./pyodide.core.mjs");

export const { version } = core;

export async function loadPyodide({ useSnapshot, ...options } = {}) {
  const pyodide = await core.loadPyodide(options);
  pyodide.runPython("import _vizzy_slim");
  return pyodide;
}
