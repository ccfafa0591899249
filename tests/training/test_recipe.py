import dataclasses
import pathlib
import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_models.errors import UserError
from fashion_models.links import TRUNKS
from fashion_models.training.recipe import Recipe

RECIPES = pathlib.Path(__file__).resolve().parents[2] / 'fashion_models' / 'recipes'


def load(tmp_path, text):
    path = tmp_path / 'recipe.toml'
    path.write_text(text, encoding='utf-8')
    return Recipe.load(path)


@pytest.mark.parametrize('path', sorted(RECIPES.glob('*.toml')), ids=lambda path: path.name)
def test_every_recipe_of_the_project_is_valid(path):
    Recipe.load(path)


def test_the_articles_numbers():
    recipe = Recipe.load(RECIPES / 'lyst2016.toml')
    assert recipe.data.size == 224
    assert recipe.data.max_images == 5
    assert recipe.data.mirror == 0.5
    assert recipe.model.tasks == ('gender', 'colour', 'type', 'category', 'subcategory')
    assert (recipe.model.image_features, recipe.model.representation) == (4096, 1024)
    training = recipe.training
    assert (training.batch_size, training.epochs, training.learning_rate) == (64, 20, 0.01)
    assert len(training.drops) == 2
    assert training.drop_factor == 0.1
    assert len(training.devices.split(',')) == 4


def test_the_articles_recipe_names_every_field_and_the_defaults_are_its_values():
    path = RECIPES / 'lyst2016.toml'
    named = tomllib.loads(path.read_text(encoding='utf-8'))
    fields = {
        section.name: {field.name for field in dataclasses.fields(section.default_factory)}
        for section in dataclasses.fields(Recipe)}
    assert {section: set(table) for section, table in named.items()} == fields
    assert Recipe.load(path) == Recipe()


def test_written_recipe_reads_the_same(tmp_path):
    recipe = Recipe().replace(training__devices='@numpy*2', training__drops=(), data__mirror=0.0)
    assert load(tmp_path, recipe.to_toml()) == recipe


def test_hash_tells_recipes_apart_but_for_the_number_of_epochs():
    recipe = Recipe()
    assert recipe.hash() == recipe.replace(training__epochs=3).hash()
    assert recipe.hash() != recipe.replace(training__seed=3).hash()


def test_a_new_choice_leaves_earlier_runs_what_they_are():
    """The hashes are those of snapshots from before there was a choice of pooling."""
    article = Recipe.from_toml('[model]\ndropout = 0.5', of_run=True)
    assert article.hash() == 'e8a243ce9be03919'
    small = ('[data]\nsize = 64\nshorter_side = 72\n[model]\nwidth = 0.5\ndropout = 0.5\n'
             '[training]\ndevices = "@numpy"')
    assert Recipe.from_toml(small, of_run=True).hash() == '27b98a8c34b9004b'
    for change in ({'model__pooling': 'mean'}, {'model__first_ksize': 1},
                   {'training__epoch_batches': 7}, {'training__accepted': 'all'},
                   {'data__examples': 'groups'}, {'model__normalization': 'convolutions'},
                   {'training__label_smoothing': 0.1}, {'model__last_pool': False}):
        assert Recipe().replace(**change).hash() != Recipe().hash()


@pytest.mark.parametrize(('text', 'message'), [
    ('schedule = "linear"\ndrops = [6, 9]', r"training.drops: found \[6, 9\], which has no effect "
     "with the schedule 'linear'; leave it out, or choose the schedule 'drops'"),
    ('schedule = "cosine"\ndrop_factor = 0.5', "found 0.5, .* choose the schedule 'drops' or 'pla"),
    ('plateau_epochs = 3', "'drops'; leave it out, or choose the schedule 'plateau'")])
def test_what_the_schedule_passes_over_is_refused(text, message):
    with pytest.raises(UserError, match=message):
        Recipe.from_toml(f'[training]\n{text}')
    Recipe.from_toml(f'[training]\n{text}', of_run=True)


@pytest.mark.parametrize('text', [
    'schedule = "linear"', 'schedule = "linear"\ndrops = []', 'schedule = "plateau"',
    'schedule = "cosine"\ndrops = [10, 15]', 'schedule = "plateau"\ndrop_factor = 0.5'])
def test_defaults_that_the_schedule_passes_over_are_none_of_anybodys_choice(text):
    Recipe.from_toml(f'[training]\n{text}')


@pytest.mark.parametrize(('text', 'message'), [
    ('[training]\nbatchsize = 8', r'unknown key training.batchsize: did you mean '
                                  r'training.batch_size\?'),
    ('[trainning]\nseed = 8', r'unknown key trainning: did you mean training\?'),
    ('[model]\nzzzz = 8', 'unknown key model.zzzz: known are model.tasks'),
    ('seed = 8', r'unknown key seed'),
    ('training = 8', r'training: found 8, expected a table \[training\]'),
    ('[training]\nbatch_size = "8"', "training.batch_size: found '8', expected a whole number"),
    ('[training]\nbatch_size = 8.0', 'training.batch_size: found 8.0, expected a whole number'),
    ('[training]\nseed = true', 'training.seed: found True, expected a whole number'),
    ('[training]\ndrops = 3', 'training.drops: found 3, expected a list of whole numbers'),
    ('[training]\ndrops = [1.5]', 'training.drops: .* expected a list of whole numbers'),
    ('[training]\nmomentum = "0.9"', "training.momentum: found '0.9', expected a number"),
    ('[training]\ndevices = 0', 'training.devices: found 0, expected a text in quotes'),
    ('[data]\nmax_images = 0', 'data.max_images: found 0, expected 1 to 5'),
    ('[data]\nmax_images = 6', 'data.max_images: found 6, expected 1 to 5'),
    ('[data]\nsize = 300', 'data.shorter_side: found 256, expected at least data.size, 300'),
    ('[data]\nsize = 40', 'data.size: found 40, expected at least 48 for the trunk zfnet'),
    ('[data]\nmirror = 2', 'data.mirror: found 2.0, expected 0 to 1'),
    ('[model]\ntrunk = "vgg"', "model.trunk: found 'vgg', expected 'zfnet' or 'resnet50'"),
    ('[model]\ntasks = ["Color"]', "model.tasks: task: found 'Color', expected a name of lower-"),
    ('[model]\ntasks = ["params"]', "tasks: task: found 'params', which Chainer needs"),
    ('[model]\ntasks = ["loss"]', "model.tasks: task: found 'loss', which is taken"),
    ('[model]\ntasks = ["type", "type"]', 'expected one or more, each once'),
    ('[model]\ntasks = []', 'model.tasks: found'),
    ('[model]\ndropout = 1', 'model.dropout: found 1.0'),
    ('[model]\nwidth = 0', 'model.width: found 0.0, expected more than 0'),
    ('[model]\npooling = "median"', "found 'median', expected 'max' or 'mean' or 'sum'"),
    ('[model]\nfirst_ksize = 0', 'model.first_ksize: found 0, expected 1 or more'),
    ('[model]\ntrunk = "resnet50"\nfirst_ksize = 1', 'found 1, expected 7 with the trunk resnet50'),
    ('[training]\nepoch_batches = -1', 'training.epoch_batches: found -1, expected 0 or more'),
    ('[training]\nnormalize_over = "batch"\nprecision = "bfloat16"',
     "training.normalize_over: found 'batch', expected 'share' with the precision bfloat16"),
    ('[training]\nepochs = 0', 'training.epochs: found 0, expected more than 0'),
    ('[training]\nlearning_rate = -1', 'training.learning_rate: found -1.0'),
    ('[training]\nmomentum = 1', 'training.momentum: found 1.0, expected less than 1'),
    ('[training]\nschedule = "steps"', "expected 'drops' or 'plateau' or 'linear' or 'cosine'"),
    ('[training]\nwarmup = 1.0', 'training.warmup: found 1.0, expected 0 to less than 1'),
    ('[training]\nlabel_smoothing = -0.1', 'training.label_smoothing: found -0.1'),
    ('[training]\nloss = "hinge"', "training.loss: found 'hinge', expected 'cross_entropy'"),
    ('[training]\ncombine_losses = "max"', "found 'max', expected 'mean' or 'sum'"),
    ('[training]\ntask_weights = {season = 2}', "found 'season', expected some of the tasks"),
    ('[training]\ntask_weights = {gender = 0}', 'found 0.0 for gender, expected more than 0'),
    ('[training]\ntask_weights = {gender = "2"}', 'expected a table of numbers'),
    ('[data]\nexamples = "pairs"', "expected 'together' or 'groups' or 'single'"),
    ('[model]\nnormalization = "none"', "expected 'convolutions' or 'all'"),
    ('[model]\ntrunk = "resnet50"\nfirst_ksize = 3', 'which has no such option'),
    ('[training]\naccepted = "any"', "training.accepted: found 'any', expected 'first' or 'all'"),
    ('[training', 'not a TOML file'),
    ('[training]\nseed = 4294967296', 'seed: found 4294967296, expected 4294967295 or less'),
    ('[training]\nseed = 1' + 5000 * '0', 'a number of thousands of digits'),
    ('[training]\nseed = 0x1' + 5000 * '0', 'training.seed: found a number too large'),
    ('[training]\nmomentum = 1' + 400 * '0', 'training.momentum: found a number too large'),
    ('[training]\nlearning_rate = nan', 'training.learning_rate: found nan, expected a finite'),
    ('[training]\nlearning_rate = inf', 'training.learning_rate: found inf, expected a finite'),
    ('[training]\ntask_weights = {gender = nan}', 'training.task_weights: found nan'),
    ('[training]\ndrops = [-1]', 'training.drops: found -1, expected 0 or more'),
    ('[model]\nwidth = 1e9', 'model.width: found 1000000000.0, expected 8 or less'),
    ('[model]\npre_pool = 99999999', 'model.pre_pool: found 99999999, expected 65536 or less'),
    ('[data]\nsize = 48\n[model]\nfirst_ksize = 64',
     'data.size: found 48, expected at least 104 for the trunk zfnet, first_ksize 64'),
    ('seed = ' + 5000 * '[', 'nested too deep'),
    ('"a\\nb" = 1', r"unknown key 'a\\nb': known are"),
])
def test_faults_are_named_with_the_file(tmp_path, text, message):
    with pytest.raises(UserError, match=message) as caught:
        load(tmp_path, text)
    assert 'recipe.toml: ' in str(caught.value)
    assert '\n' not in str(caught.value)


def test_missing_file(tmp_path):
    with pytest.raises(UserError, match='cannot read the recipe'):
        Recipe.load(tmp_path / 'none.toml')


def test_what_is_no_text(tmp_path):
    (tmp_path / 'binary.toml').write_bytes(b'\x93NUMPY')
    with pytest.raises(UserError, match='binary.toml: cannot read the recipe: it is not in UTF-8$'):
        Recipe.load(tmp_path / 'binary.toml')
    (tmp_path / 'folder.toml').mkdir()
    with pytest.raises(UserError, match='folder.toml: cannot read the recipe: Is a directory$'):
        Recipe.load(tmp_path / 'folder.toml')


def test_options_of_trunks_are_fields_of_the_recipe():
    fields = {field.name for field in dataclasses.fields(Recipe().model)}
    for trunk in TRUNKS.values():
        assert set(trunk.options) <= fields


@pytest.mark.parametrize('name', ['compact', 'lyst2016', 'resnet50', 'small', 'tiny'])
def test_recipes_of_the_package_are_loaded_by_name(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert Recipe.load(name) == Recipe.load(RECIPES / f'{name}.toml')


def test_a_file_goes_before_a_recipe_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'small').write_text('[data]\nsize = 96\n')
    assert Recipe.load('small').data.size == 96


def test_no_such_recipe_lists_those_there_are():
    with pytest.raises(UserError, match='compact, lyst2016, resnet50, small, tiny'):
        Recipe.load('smal')


def test_task_weights_are_written_and_count_in_the_hash(tmp_path):
    recipe = Recipe().replace(training__task_weights={'colour': 2.0})
    assert load(tmp_path, recipe.to_toml()) == recipe
    assert recipe.hash() != Recipe().hash()


#: Values that recipes have had by mistake, or to do harm.
_VALUES = [
    'nan', '-inf', '1e400', '4294967296', '-1', '0', '9' * 400, '9' * 5000, '0x' + 'f' * 5000,
    '[' * 2000, '[' * 2000 + ']' * 2000, '{a = ' * 500, '"\\u0000"', '"\\U0010ffff"', 'true',
    '1979-05-27', '[[1], [2]]', '{}', '[]', '""', '"""', "'", '[nan]', '{gender = inf}', '1e-320']


@st.composite
def mutated_recipes(draw):
    text = (RECIPES / 'lyst2016.toml').read_text()
    lines = [line.partition('#')[0].rstrip() for line in text.splitlines()]
    lines = [line for line in lines if line.strip()]
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        key, _, value = lines[place].partition(' = ')
        lines[place] = draw(st.one_of(
            st.sampled_from(_VALUES).map(lambda new, key=key: f'{key} = {new}'),
            st.text(max_size=12).map(lambda new, key=key, value=value: f'{key}{new} = {value}'),
            st.one_of(st.integers(), st.floats()).map(lambda new, key=key: f'{key} = {new}'),
            st.text(max_size=30), st.just(''), st.sampled_from(lines)))
    return '\n'.join(lines)


@settings(max_examples=300, derandomize=True)
@given(mutated_recipes())
def test_any_text_is_a_recipe_or_one_clear_line(text):
    try:
        recipe = Recipe.from_toml(text)
    except UserError as error:
        assert len(str(error).splitlines()) == 1  # noqa: PT017
        assert len(str(error)) < 800  # noqa: PT017
    else:
        assert Recipe.from_toml(recipe.to_toml()) == recipe


def test_what_an_earlier_run_could_not_choose_is_what_was_done_then(tmp_path):
    text = '[model]\ndropout = 0.5\n'
    assert Recipe.from_toml(text).model.normalization == 'all'
    assert Recipe.from_toml(text, of_run=True).model.normalization == 'convolutions'
    assert Recipe.from_toml('', of_run=True).model.normalization == 'convolutions'
    written = Recipe.from_toml(text).to_toml()
    assert Recipe.from_toml(written, of_run=True) == Recipe.from_toml(text)


def test_for_some_of_its_tasks():
    recipe = Recipe().replace(
        training__task_weights={'colour': 2.0, 'type': 3.0},
        training__same_product_labels={'colour': 0.5})
    part = recipe.for_tasks(('gender', 'type'))
    assert part.model.tasks == ('gender', 'type')
    assert part.training.task_weights == {'type': 3.0}
    assert part.training.same_product_labels == {}
    assert recipe.for_tasks(recipe.model.tasks) == recipe
