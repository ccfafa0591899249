import json
import pathlib
import shutil

import pytest

from fashion_models.experiments.graph import main


def test_graph(words, monkeypatch, capsys):
    monkeypatch.setattr(shutil, 'which', lambda name: None)
    assert main(words) == 0
    folder = pathlib.Path(words[-1]) / 'graph' / 'toy'
    figures = json.loads((folder / 'results.json').read_text())['figures']
    assert figures['images_per_product'] > 1
    assert figures['x'][1] == 3 * figures['images_per_product']
    functions = figures['functions']
    # Five convolutions, one pooling over the images, five losses.
    # Five convolutions; two dense layers of the trunk, three of the encoder.
    assert functions['Convolution2D'] == 5
    assert functions['BatchNormalization'] == 10
    assert functions['ColumnMaxPooling'] == 1
    assert functions['SoftmaxCrossEntropy'] == 5
    dot = (folder / 'graph.dot').read_text()
    assert dot.count('label="SoftmaxCrossEntropy"') == 5
    assert not (folder / 'graph.svg').exists()
    assert 'no dot (of the package graphviz)' in capsys.readouterr().err


@pytest.mark.skipif(shutil.which('dot') is None, reason='needs dot, of Graphviz')
def test_svg(words):
    assert main(words) == 0
    svg = (pathlib.Path(words[-1]) / 'graph' / 'toy' / 'graph.svg').read_text()
    assert '<svg' in svg
    assert 'SoftmaxCrossEntropy' in svg
