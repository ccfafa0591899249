"""What CONTRIBUTING.rst sends a newcomer to is there."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TEXT = (ROOT / 'CONTRIBUTING.rst').read_text('utf-8')
PATHS = sorted({
    path for path in re.findall(r'``((?:fashion_models|tests|docs|\.ci)/[\w./-]+)``', TEXT)
    if 'NAME' not in path and '_build' not in path})


@pytest.mark.parametrize('path', PATHS)
def test_a_path_that_it_names_exists(path):
    assert (ROOT / path).exists()


def test_it_names_some():
    assert len(PATHS) > 10
