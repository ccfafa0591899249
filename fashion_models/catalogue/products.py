"""The products of a catalogue, line by line: products.jsonl."""

import hashlib
import os
import pathlib
from collections.abc import Iterable, Iterator, Mapping

from fashion_models.catalogue import records
from fashion_models.catalogue.tasks import Task
from fashion_models.errors import UserError
from fashion_models.parsing import json_value, require_plain
from fashion_models.parsing import lines as bounded_lines

#: Bytes of the digest of a line: SHA-256, cut short.
LINE_DIGEST = 16


class Products:
    """The products of a products.jsonl file, or of some :func:`lines` of it, in their order."""

    def __init__(self, path: pathlib.Path, tasks: Mapping[str, Task],
                 some: Iterable[tuple[int, bytes]] | None = None) -> None:
        self.path = path
        self._tasks = tasks
        self._lines = some

    def __iter__(self) -> Iterator[records.Product]:
        return (records.product(record) for _, record in self._records())

    def with_digests(self) -> Iterator[tuple[bytes, records.Product]]:
        """Yields each product after the :func:`line_digest` of its line."""
        return ((line_digest(text), records.product(record)) for text, record in self._records())

    def _records(self):
        for number, text in lines(self.path) if self._lines is None else self._lines:
            yield text, self.record(number, text)

    def record(self, number: int, text: bytes) -> dict:
        """The JSON object in a line.

        Raises:
            UserError: It is not that of a product.
        """
        try:
            record = json_value(text)
            records.require_product(record, self._tasks)
            return record
        except ValueError as error:
            raise UserError(f'{self.path}:{number}: {error}') from error

    def __len__(self) -> int:
        return sum(1 for _ in lines(self.path))


def lines(path: str | os.PathLike) -> Iterator[tuple[int, bytes]]:
    """Yields the number (from 1) and the bytes of every line of a file that is not blank."""
    return ((number, text) for number, _, text in placed_lines(path))


def placed_lines(path: str | os.PathLike) -> Iterator[tuple[int, int, bytes]]:
    """Yields what :func:`lines` does, and between the two where in the file the line begins."""
    require_plain(path)
    start = 0
    with open(path, 'rb') as file:
        try:
            for number, text in enumerate(bounded_lines(file), 1):
                if not text.isspace():
                    yield number, start, text
                start += len(text)
        except ValueError as error:
            raise UserError(f'{path}: {error}') from None


def line_digest(text: bytes) -> bytes:
    """Identifies the content of a line."""
    return hashlib.sha256(text).digest()[:LINE_DIGEST]
