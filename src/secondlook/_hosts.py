"""Where a notebook is being run: for the book's pages, or for somebody who can move things."""

import os


def is_static() -> bool:
    """Tell whether outputs are made to be stored, ``SECONDLOOK_STATIC=1``, and not to be moved."""
    return os.environ.get("SECONDLOOK_STATIC") == "1"
