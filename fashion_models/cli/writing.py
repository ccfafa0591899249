"""The files that commands write: not over what they read, and beside what they print."""

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping

from fashion_models.errors import UserError

#: The options that name what is written.
_WRITTEN = 'output', 'save', 'parquet', 'picture'


def require_apart(arguments: Mapping[str, object]) -> None:
    """Refuses to write a file that is read, too: a slip that would cost it.

    Raises:
        UserError: If two of the arguments are one file, and one of them names what is written.
    """
    for name in _WRITTEN:
        for other, value in arguments.items():
            for path in value if isinstance(value, list) else [value]:
                if other != name and _same_file(path, arguments.get(name)):
                    raise UserError(f'--{name} {arguments[name]}: would replace what is read; name '
                                    'another file')


def _same_file(a, b):
    paths = a, b
    return all(isinstance(path, str | os.PathLike) and os.path.isfile(path) for path in paths) and (
        os.path.samefile(a, b))


@contextlib.contextmanager
def beside(write: Callable[[], object] | None) -> Iterator[None]:
    """Writes a file beside what the block prints.

    First, since the reader of the output may go away; but where it cannot be written, that is told
    after the block, so that it costs the file and not the results.

    Args:
        write: Writes it; nothing is written if None.
    """
    failed = None
    try:
        if write:
            write()
    except (OSError, UserError) as error:
        failed = error
    yield
    if failed:
        raise failed
