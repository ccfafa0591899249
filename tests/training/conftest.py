import pytest

from fashion_models.training.recipe import Data, Model, Recipe, Training


@pytest.fixture(scope='session')
def tiny():
    """A recipe whose training takes seconds."""
    return Recipe(
        Data(shorter_side=52, size=48),
        Model(width=0.06, image_features=24, pre_pool=16, post_pool=16, representation=16),
        Training(batch_size=8, devices='@numpy', epochs=2, drops=(1,), learning_rate=0.01))
