"""One look at a catalogue and its image files: what everything after it needs to know of them."""

import array
import os
from collections.abc import Iterable, Iterator

import numpy as np

from fashion_models.catalogue import records
from fashion_models.catalogue.io import HEADER_FILE, Catalogue, content_hash
from fashion_models.catalogue.products import LINE_DIGEST, line_digest, placed_lines
from fashion_models.data.stamps import Looked
from fashion_models.errors import UserError
from fashion_models.parsing import LONGEST, json_value


class Survey:
    """A catalogue and its image files, as they are at one moment.

    It takes the only pass over all of ``products.jsonl``, in which every product is parsed and
    every image file looked at. In memory remain some tens of bytes for a product and for an image.
    Single products are read again by the place of their lines, which must be as they were.

    Args:
        catalogue: What to look at.

    Attributes:
        catalogue (~fashion_models.catalogue.io.Catalogue): The catalogue.
        hash (str): Its hash.
        ids (list of str): ``(p,)`` ids of its products.
        lines: ``(p,)`` strings of 16 bytes, digests of the products' lines.
        first_image: ``(p + 1,)`` int64; product i has the images ``first_image[i]`` up to, and
            without, ``first_image[i + 1]``.
        stamps: ``(m, 4)`` int64, what :class:`~fashion_models.data.stamps.Looked` found of the
            images' files.

    Raises:
        UserError: A product is not as it should be, or the catalogue changed meanwhile.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.ids = []
        self._path = catalogue.products.path
        self._starts, edges = array.array('q'), array.array('q', [0])
        lines, looked = bytearray(), Looked()
        self._files = [catalogue.folder / HEADER_FILE, self._path]
        self._stamps_of_files = self._stamps()

        def images():
            number_of_images = 0
            for number, start, text in placed_lines(self._path):
                record = catalogue.products.record(number, text)
                self.ids.append(record['id'])
                self._starts.append(start)
                lines.extend(line_digest(text))
                for listing in record['listings']:
                    for image in listing.get('images', ()):
                        yield image, looked.size(f'{catalogue.folder}/{image}')
                        number_of_images += 1
                edges.append(number_of_images)

        self.hash = content_hash(catalogue.folder, images())
        self.lines = np.frombuffer(lines, f'S{LINE_DIGEST}')
        self.first_image = np.array(edges, np.int64)
        self.stamps = looked.stamps()
        self.require_unchanged()

    def __len__(self) -> int:
        """The number p of products."""
        return len(self.ids)

    def products(self, rows: Iterable[int] | None = None) -> Iterator[records.Product]:
        """Yields some of the products, all of them by default.

        Args:
            rows: Their numbers in ``products.jsonl``, from 0.

        Raises:
            UserError: The file has changed.
        """
        with open(self._path, 'rb') as file:
            for row in range(len(self)) if rows is None else rows:
                if file.tell() != self._starts[row]:
                    file.seek(self._starts[row])
                text = file.readline(LONGEST)
                if line_digest(text) != self.lines[row].ljust(LINE_DIGEST, b'\0'):
                    self._refuse()
                yield records.product(json_value(text))

    def images(self, numbers: np.ndarray) -> Iterator[str]:
        """Yields the paths of some images' files.

        Args:
            numbers: Their numbers in the catalogue, from 0, ascending.
        """
        rows = np.searchsorted(self.first_image, numbers, 'right') - 1
        products = self.products(dict.fromkeys(rows.tolist()))
        last = -1
        for row, number in zip(rows.tolist(), numbers.tolist()):
            if row != last:
                last, paths = row, next(products).images
            yield os.path.join(self.catalogue.folder, paths[number - self.first_image[row]])

    def require_unchanged(self, numbers: np.ndarray | None = None) -> None:
        """Raises UserError if the catalogue is not as it was, or some of its image files are not.

        Args:
            numbers: Those of the images.
        """
        if self._stamps() != self._stamps_of_files:
            self._refuse()
        if numbers is not None:
            looked = Looked()
            for file in self.images(numbers):
                looked.size(file)
            # Their places and other names may change.
            if not np.array_equal(looked.stamps()[:, 1:3], self.stamps[numbers, 1:3]):
                self._refuse()

    def _stamps(self):
        return [(status.st_ino, status.st_size, status.st_mtime_ns)
                for status in map(os.stat, self._files)]

    def _refuse(self):
        raise UserError(
            f'{self.catalogue.folder}: the catalogue changed while its images were prepared; '
            'start again')
