"""The offline half of Vizzy: from image files to a dataset folder that the page opens.

`build_embeddings.py` is its command line. Nothing under `vizzy/` imports it: serving and reviewing a
dataset need neither torch nor Pillow.
"""
