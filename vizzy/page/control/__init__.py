"""Controllers: each turns events or the worker's answers into the next state, and none draws by itself."""
