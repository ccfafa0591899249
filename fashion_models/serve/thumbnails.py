"""Small pictures of products, made once and kept in memory."""

import collections
import io
import pathlib
import threading

import numpy as np
from PIL import Image

from fashion_models.catalogue.decode import image_size, load_image

#: The longer sides, in pixels, that may be asked for.
SIDES = 160, 320, 640, 1280
#: Bytes of thumbnails that are kept.
BUDGET = 96 << 20
#: Pictures decoded at the same time: each may take some hundred megabytes.
_AT_ONCE = 2


class Thumbnails:
    """Makes and keeps thumbnails, the most recently used within :data:`BUDGET`."""

    def __init__(self, budget: int = BUDGET) -> None:
        self._kept = collections.OrderedDict()
        self._bytes = 0
        self._budget = budget
        self._lock = threading.Lock()
        self._decoding = threading.Semaphore(_AT_ONCE)

    def get(self, file: pathlib.Path, side: int) -> bytes | None:
        """The thumbnail of an image file as a JPEG, or None if the file cannot be read.

        Args:
            file: The image file.
            side: One of :data:`SIDES`.
        """
        key = file, side
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with self._decoding:
            content = _thumbnail(file, side)
        if content is None:
            return None     # the next time it may be there
        with self._lock:
            if key not in self._kept:
                self._kept[key] = content
                self._bytes += len(content)
            while self._bytes > self._budget:
                self._bytes -= len(self._kept.popitem(last=False)[1])
        return content


def _thumbnail(file, side):
    try:
        shorter = min(side, *image_size(file))  # small pictures are not blown up
        return jpeg(load_image(file, shorter), side)
    except Exception:   # what Pillow raises on damaged files is an open list
        return None


def jpeg(pixels: np.ndarray, side: int) -> bytes:
    """An image (h, w, 3) uint8 as a JPEG, its longer side at most ``side`` pixels."""
    image = Image.fromarray(pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    image.save(content, 'JPEG', quality=85)
    return content.getvalue()
