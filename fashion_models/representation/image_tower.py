"""An image tower in ONNX as the encoder: a network that was trained elsewhere, on more pictures.

Any graph with one input of images and an output with a vector for each: the image side of
FashionCLIP or SigLIP, a ResNet without its last layer, or the ``image.onnx`` of
:mod:`~fashion_models.representation.export`. What it expects of a picture is said in a TOML file
beside it, ``tower.toml`` beside ``tower.onnx``::

    size = 224                  # pixels: height and width of the input
    mean = [0.481, 0.458, 0.408]    # of each channel, or a .npy file of a mean image, beside it
    std = [0.269, 0.261, 0.276]
    scale = 255                 # pixel values are first divided by this (the default)
    layout = "NCHW"             # or "NHWC"; the default is NCHW
    channels = "RGB"            # or "BGR"; the default is RGB
    fit = "crop"                # the centre (the default), or "squash": the whole, as a square
    shorter_side = 224          # to which an image is scaled before the crop; by default, size
    output = "image_embeds"     # which one, where there are several
    pooling = "mean"            # of a product's vectors (the default), or "max"

The vector of a product is the mean of those of its images, each of unit length, as is usual for
such towers; with ``max``, the largest of each number, as in the article.
"""

import contextlib
import dataclasses
import glob
import hashlib
import itertools
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from PIL import Image

from fashion_models.arrays import read_npy
from fashion_models.data.crops import crop
from fashion_models.errors import UserError
from fashion_models.files import sha256
from fashion_models.optional import require
from fashion_models.parsing import content, shown, toml_tables
from fashion_models.representation.linear import normalize
from fashion_models.representation.picture_encoder import WINDOW, Paths, PictureEncoder, listed
from fashion_models.workers import Ahead

SUFFIX = '.onnx'    # by which a tower is told from a run
#: Images that the graph is given at once, if it takes any number.
BATCH = 32
_LARGEST = 1e15     # a vector with larger numbers has no length in float32
_TYPES = {'tensor(float)': np.float32, 'tensor(float16)': np.float16, 'tensor(uint8)': np.uint8}
_CHOICES = {'layout': ('NCHW', 'NHWC'), 'channels': ('RGB', 'BGR'), 'fit': ('crop', 'squash'),
            'pooling': ('mean', 'max')}
_POSITIVE = 'size', 'shorter_side', 'scale'


def is_tower(path: str | os.PathLike) -> bool:
    """Whether a path is that of an image tower, not of a run."""
    return os.fspath(path).lower().endswith(SUFFIX)


def require_none_of_a_run(options: dict[str, object]) -> None:
    """Raises UserError if one of these options, name to value, is given for an image tower."""
    for name, value in options.items():
        if value:
            raise UserError(f'{name}: is of a run; an image tower goes without')


@dataclasses.dataclass(frozen=True)
class Preprocessing:
    """What a tower expects of a picture; see the module for the fields.

    Attributes:
        mean, std: (3,) float32, or (3, size, size), of values divided by ``scale``, in the order of
            ``channels``.
    """

    size: int
    mean: np.ndarray
    std: np.ndarray
    scale: float = 255
    layout: str = 'NCHW'
    channels: str = 'RGB'
    fit: str = 'crop'
    shorter_side: int = 0
    output: str = ''
    pooling: str = 'mean'

    @classmethod
    def load(cls, path: str | os.PathLike) -> 'Preprocessing':
        """Reads a TOML file.

        Raises:
            UserError: If it cannot be read, or says something else.
        """
        path = pathlib.Path(path)
        try:
            record = toml_tables(content(path).decode())
        except OSError as error:
            raise UserError(f'{path}: cannot be read: {error.strerror or error}; it is to say how '
                            'the tower wants its pictures: size, mean, std') from error
        except ValueError as error:
            raise UserError(f'{path}: not TOML: {error}') from error
        names = [field.name for field in dataclasses.fields(cls)]
        if unknown := sorted(record.keys() - set(names)):
            raise UserError(f'{path}: unknown key {unknown[0]}, expected {", ".join(names)}')
        if missing := [name for name in ('size', 'mean', 'std') if name not in record]:
            raise UserError(f'{path}: {missing[0]} is missing')
        for name, value in record.items():
            _require(path, name, value)
        record.setdefault('shorter_side', record['size'])
        if record['shorter_side'] < record['size']:
            raise UserError(f'{path}: shorter_side: found {record["shorter_side"]}, expected '
                            f'{record["size"]} (size) or more')
        record['mean'] = _channels(path, 'mean', record['mean'], record['size'])
        record['std'] = _channels(path, 'std', record['std'], record['size'])
        if not (record['std'] > 0).all():
            raise UserError(f'{path}: std: expected numbers above 0')
        return cls(**record)

    def __call__(self, image: np.ndarray) -> np.ndarray:
        """The input of one picture.

        Args:
            image: (h, w, 3) uint8 RGB, its shorter side scaled to ``shorter_side``.

        Returns:
            (3, size, size) float32, or (size, size, 3).
        """
        if self.fit == 'squash':
            image = np.asarray(Image.fromarray(image).resize(
                (self.size, self.size), Image.Resampling.BICUBIC))
        else:
            image = crop(image, self.size)
        if self.channels == 'BGR':
            image = image[..., ::-1]
        x = image.transpose(2, 0, 1).astype(np.float32) / np.float32(self.scale)
        with np.errstate(over='ignore'):    # what comes of it is refused
            x = (x - self.mean.reshape(3, *self.mean.shape[1:] or (1, 1))) / self.std.reshape(
                3, 1, 1)
        return x if self.layout == 'NCHW' else np.ascontiguousarray(x.transpose(1, 2, 0))


def _require(path, name, value):
    if name in _CHOICES and value not in _CHOICES[name]:
        raise UserError(f'{path}: {name}: found {shown(value)}, expected '
                        f'{" or ".join(_CHOICES[name])}')
    if name in _POSITIVE and not (
            isinstance(value, int | float if name == 'scale' else int)
            and not isinstance(value, bool) and 0 < value <= 4096):
        raise UserError(f'{path}: {name}: found {shown(value)}, expected a number above 0')
    if name == 'output' and not isinstance(value, str):
        raise UserError(f'{path}: output: found {shown(value)}, expected a name')


def _channels(path, name, value, size):
    """What is said of the three channels: (3,), or (3, size, size) from a file."""
    shapes, found = [(3,)], shown(value)
    if name == 'mean' and isinstance(value, str):
        if pathlib.Path(value).name != value:
            raise UserError(f'{path}: mean: found {found}, expected a .npy file beside this one')
        shapes = [(3, size, size)]
        try:
            value = read_npy(path.parent / value)
            found = f'{found} with {value.dtype} values of shape {value.shape}'
        except (OSError, ValueError) as error:
            raise UserError(f'{path}: mean: {value}: cannot be read: '
                            f'{getattr(error, "strerror", None) or error}') from error
    try:
        array = np.asarray(value)
    except ValueError:      # lists of unlike lengths
        array = np.empty(0)
    if array.dtype.kind in 'fiu':
        with np.errstate(over='ignore'):
            array = array.astype(np.float32)
    if array.dtype != np.float32 or array.shape not in shapes or not np.isfinite(array).all():
        raise UserError(f'{path}: {name}: found {found}, expected three finite numbers'
                        + (f' or a .npy file of (3, {size}, {size})' if name == 'mean' else ''))
    return array


class ImageTower(PictureEncoder):
    """An ONNX graph in use, as :class:`~fashion_models.representation.encoder.Encoder` is.

    Args:
        file: The graph; ``tower.toml`` beside ``tower.onnx`` says what it expects of a picture.

    Attributes:
        file (pathlib.Path): The graph.
        files (list of pathlib.Path): All files that it is made of.
        preprocessing (Preprocessing): What it expects of a picture.

    Raises:
        UserError: If onnxruntime is not installed, or a file is not as expected.
    """

    def __init__(self, file: str | os.PathLike) -> None:
        runtime = require('onnxruntime', extra='onnx', purpose='an image tower in ONNX')
        self.file = pathlib.Path(file)
        if not self.file.is_file():
            raise UserError(f'{file}: there is no such file; expected an image tower in ONNX')
        settings = self.file.with_suffix('.toml')
        self.preprocessing = Preprocessing.load(settings)
        mean = toml_tables(content(settings).decode())['mean']
        # The weights, where they are not in the graph itself.
        self._data = sorted(self.file.parent.glob(f'{glob.escape(self.file.name)}?data'))
        self.files = [self.file, settings, *(
            [settings.with_name(mean)] if isinstance(mean, str) else []), *self._data]
        self.shorter_side = self.preprocessing.shorter_side
        try:
            self._session = runtime.InferenceSession(
                os.fspath(self.file), providers=runtime.get_available_providers())
        except Exception as error:   # onnxruntime's are of many kinds
            raise UserError(f'{file}: cannot be loaded: {error}') from error
        inputs = self._session.get_inputs()
        if len(inputs) != 1 or inputs[0].type not in _TYPES:
            found = ', '.join(f'{one.name} ({one.type})' for one in inputs)
            raise UserError(f'{file}: expected one input, of images; found {found}')
        self._input, self._type = inputs[0].name, _TYPES[inputs[0].type]
        # A graph may be exported for a fixed number of images.
        fixed = inputs[0].shape[0] if inputs[0].shape else None
        self._batch = fixed if isinstance(fixed, int) and fixed > 0 else None
        self._output = self._chosen_output()
        self.size = self._features(
            [np.zeros((self.shorter_side, self.shorter_side, 3), np.uint8)]).shape[1]

    def origin(self) -> dict:
        digest = hashlib.sha256(sha256(self.file).encode())
        for name, value in sorted(dataclasses.asdict(self.preprocessing).items()):
            content = value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode()
            digest.update(name.encode() + content)
        for file in self._data:
            digest.update(sha256(file).encode())
        return {'tower': str(self.file.resolve()), 'snapshot_sha256': digest.hexdigest()}

    @contextlib.contextmanager
    def windows(self, products: Iterable[Sequence], load: Callable[..., np.ndarray],
                unit: bool = True, done: Callable[[int], object] | None = None,
                steady: bool = False) -> Iterator[Iterator[np.ndarray]]:
        def jobs():
            remaining = iter(products)
            while part := list(itertools.islice(remaining, WINDOW)):
                pictures = [picture for own in part for picture in own]
                counts = [len(own) for own in part]
                for start in range(0, len(pictures), BATCH):
                    yield counts, pictures[start:start + BATCH], start + BATCH >= len(pictures)

        def prepare(job):
            counts, pictures, last = job
            return counts, [self.preprocessing(load(picture)) for picture in pictures], last

        def encoded(prepared):
            features = []
            for counts, x, last in prepared:
                # A library may compute a batch of another size in another order.
                features.append(self._run(np.stack(x), BATCH if steady else None))
                if done:
                    done(len(x))
                if last:
                    yield self._pooled(np.concatenate(features), counts, unit)
                    features = []

        with Ahead(prepare, jobs()) as prepared:
            yield encoded(prepared)

    def read(self, paths: Paths) -> np.ndarray:
        """The input for one product from its image files: a row for each of n images.

        Raises:
            UserError: If there is no file, or one of them is not an image.
        """
        return np.stack([self.preprocessing(self._load(path)) for path in listed(paths)])

    def encode(self, x: np.ndarray) -> np.ndarray:
        """The vector (1, size) float32, of unit length, of one product, from :meth:`read`."""
        return self._pooled(self._run(x), [len(x)], True)

    def _features(self, images):
        return self._run(np.stack([self.preprocessing(image) for image in images]))

    def _run(self, x, at_once=None):
        """The vectors (n, size) float32 of n images, some at once."""
        n, batch = len(x), self._batch or at_once or len(x)
        parts = []
        for start in range(0, n, batch):
            part = x[start:start + batch]
            padded = np.concatenate([part, np.repeat(part[-1:], batch - len(part), axis=0)])
            try:
                y, = self._session.run([self._output], {self._input: padded.astype(self._type)})
            except Exception as error:   # onnxruntime's are of many kinds
                raise UserError(f'{self.file}: does not take pictures as {self.file.stem}.toml '
                                f'prepares them: {error}') from error
            if y.ndim != 2 or len(y) != batch:
                raise UserError(f'{self.file}: output {self._output!r} has the shape {y.shape}, '
                                f'expected ({batch}, d): a vector for each image')
            y = y.astype(np.float32)
            if not (np.abs(y) < _LARGEST).all():
                raise UserError(f'{self.file}: found numbers that are not finite, or beyond '
                                f'{_LARGEST:g}, in its output; does {self.file.stem}.toml prepare '
                                'pictures as in its training?')
            parts.append(y[:len(part)])
        return np.concatenate(parts)

    def _pooled(self, features, counts, unit):
        starts = np.cumsum([0, *counts[:-1]])
        if self.preprocessing.pooling == 'max':
            vectors = np.maximum.reduceat(features, starts)
        else:
            sums = np.add.reduceat(normalize(features), starts)
            vectors = sums / np.array(counts, np.float32)[:, np.newaxis]
        return (normalize(vectors) if unit else vectors).astype(np.float32)

    def _chosen_output(self):
        outputs = {one.name: one.shape for one in self._session.get_outputs()}
        wanted = self.preprocessing.output
        if wanted and wanted not in outputs:
            raise UserError(f'{self.file}: has no output {wanted!r}, only {", ".join(outputs)}')
        flat = [name for name, shape in outputs.items() if len(shape or ()) in (0, 2)]
        if not wanted and len(flat) != 1:
            raise UserError(f'{self.file}: which output has the vectors? name one of '
                            f'{", ".join(outputs)} as output in {self.file.stem}.toml')
        return wanted or flat[0]
