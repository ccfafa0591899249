"""The truth about a drawn catalogue: ``truth.jsonl``, one product per line.

It holds what the catalogue does not say: the labels without the moderator's errors, and what else
is in the pictures. Experiments read it; training never does.
"""

import contextlib
import dataclasses
import json
import os
import pathlib
from collections.abc import Callable, Collection, Iterator

from fashion_models.catalogue.io import TRUTH_FILE
from fashion_models.catalogue.products import lines
from fashion_models.errors import UserError
from fashion_models.files import atomic_write
from fashion_models.parsing import json_value, require_form


@dataclasses.dataclass(frozen=True)
class OtherGarment:
    """A garment in a picture that is not the product.

    Attributes:
        subcategory (str): Its subcategory.
        colour (str): Its main colour.
    """

    subcategory: str
    colour: str


@dataclasses.dataclass(frozen=True)
class PictureTruth:
    """The truth about one picture.

    Attributes:
        image (str): Its path, relative to the catalogue's folder.
        retailer (str): Whose picture it is.
        view (str): One of :data:`~fashion_models.drawn.scenes.VIEWS`.
        cast (tuple of float): Its colour cast: factors of red, green and blue.
        tinted_wall (bool): Whether the wall is coloured.
        others (tuple of OtherGarment): What else is worn.
    """

    image: str
    retailer: str
    view: str
    cast: tuple = (1.0, 1.0, 1.0)
    tinted_wall: bool = False
    others: tuple = ()


@dataclasses.dataclass(frozen=True)
class TextTruth:
    """The truth about one listing's text.

    Attributes:
        retailer (str): Whose text it is.
        colour_word (str): The colour that it names, or None.
        wrong (bool): Whether that colour is wrong.
    """

    retailer: str
    colour_word: str | None = None
    wrong: bool = False


@dataclasses.dataclass(frozen=True)
class ProductTruth:
    """The truth about one product.

    Attributes:
        id (str): The product's id.
        group (str): Its design, of which it is one colourway.
        labels (dict): The true label of each task; for ``'colour'`` a tuple, main colour first.
        wrong_labels (tuple of str): Tasks whose label in the catalogue is wrong. The second name of
            a shade between two colours is not wrong.
        shade (str): The name of its main shade.
        rival_colour (str): The second colour label that fits its main shade, or None.
        near_twin (bool): Whether it is cut like its look-alike of another subcategory.
        fabric (str): Its fabric.
        texts (tuple of TextTruth): One per listing.
        pictures (tuple of PictureTruth): One per picture, in the product's order.
    """

    id: str
    group: str
    labels: dict
    wrong_labels: tuple = ()
    shade: str = ''
    rival_colour: str | None = None
    near_twin: bool = False
    fabric: str = ''
    texts: tuple = ()
    pictures: tuple = ()

    def label(self, task: str) -> str:
        """The true label of a task; for colour, the main one."""
        return self.labels[task][0] if task == 'colour' else self.labels[task]

    @property
    def colours(self) -> tuple[str, ...]:
        """The true colours, main colour first."""
        return self.labels['colour']

    @property
    def accepted_colours(self) -> set[str]:
        """All colours that are right: its own, and the rival of its main shade."""
        return {*self.colours, self.rival_colour} - {None}

    @property
    def others(self) -> tuple[OtherGarment, ...]:
        """The other garments in all its pictures."""
        return tuple(other for picture in self.pictures for other in picture.others)


def read_truth(
        folder: str | os.PathLike, products: Collection[str] = ()) -> dict[str, ProductTruth]:
    """Reads the truth about a catalogue.

    Args:
        folder: The catalogue's folder.
        products: Ids of products that must be in it.

    Returns:
        The truth by product id; empty if the folder has no truth file, because the catalogue is not
        a drawn one.

    Raises:
        UserError: A line is not the truth about a product, or one of ``products`` is missing.
    """
    path = pathlib.Path(folder) / TRUTH_FILE
    if not path.exists():
        return {}
    found = {}
    for number, line in lines(path):
        try:
            truth = _from_json(json_value(line))
        except ValueError as error:
            raise UserError(f'{path}, line {number}: not the truth about a product: {error}'
                            ) from error
        found[truth.id] = truth
    for id_ in products:
        if id_ not in found:
            raise UserError(f'{path}: says nothing of product {id_}')
    return found


@contextlib.contextmanager
def truth_writer(folder: str | os.PathLike) -> Iterator[Callable[[ProductTruth], None]]:
    """Writes a catalogue's truth: yields a function to call with the truth of each product.

    The file appears when the block ends without an error.

    Args:
        folder: The catalogue's folder.
    """
    with atomic_write(pathlib.Path(folder) / TRUTH_FILE) as file:
        def write(truth):
            record = json.dumps(dataclasses.asdict(truth), ensure_ascii=False)
            file.write(record.encode() + b'\n')
        yield write


_GARMENT = {'subcategory': str, 'colour': str}
_TRUTH = {
    'id': str, 'group': str, 'wrong_labels': [str], 'shade': str, 'rival_colour': (str, None),
    'near_twin': bool, 'fabric': str,
    'labels': {'colour': [str], 'gender?': str, 'type?': str, 'category?': str,
               'subcategory?': str},
    'texts': [{'retailer': str, 'colour_word': (str, None), 'wrong': bool}],
    'pictures': [{'image': str, 'retailer': str, 'view': str, 'cast': [float],
                  'tinted_wall': bool, 'others': [_GARMENT]}]}


def _from_json(record):
    require_form(record, _TRUTH)
    record = _fields(ProductTruth, record)
    labels = record.labels | {'colour': tuple(record.labels['colour'])}
    texts = tuple(_fields(TextTruth, text) for text in record.texts)
    pictures = []
    for picture in record.pictures:
        picture = _fields(PictureTruth, picture)
        others = tuple(_fields(OtherGarment, other) for other in picture.others)
        pictures.append(dataclasses.replace(picture, cast=tuple(picture.cast), others=others))
    return dataclasses.replace(record, labels=labels, wrong_labels=tuple(record.wrong_labels),
                               texts=texts, pictures=tuple(pictures))


def _fields(kind, record):
    """A dataclass from a dict that has exactly its fields."""
    expected = [field.name for field in dataclasses.fields(kind)]
    found = list(record) if isinstance(record, dict) else type(record).__name__
    if not isinstance(record, dict) or set(found) != set(expected):
        raise ValueError(f'found {found}, expected {expected}')
    return kind(**record)
