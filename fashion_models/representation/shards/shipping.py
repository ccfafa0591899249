"""An encoder, and a catalogue, sent to where they are needed: to a worker, or from an address."""

import contextlib
import dataclasses
import pathlib
import tempfile
from collections.abc import Iterator

from fashion_models.catalogue.io import HEADER_FILE, PRODUCTS_FILE, Catalogue, open_catalogue
from fashion_models.catalogue.io import read_header as read_catalogue_header
from fashion_models.data.decoded import Files, Read, RemoteFiles
from fashion_models.errors import UserError
from fashion_models.files import sha256
from fashion_models.remote import Remote, is_address
from fashion_models.representation.encoder import Encoder
from fashion_models.representation.image_tower import ImageTower
from fashion_models.representation.picture_encoder import PictureEncoder
from fashion_models.training.run import Run
from fashion_models.training.run_files import LABELS, MEAN, PROVENANCE, RECIPE
from fashion_models.training.snapshots import BEST


@dataclasses.dataclass(frozen=True)
class Parcel:
    """All files that an encoder is made of, and how it is made.

    Attributes:
        files (dict): From names to contents.
        tower (str): The name of the ONNX file, if it is an image tower; else ''.
        which, precision (str): As of :class:`~fashion_models.representation.encoder.Encoder`.
        with_labels (bool): Likewise.
    """

    files: dict[str, bytes]
    tower: str = ''
    which: str = 'best'
    precision: str = 'float32'
    with_labels: bool = True

    @classmethod
    def of(cls, encoder: PictureEncoder) -> 'Parcel':
        """Packs an encoder."""
        if isinstance(encoder, ImageTower):
            return cls({file.name: file.read_bytes() for file in encoder.files}, encoder.file.name)
        run = encoder.run
        names = [RECIPE, LABELS, MEAN, PROVENANCE,
                 run.snapshot(encoder.which).relative_to(run.folder).as_posix()]
        return cls({name: (run.folder / name).read_bytes() for name in names}, '', encoder.which,
                   encoder.precision, bool(encoder.labels))

    def encoder(self, device: str = '@numpy') -> PictureEncoder:
        """Unpacks the encoder, which needs no files then.

        Args:
            device: Where to compute; an image tower chooses by itself.
        """
        with tempfile.TemporaryDirectory(prefix='fashion-models-') as folder:
            for name, content in self.files.items():
                file = pathlib.Path(folder, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                with open(file, 'xb') as unpacked:
                    unpacked.write(content)
            if self.tower:
                return ImageTower(pathlib.Path(folder, self.tower))
            encoder = Encoder(Run.open(folder), self.which, device, precision=self.precision,
                              with_labels=self.with_labels)
            _ = encoder.run.mean    # read while it is there
            return encoder


@contextlib.contextmanager
def run_at(address: str, which: str = 'best') -> Iterator[Run]:
    """The run at an address, as long as the block lasts: what an encoder needs of it."""
    remote = Remote(address)
    if which != 'best':
        raise UserError(
            f'{remote.shown}: snapshot: found {which!r}, expected best: of a run at an address, '
            'only that one can be used')
    with tempfile.TemporaryDirectory(prefix='fashion-models-') as folder:
        try:
            remote.fetch([RECIPE, LABELS, MEAN, PROVENANCE, f'snapshots/{BEST}'],
                         pathlib.Path(folder))
        except FileNotFoundError as error:
            raise UserError(f'{remote.shown}: not a run folder, or one without a snapshot: '
                            f'it has no {error}') from None
        run = Run.open(folder)
        run.address = remote.shown
        yield run


@contextlib.contextmanager
def catalogue_at(place: str | pathlib.Path) -> Iterator[Catalogue]:
    """The catalogue in a folder, or at an address as long as the block lasts."""
    if not is_address(place):
        yield open_catalogue(place)
        return
    remote = Remote(str(place))
    with tempfile.TemporaryDirectory(prefix='fashion-models-') as folder:
        try:
            remote.fetch([HEADER_FILE, PRODUCTS_FILE], pathlib.Path(folder))
        except FileNotFoundError:
            raise UserError(f'{remote.shown} is not a catalogue: it has no {HEADER_FILE} and '
                            f'{PRODUCTS_FILE}') from None
        yield Catalogue(pathlib.Path(folder), read_catalogue_header(
            pathlib.Path(folder, HEADER_FILE)), remote.address)


def texts_hash(catalogue: Catalogue) -> str:
    """Identifies what a catalogue says, whatever its image files hold."""
    return ' '.join(sha256(catalogue.folder / name) for name in (HEADER_FILE, PRODUCTS_FILE))


def reader(catalogue: Catalogue) -> Read:
    """What reads a catalogue's image files, wherever it is."""
    return RemoteFiles(catalogue.address) if catalogue.address else Files(catalogue.folder)
