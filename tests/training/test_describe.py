import pathlib

from fashion_models.training.describe import describe
from fashion_models.training.recipe import Recipe

RECIPES = pathlib.Path(__file__).resolve().parents[2] / 'fashion_models' / 'recipes'


def test_the_articles_network():
    text = describe(Recipe.load(RECIPES / 'lyst2016.toml'), n=2)
    rows = {line.split()[0]: line for line in text.splitlines()}
    assert '1 x 6 x 224 x 224' in rows['x']
    assert '2 x 4096' in rows['encoder/trunk/fc7']
    assert '2 x 1024' in rows['encoder/pre_pool']
    assert '1 x 1024' in rows['encoder/column_max_pooling']
    assert '1 x 1024' in rows['encoder/representation']
    assert '1 x 158' in rows['heads/subcategory']
    # 9216 inputs, a scale and a shift for each of 4096 units.
    assert f'{9218 * 4096:,}' in rows['encoder/trunk/fc6']
    total = sum(int(line.split()[-1].replace(',', '')) for line in text.splitlines()[1:-1])
    assert rows['all'].split()[-1] == f'{total:,}'


def test_a_trunk_of_blocks():
    text = describe(Recipe.load(RECIPES / 'resnet50.toml').replace(
        data__size=64, model__width=0.1), n=1)
    assert 'encoder/trunk/res5' in text


def test_attention_is_a_layer_with_weights():
    text = describe(Recipe.load(RECIPES / 'tiny.toml').replace(model__pooling='attention'))
    rows = {line.split()[0]: line for line in text.splitlines()}
    assert rows['encoder/column_attention_pooling'].split()[-1] == '128'
