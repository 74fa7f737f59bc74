"""What the command and build_embeddings.py use of libraries that no browser has; the worker never loads it."""
