"""``vizzy find`` on Parquet files, arrays or CSV of more rows than memory holds: in a plain loop, or on Dask.

`storage` finds, reads and writes files by fsspec. `parquet_rows` and `row_files` read their rows, which `pieces` divides and
`columns` makes labels and numbers of; `sampling` finds what arrays and tables hold. `passes` is what is done to one piece,
by the functions of `vizzy.scale`; `engines` does it to all; `run` puts the passes after one another. `choice` says which
files need all this, `command` is the command line, and `one_table` writes its result as one file. pyarrow, fsspec and Dask
are imported where they are used.
"""
