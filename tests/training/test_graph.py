import os
import re

import chainer
import numpy as np
import pytest

from fashion_models.errors import UserError
from fashion_models.training.graph import write_graph


@pytest.fixture
def loss():
    x = chainer.Variable(np.ones((2, 3), np.float32))
    return chainer.functions.sum(chainer.links.Linear(3, 1)(x))


@pytest.fixture
def graphviz(tmp_path, monkeypatch):
    """A program of this name, as a script."""
    def make(script):
        folder = tmp_path / 'bin'
        folder.mkdir()
        (folder / 'dot').write_text(f'#!/bin/sh\n{script}\n')
        (folder / 'dot').chmod(0o755)
        monkeypatch.setenv('PATH', f'{folder}{os.pathsep}{os.environ["PATH"]}')
    return make


def test_both_files(loss, tmp_path, graphviz):
    graphviz('grep -c label "$2"')
    assert write_graph(loss, tmp_path)
    labels = len(re.findall('label', (tmp_path / 'graph.dot').read_text()))
    assert 0 < int((tmp_path / 'graph.svg').read_text()) <= labels


def test_without_graphviz(loss, tmp_path, monkeypatch):
    monkeypatch.setenv('PATH', os.fspath(tmp_path))
    assert not write_graph(loss, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ['graph.dot']


def test_graphviz_that_fails_is_one_line(loss, tmp_path, graphviz):
    graphviz('echo no fonts >&2; exit 3')
    with pytest.raises(UserError, match='graph.dot: Graphviz cannot draw it: no fonts'):
        write_graph(loss, tmp_path)
    assert not (tmp_path / 'graph.svg').exists()
