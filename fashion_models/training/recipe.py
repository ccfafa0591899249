"""A recipe: every choice of a training run, in one TOML file.

The defaults of the fields are the article's, as in ``fashion_models/recipes/lyst2016.toml``, which
says for each whether the article gives it or it is an assumption where the article is silent.
"""

import dataclasses
import hashlib
import os
import pathlib

from fashion_models.catalogue.tasks import TASKS
from fashion_models.data.epoch import MAX_IMAGES, TOGETHER
from fashion_models.data.products import FIRST
from fashion_models.errors import UserError
from fashion_models.functions.precision import FLOAT32
from fashion_models.parsing import content
from fashion_models.training import recipe_text
from fashion_models.training.choices import (
    ALL,
    CONVOLUTIONS,
    DROPS,
    NONE,
    RANDOM,
    SHARE,
    faults,
    without_effect,
)

#: The recipes that come with the package.
FOLDER = pathlib.Path(__file__).resolve().parents[1] / 'recipes'


def _later(default, *earlier):
    """A choice that recipes could not always make: its default, and what was done before."""
    return dataclasses.field(
        default=default, metadata={'earlier': earlier[0] if earlier else default})


@dataclasses.dataclass(frozen=True)
class Data:
    """How images become the network's input."""

    shorter_side: int = 256
    size: int = 224
    max_images: int = MAX_IMAGES
    mirror: float = 0.5
    examples: str = _later(TOGETHER)


@dataclasses.dataclass(frozen=True)
class Model:
    """The network."""

    tasks: tuple[str, ...] = TASKS
    trunk: str = 'zfnet'
    width: float = 1.0
    first_ksize: int = _later(7)
    second_stride: int = _later(2)
    last_pool: bool = _later(True)
    first_std: float = _later(0.0)
    image_features: int = 4096
    pre_pool: int = 1024
    pooling: str = _later('max')
    post_pool: int = 1024
    representation: int = 1024
    dropout: float = 0.2
    normalization: str = _later(ALL, CONVOLUTIONS)


@dataclasses.dataclass(frozen=True)
class Training:
    """How the network is trained."""

    batch_size: int = 64
    devices: str = '0,1,2,3'
    normalize_over: str = _later(SHARE)
    precision: str = _later(FLOAT32)
    epochs: int = 20
    epoch_batches: int = _later(0)
    seed: int = 0
    learning_rate: float = 0.01
    warmup: float = _later(0.0)
    schedule: str = DROPS
    drops: tuple[int, ...] = (10, 15)
    drop_factor: float = 0.1
    plateau_epochs: int = 2
    momentum: float = 0.9
    weight_decay: float = 0.0005
    accepted: str = _later(FIRST)
    loss: str = _later('cross_entropy')
    combine_losses: str = _later('mean')
    task_weights: dict[str, float] = dataclasses.field(
        default_factory=dict, metadata={'earlier': {}})
    label_smoothing: float = _later(0.0)
    image_loss: float = _later(0.0)
    same_product: str = _later(NONE)
    same_product_weight: float = _later(0.1)
    same_product_temperature: float = _later(0.1)
    same_product_margin: float = _later(0.1)
    same_product_projection: int = _later(128)
    same_product_memory: int = _later(0)
    same_product_colourways: float = _later(1.0)
    same_product_batches: str = _later(RANDOM)
    same_product_labels: dict[str, float] = dataclasses.field(
        default_factory=dict, metadata={'earlier': {}})


@dataclasses.dataclass(frozen=True)
class Recipe:
    """Every choice of a training run.

    Raises:
        UserError: If a value is out of its range or two of them contradict each other.
    """

    data: Data = dataclasses.field(default_factory=Data)
    model: Model = dataclasses.field(default_factory=Model)
    training: Training = dataclasses.field(default_factory=Training)

    def __post_init__(self):
        for message in faults(self):
            raise UserError(f'recipe: {message}')

    @classmethod
    def load(cls, path: str | os.PathLike, of_run: bool = False) -> 'Recipe':
        """Reads a recipe: one of the package by its name, such as ``'small'``, or a TOML file.

        Args:
            path: The name or the file.
            of_run: Whether a run was made with it: a choice that recipes could not make then, and
                that is therefore missing, is what was done at the time, not today's default.

        Raises:
            UserError: If there is no such recipe, the file cannot be read, has a key that no recipe
                has, or a value of the wrong type or range. The message names the file and the key.
        """
        path = _find(path)
        try:
            text = content(path).decode()
        except OSError as error:
            raise UserError(
                f'{path}: cannot read the recipe: {error.strerror or error}') from error
        except UnicodeDecodeError as error:
            raise UserError(f'{path}: cannot read the recipe: it is not in UTF-8') from error
        except ValueError as error:
            raise UserError(f'{path}: cannot read the recipe: {error}') from error
        try:
            return cls.from_toml(text, of_run)
        except UserError as error:
            raise UserError(f'{path}: {error}') from None

    @classmethod
    def from_toml(cls, text: str, of_run: bool = False) -> 'Recipe':
        """The recipe in the text of a TOML file; see :meth:`load`."""
        recipe = cls(**recipe_text.parse(text, cls, of_run))
        # A run is what it is; who writes a recipe is told that half of it would be passed over.
        for message in () if of_run else without_effect(recipe):
            raise UserError(f'recipe: {message}')
        return recipe

    def replace(self, **values: object) -> 'Recipe':
        """A copy with other values, each named as ``section__field``; None leaves it as it is."""
        sections = {}
        for name, value in values.items():
            section, field = name.split('__')
            if value is not None:
                sections.setdefault(section, {})[field] = value
        return dataclasses.replace(self, **{
            section: dataclasses.replace(getattr(self, section), **fields)
            for section, fields in sections.items()})

    def for_tasks(self, tasks: tuple[str, ...]) -> 'Recipe':
        """A copy with only some of its tasks, each of the weights that it had."""
        return self.replace(model__tasks=tasks, **{
            f'training__{name}': {
                task: weight for task, weight in getattr(self.training, name).items()
                if task in tasks}
            for name in ('task_weights', 'same_product_labels')})

    def to_toml(self) -> str:
        """The recipe as the text of a TOML file."""
        return self._text(lambda field, value: True)

    def hash(self) -> str:
        """A digest of all choices but the number of epochs, which a resumed run may extend.

        A choice that recipes could not always make counts only where it differs from what was done
        before, so that earlier runs stay what they are.
        """
        text = self.replace(training__epochs=1)._text(
            lambda field, value: (
                'earlier' not in field.metadata or value != field.metadata['earlier']))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _text(self, wanted):
        lines = []
        for section in dataclasses.fields(self):
            lines.append(f'[{section.name}]')
            values = getattr(self, section.name)
            for field in dataclasses.fields(values):
                value = getattr(values, field.name)
                if wanted(field, value):
                    lines.append(f'{field.name} = {recipe_text.written(value)}')
            lines.append('')
        return '\n'.join(lines)


def names() -> list[str]:
    """The names of the recipes that come with the package, in alphabetical order."""
    return sorted(path.stem for path in FOLDER.glob('*.toml'))


def _find(path):
    """The file of a recipe that is given by name or as a file."""
    path = pathlib.Path(path)
    if path.suffix or len(path.parts) != 1 or path.is_file():
        return path
    if path.name not in names():
        raise UserError(
            f'recipe {path.name}: found neither a recipe of that name nor such a file; the recipes '
            f'are {", ".join(names())}, and a file ends in .toml')
    return FOLDER / f'{path.name}.toml'
