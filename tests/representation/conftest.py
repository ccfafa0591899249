"""A trained network and its catalogue, made in a second or two."""

import pytest

from fashion_models.training import train


@pytest.fixture(scope='session')
def tiny_run(tiny, toy_catalogue, tmp_path_factory):
    """(run folder, catalogue folder): a tiny network trained on 80 drawn products; read only."""
    folder = tmp_path_factory.mktemp('representation') / 'run'
    run, _ = train.train(tiny, toy_catalogue, folder)
    return run.folder, toy_catalogue
