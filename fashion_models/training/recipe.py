"""A recipe: every choice of a training run, in one TOML file.

The defaults of the fields are the article's, as in ``fashion_models/recipes/lyst2016.toml``, which
says for each whether the article gives it or it is an assumption where the article is silent.
"""

import dataclasses
import difflib
import hashlib
import pathlib
import tomllib

from fashion_models.catalogue.model import TASKS
from fashion_models.data.epoch import EXAMPLES, MAX_IMAGES, TOGETHER
from fashion_models.data.products import ACCEPTED, FIRST
from fashion_models.errors import UserError
from fashion_models.links import COMBINATIONS, LOSSES, POOLINGS, TRUNKS
from fashion_models.training.learning_rate import DROPS, SCHEDULES

#: The recipes that come with the package.
FOLDER = pathlib.Path(__file__).resolve().parents[1] / 'recipes'
#: Where batch normalization sits: after each convolution, or after each dense layer, too.
CONVOLUTIONS, ALL = NORMALIZATIONS = 'convolutions', 'all'
#: Marks a choice that recipes could not always make, whose default is what was done before.
LATER = {'later': True}


@dataclasses.dataclass(frozen=True)
class Data:
    """How images become the network's input."""

    shorter_side: int = 256
    size: int = 224
    max_images: int = MAX_IMAGES
    mirror: float = 0.5
    examples: str = dataclasses.field(default=TOGETHER, metadata=LATER)


@dataclasses.dataclass(frozen=True)
class Model:
    """The network."""

    tasks: tuple[str, ...] = TASKS
    trunk: str = 'zfnet'
    width: float = 1.0
    first_ksize: int = dataclasses.field(default=7, metadata=LATER)
    image_features: int = 4096
    pre_pool: int = 1024
    pooling: str = dataclasses.field(default='max', metadata=LATER)
    post_pool: int = 1024
    representation: int = 1024
    dropout: float = 0.5
    normalization: str = dataclasses.field(default=CONVOLUTIONS, metadata=LATER)


@dataclasses.dataclass(frozen=True)
class Training:
    """How the network is trained."""

    batch_size: int = 64
    devices: str = '0,1,2,3'
    epochs: int = 20
    epoch_batches: int = dataclasses.field(default=0, metadata=LATER)
    seed: int = 0
    learning_rate: float = 0.01
    warmup: float = dataclasses.field(default=0.0, metadata=LATER)
    schedule: str = DROPS
    drops: tuple[int, ...] = (10, 15)
    drop_factor: float = 0.1
    plateau_epochs: int = 2
    momentum: float = 0.9
    weight_decay: float = 0.0005
    accepted: str = dataclasses.field(default=FIRST, metadata=LATER)
    loss: str = dataclasses.field(default='cross_entropy', metadata=LATER)
    combine_losses: str = dataclasses.field(default='mean', metadata=LATER)
    task_weights: dict[str, float] = dataclasses.field(default_factory=dict, metadata=LATER)
    label_smoothing: float = dataclasses.field(default=0.0, metadata=LATER)


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
        for message in _faults(self):
            raise UserError(f'recipe: {message}')

    @classmethod
    def load(cls, path):
        """Reads a recipe: one of the package by its name, such as ``'small'``, or a TOML file.

        Raises:
            UserError: If there is no such recipe, the file cannot be read, has a key that no recipe
                has, or a value of the wrong type or range. The message names the file and the key.
        """
        path = _find(path)
        try:
            text = path.read_text(encoding='utf-8')
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f'{path}: cannot read the recipe: {error}') from error
        try:
            return cls.from_toml(text)
        except UserError as error:
            raise UserError(f'{path}: {error}') from None

    @classmethod
    def from_toml(cls, text):
        """The recipe in the text of a TOML file.

        Raises:
            UserError: As of :meth:`load`.
        """
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise UserError(f'not a TOML file: {error}') from error
        return cls(**_sections(tables))

    def replace(self, **values):
        """A copy with other values, each named as ``section__field``; None leaves it as it is."""
        sections = {}
        for name, value in values.items():
            section, field = name.split('__')
            if value is not None:
                sections.setdefault(section, {})[field] = value
        return dataclasses.replace(self, **{
            section: dataclasses.replace(getattr(self, section), **fields)
            for section, fields in sections.items()})

    def to_toml(self):
        """The recipe as the text of a TOML file."""
        return self._text(lambda field, value: True)

    def hash(self):
        """A digest of all choices but the number of epochs, which a resumed run may extend.

        A choice that recipes could not always make counts only where it differs from what was done
        before, so that earlier runs stay what they are.
        """
        text = self.replace(training__epochs=1)._text(
            lambda field, value: 'later' not in field.metadata or value != _default(field))
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _text(self, wanted):
        lines = []
        for section in dataclasses.fields(self):
            lines.append(f'[{section.name}]')
            values = getattr(self, section.name)
            for field in dataclasses.fields(values):
                value = getattr(values, field.name)
                if wanted(field, value):
                    lines.append(f'{field.name} = {_toml(value)}')
            lines.append('')
        return '\n'.join(lines)


def names():
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


def _default(field):
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def _sections(tables):
    fields = {field.name: field.default_factory for field in dataclasses.fields(Recipe)}
    sections = {}
    for name, table in tables.items():
        if name not in fields:
            raise UserError(_unknown(name, fields))
        if not isinstance(table, dict):
            raise UserError(f'{name}: found {table!r}, expected a table [{name}]')
        sections[name] = _section(name, fields[name], table)
    return sections


def _section(section, cls, table):
    types = {field.name: field.type for field in dataclasses.fields(cls)}
    values = {}
    for name, value in table.items():
        key = f'{section}.{name}'
        if name not in types:
            raise UserError(_unknown(key, [f'{section}.{other}' for other in types]))
        values[name] = _typed(key, types[name], value)
    return cls(**values)


def _typed(key, wanted, value):
    if wanted is float and type(value) is int:
        return float(value)
    if wanted in (int, float, str) and type(value) is wanted:
        return value
    if wanted == tuple[int, ...] and isinstance(value, list) and all(
            type(item) is int for item in value):
        return tuple(value)
    if wanted == tuple[str, ...] and isinstance(value, list) and all(
            type(item) is str for item in value):
        return tuple(value)
    if wanted == dict[str, float] and isinstance(value, dict) and all(
            type(item) in (int, float) for item in value.values()):
        return {name: float(item) for name, item in value.items()}
    names = {
        int: 'a whole number', float: 'a number', str: 'a text in quotes',
        tuple[int, ...]: 'a list of whole numbers', tuple[str, ...]: 'a list of texts',
        dict[str, float]: 'a table of numbers'}
    raise UserError(f'{key}: found {value!r}, expected {names[wanted]}')


def _unknown(key, known):
    near = difflib.get_close_matches(key, known, 1)
    hint = f'did you mean {near[0]}?' if near else f'known are {", ".join(known)}'
    return f'unknown key {key}: {hint}'


def _faults(recipe):
    data, model, training = recipe.data, recipe.model, recipe.training
    if not 1 <= data.max_images <= MAX_IMAGES:
        yield f'data.max_images: found {data.max_images}, expected 1 to {MAX_IMAGES}'
    if data.shorter_side < data.size:
        yield (f'data.shorter_side: found {data.shorter_side}, expected at least data.size, '
               f'{data.size}, so that a crop fits')
    if not 0 <= data.mirror <= 1:
        yield f'data.mirror: found {data.mirror}, expected 0 to 1'
    if not model.tasks or len(set(model.tasks)) < len(model.tasks) or set(model.tasks) - set(TASKS):
        yield f'model.tasks: found {list(model.tasks)}, expected some of {", ".join(TASKS)}'
    if data.examples not in EXAMPLES:
        yield f'data.examples: found {data.examples!r}, expected {_or(EXAMPLES)}'
    if model.trunk in TRUNKS:
        yield from _trunk_faults(data, model)
    else:
        yield f'model.trunk: found {model.trunk!r}, expected {_or(TRUNKS)}'
    if model.first_ksize < 1:
        yield f'model.first_ksize: found {model.first_ksize}, expected 1 or more'
    if model.normalization not in NORMALIZATIONS:
        yield f'model.normalization: found {model.normalization!r}, expected {_or(NORMALIZATIONS)}'
    if model.pooling not in POOLINGS:
        yield f'model.pooling: found {model.pooling!r}, expected {_or(POOLINGS)}'
    if not 0 <= model.dropout < 1:
        yield f'model.dropout: found {model.dropout}, expected 0 to less than 1'
    for name in 'image_features', 'pre_pool', 'post_pool', 'representation', 'width':
        if getattr(model, name) <= 0:
            yield f'model.{name}: found {getattr(model, name)}, expected more than 0'
    for name in 'batch_size', 'epochs', 'learning_rate', 'drop_factor', 'plateau_epochs':
        if getattr(training, name) <= 0:
            yield f'training.{name}: found {getattr(training, name)}, expected more than 0'
    for name in 'epoch_batches', 'seed', 'momentum', 'weight_decay':
        if getattr(training, name) < 0:
            yield f'training.{name}: found {getattr(training, name)}, expected 0 or more'
    if training.momentum >= 1:
        yield f'training.momentum: found {training.momentum}, expected less than 1'
    if training.schedule not in SCHEDULES:
        yield f'training.schedule: found {training.schedule!r}, expected {_or(SCHEDULES)}'
    if training.accepted not in ACCEPTED:
        yield f'training.accepted: found {training.accepted!r}, expected {_or(ACCEPTED)}'
    for name, known in ('loss', LOSSES), ('combine_losses', COMBINATIONS):
        if getattr(training, name) not in known:
            yield f'training.{name}: found {getattr(training, name)!r}, expected {_or(known)}'
    for name in 'warmup', 'label_smoothing':
        if not 0 <= getattr(training, name) < 1:
            yield f'training.{name}: found {getattr(training, name)}, expected 0 to less than 1'
    for task, weight in training.task_weights.items():
        if task not in model.tasks:
            yield f'training.task_weights: found {task!r}, expected some of the tasks'
        elif not weight > 0:
            yield f'training.task_weights: found {weight} for {task}, expected more than 0'


def _trunk_faults(data, model):
    trunk = TRUNKS[model.trunk]
    if data.size < trunk.minimum_size:
        yield (f'data.size: found {data.size}, expected at least {trunk.minimum_size} for the '
               f'trunk {model.trunk}')
    options = {option for other in TRUNKS.values() for option in other.options}
    for field in dataclasses.fields(model):
        value = getattr(model, field.name)
        if field.name in options - set(trunk.options) and value != field.default:
            yield (f'model.{field.name}: found {value}, expected {field.default} with the trunk '
                   f'{model.trunk}, which has no such option')


def _or(names):
    return ' or '.join(repr(name) for name in names)


def _toml(value):
    if isinstance(value, tuple):
        return '[' + ', '.join(_toml(item) for item in value) + ']'
    if isinstance(value, str):
        # The escapes of TOML's basic strings are those of JSON for all that a recipe can hold.
        return '"' + value.replace('\\', '\\\\').replace('"', '\\"') + '"'
    if isinstance(value, dict):
        items = (f'{_toml(name)} = {_toml(item)}' for name, item in value.items())
        return '{' + ', '.join(items) + '}'
    return repr(value)
