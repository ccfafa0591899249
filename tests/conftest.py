"""Fixtures that every test may use."""

import os
import pathlib

import pytest

import fashion_models  # noqa: F401  (adapts Chainer, which test modules import first)


@pytest.fixture(scope='session')
def shared_data():
    """Folder of real images for development; tests that need it are skipped where it is absent."""
    default = pathlib.Path(__file__).resolve().parents[2] / 'shared' / 'data'
    folder = pathlib.Path(os.environ.get('FASHION_MODELS_SHARED_DATA', default))
    if not folder.is_dir():
        pytest.skip(f'needs the real development images, and there is no {folder} '
                    '(set FASHION_MODELS_SHARED_DATA to their folder)')
    return folder
