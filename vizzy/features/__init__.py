"""Features of raw data, where nobody brought embeddings: `texts` of texts, `measurements` of a table's other columns.

Both look at no label, so that no feature can give a label away, and both are computed once for all rows, not within
each fold. They come out as embeddings: everything that works with embeddings works with them. `raw` does both.
"""
