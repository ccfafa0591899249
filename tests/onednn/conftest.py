"""Skips these tests where oneDNN is not installed."""

import pytest

from fashion_models.onednn import library


@pytest.fixture(autouse=True)
def onednn():
    """The loaded library."""
    try:
        return library.load()
    except library.Unavailable as unavailable:
        pytest.skip(f'needs oneDNN: {unavailable}')
