import pytest


@pytest.fixture(scope='session')
def words(tiny, toy_catalogue, tmp_path_factory):
    """The arguments of an experiment on the toy catalogue, for an epoch of training."""
    folder = tmp_path_factory.mktemp('experiments')
    recipe = tiny.replace(training__epochs=1, training__drops=())
    (folder / 'tiny.toml').write_text(recipe.to_toml())
    return ['--catalogue', str(toy_catalogue), '--recipe', str(folder / 'tiny.toml'),
            '--runs', str(folder / 'runs'), '--out', str(folder / 'results')]
