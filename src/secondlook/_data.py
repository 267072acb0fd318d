"""Where the course's data files are: beside the code in a wheel, in ``data/`` in a checkout."""

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def data_path(*parts: str) -> Path:
    """Return the path of a data file, for example ``data_path("synthetic", "e0302.csv")``.

    Raises
    ------
    FileNotFoundError
        If the file is not there; the message names it and says how to get it back.
    """
    packed = _HERE / "data"
    root = packed if packed.is_dir() else _HERE.parents[1] / "data"
    path = root.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(
            f"data file {'/'.join(parts)} is missing from {root}; "
            "reinstall the package or check out data/ again"
        )
    return path
