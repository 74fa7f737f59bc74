"""What the page runs: one state, thin views. Plain Python that MicroPython and CPython share."""
