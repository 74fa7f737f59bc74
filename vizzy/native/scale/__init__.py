"""``vizzy find`` on Parquet files of more rows than memory holds: in a plain loop, or on Dask.

`storage` finds, reads and writes files by fsspec; `pieces` divides them and reads the rows of a piece in bounded memory;
`passes` is what is done to one piece, by the functions of `vizzy.scale`; `engines` does it to all; `run` puts the passes
after one another, and `command` is the command line. pyarrow, fsspec and Dask are imported where they are used.
"""
