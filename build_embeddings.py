"""Turn images into a dataset that the page opens: embeddings, pictures, thumbnails, map and report.

    python build_embeddings.py                                     the shipped dataset's embeddings, again
    python build_embeddings.py --images FOLDER --out static/mine   a folder with a subfolder per label

docs/embeddings.md has the rest; the work is done in `embedding/`.
"""

import sys

from embedding.command import main

if __name__ == "__main__":
    sys.exit(main())
