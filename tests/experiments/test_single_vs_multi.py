import json
import pathlib

import pytest
from PIL import Image

from fashion_models.catalogue.split import split_of
from fashion_models.data.views import View
from fashion_models.experiments.measuring import tasks_and_images
from fashion_models.experiments.measuring.tasks_and_images import SCHEDULES, WAYS
from fashion_models.experiments.single_vs_multi import main
from fashion_models.training.run import Run


@pytest.fixture(scope='module')
def results(words):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks_and_images, 'FEWEST_PRODUCTS', 1)
        assert main([*words, '--seeds', '1']) == 0
    return json.loads(
        (pathlib.Path(words[-1]) / 'single_vs_multi' / 'toy' / 'results.json').read_text())


def test_single_task(results):
    for task, found in results['figures']['single_task'].items():
        assert task in ('colour', 'category')
        assert set(found['schedules']) == set(SCHEDULES)
        losses = {name: tried['validation_loss'] for name, tried in found['schedules'].items()}
        assert losses[found['chosen']] == min(losses.values())
        for split in 'validation', 'test':
            own = found[split]
            assert own['difference']['value'] == pytest.approx(
                own['multi']['value'] - own['single']['value'])


def test_one_task_keeps_its_weight_alone(tiny):
    recipe = tiny.replace(training__task_weights={'colour': 2.0, 'type': 0.5})
    for _, own, _ in tasks_and_images.single_task_kinds(recipe, 'colour').values():
        assert own.model.tasks == ('colour',)
        assert own.training.task_weights == {'colour': 2.0}


def test_multi_image(results):
    images = results['figures']['images']
    updates = images['updates']
    assert updates['single-image'] > updates['multi-image']
    for split in 'validation', 'test':
        own = images[split]
        assert set(own['accuracy']) == set(WAYS)
        for name, difference in own['difference'].items():
            assert difference['all']['value'] == pytest.approx(
                own['accuracy']['multi-image']['all']['value']
                - own['accuracy'][name]['all']['value'])


def test_by_number_of_images(results):
    for split in 'validation', 'test':
        own = results['figures']['images'][split]
        assert sum(of_n['products'] for of_n in own['by_images'].values()) == own['products']
        one = own['by_images'].get('1')
        if one:     # a product of one image is the same to both ways of a single-image network
            assert one['accuracy']['single-image'] == one['accuracy']['single-image, averaged']
        shown = own['shown']
        assert list(shown['accuracy']) == [str(n) for n in range(1, shown['images'] + 1)]
        assert 2 <= shown['images'] <= 5


def test_runs_are_those_that_are_needed(results, words):
    runs = [Run.open(path.parent) for path in
            pathlib.Path(words[words.index('--runs') + 1]).glob('*/provenance.json')]
    # Of all tasks, of single images, and of two tasks with two schedules each.
    assert len(results['runs']) == 2 + 2 * len(SCHEDULES)
    # Those of folds are other experiments'.
    flat = [run for run in runs if run.view == View(flattened=True)]
    assert 0 in {run.recipe.training.epoch_batches for run in flat}
    epochs = {tried['epochs'] for tried in
              results['figures']['single_task']['colour']['schedules'].values()}
    assert {run.recipe.training.epochs for run in runs
            if run.recipe.model.tasks == ('colour',)} >= epochs


def test_figure(results, words):
    picture = pathlib.Path(words[-1]) / 'single_vs_multi' / 'toy' / 'images.png'
    assert picture.stat().st_size < 300_000
    assert Image.open(picture).size == (1210, 484)


def test_tables(results):
    titles = [table['title'] for table in results['tables']]
    assert titles[0].startswith('Accuracy, multi-task against single-task')
    assert any('Multi-image minus each' in title for title in titles)
    article = results['tables'][1]['rows'][0]
    assert article[:3] == ['the article: multi-image', '0.731', '0.886']


def test_a_task_without_labels_is_refused_if_it_was_asked_for(lacking, tmp_path, capsys):
    assert main([*lacking(labels=['colour']), '--tasks', 'type', 'colour']) == 2
    error = capsys.readouterr().err
    assert "tasks: found 'colour', of which no product of" in error
    assert 'expected some of gender, type, category, subcategory\n' in error
    assert not (tmp_path / 'runs').exists()


def test_a_small_catalogue_without_colours(lacking, capsys, tmp_path):
    assert main(lacking(labels=['colour'])) == 0
    results = json.loads(
        (tmp_path / 'results' / 'single_vs_multi' / 'toy' / 'results.json').read_text())
    assert list(results['figures']['single_task']) == ['category']
    assert all(table['rows'] for table in results['tables'])
    # The article's mean is one of five tasks.
    multi, single = results['tables'][1]['rows'][:2]
    assert multi[:3] == ['the article: multi-image', '-', '0.886']
    assert single[:3] == ['the article: single-image', '-', '0.856']


def test_a_task_without_labels_in_the_test_split_is_told_before_training(
        lacking, tmp_path, capsys):
    def labelled(product):
        return split_of(product.group) == 'test' and product.label('gender') is not None
    assert main([*lacking(products=labelled), '--tasks', 'gender']) == 3
    assert 'no product of the test split has a label of gender' in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()


@pytest.fixture
def one_task(lacking):
    """A function: the arguments for a toy catalogue that has labels of one task only."""
    def make(**without):
        return lacking(labels=['gender', 'colour', 'type', 'subcategory'], **without)
    return make


def test_one_task_is_not_compared_with_itself(one_task, tmp_path):
    assert main(one_task()) == 0
    folder = tmp_path / 'results' / 'single_vs_multi' / 'toy'
    results = json.loads((folder / 'results.json').read_text())
    assert results['figures']['single_task'] == {}
    assert len(results['runs']) == 2
    # No number of images has enough products for accuracies of its own.
    assert Image.open(folder / 'images.png').size == (682, 484)


@pytest.mark.parametrize(('asked', 'expected'), [
    (['--tasks', 'category'], 'products have labels of category only, so that several tasks '),
    ([], 'products have labels of category only, and no training product several images; ')])
def test_one_task_alone_cannot_be_compared(one_task, asked, expected, tmp_path, capsys):
    assert main([*one_task(several_images=True), *asked]) == 3
    assert expected in capsys.readouterr().err
    assert not (tmp_path / 'runs').exists()


def test_nothing_to_compare(lacking, tmp_path, capsys):
    assert main(lacking(labels=['colour', 'category'], several_images=True)) == 3
    assert 'no product has a label of colour or category, and no training product several' in (
        capsys.readouterr().err)
    assert not (tmp_path / 'runs').exists()
