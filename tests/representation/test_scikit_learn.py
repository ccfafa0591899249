"""scikit-learn where it is installed, and a line that says how to get it where it is not."""

import sys

import pytest

from fashion_models.errors import UserError
from fashion_models.representation.scikit_learn import scikit_learn


def test_gives_the_module():
    sklearn = pytest.importorskip('sklearn.linear_model')
    assert scikit_learn('linear_model', 'a test') is sklearn


def test_says_what_needs_it_and_what_installs_it(monkeypatch):
    monkeypatch.setitem(sys.modules, 'sklearn', None)
    monkeypatch.delitem(sys.modules, 'sklearn.linear_model', raising=False)
    with pytest.raises(UserError, match=r'a test needs scikit-learn.*fashion-models\[analysis\]'):
        scikit_learn('linear_model', 'a test')
