"""``fashion-models predict``."""

import json

import numpy as np
import pytest

from fashion_models import cli


def test_predict(trained, images, capsys):
    assert cli.main(['predict', str(trained.folder), *map(str, images[:2]), '--json']) == 0
    result = json.loads(capsys.readouterr().out)
    assert list(result) == ['gender', 'colour', 'type', 'category', 'subcategory']
    for probabilities in result.values():
        values = list(probabilities.values())
        assert sum(values) == pytest.approx(1, abs=1e-5)
        assert values == sorted(values, reverse=True)
    assert cli.main(['predict', str(trained.folder), str(images[0])]) == 0
    assert capsys.readouterr().out.splitlines()[0].startswith('gender')


def test_predict_agrees_with_evaluate(trained, toy_catalogue):
    import chainer

    from fashion_models.catalogue.io import open_catalogue
    from fashion_models.data.prepare import prepare
    from fashion_models.data.products import split_products
    from fashion_models.representation.encoder import Encoder
    from fashion_models.training.evaluation import evaluate
    catalogue = open_catalogue(toy_catalogue)
    store = prepare(catalogue, trained.recipe.data.shorter_side)
    products = split_products(catalogue, store, trained.vocabulary)['validation']
    encoder = Encoder(trained)
    evaluation = evaluate(encoder.model, products, trained.mean, chainer.get_device('@numpy'))
    by_id = {product.id: product for product in catalogue.products}
    compared = 0
    for row, id_ in enumerate(products.ids):
        files = [toy_catalogue / image for image in by_id[id_].images]
        result = encoder.predict(files)
        for task, y in evaluation.log_probabilities.items():
            ours = [result[task][label] for label in trained.vocabulary.labels[task]]
            np.testing.assert_allclose(ours, np.exp(y[row]), atol=1e-4)
        compared = max(compared, len(files))
    assert compared == 6    # more images than training draws


def test_any_number_of_images(trained, images, works):
    assert works('predict', trained.folder, *images[:7]).startswith('gender')


def test_vocabulary_that_does_not_match_the_snapshot(run_copy, fails):
    labels = json.loads((run_copy.folder / 'labels.json').read_text())
    labels['colour'].append('teal')
    (run_copy.folder / 'labels.json').write_text(json.dumps(labels))
    assert 'does not fit the recipe and the labels' in fails('predict', run_copy.folder, 'x.png')


def test_what_is_no_image(trained, tmp_path, fails):
    path = tmp_path / 'text.jpg'
    path.write_text('no image')
    assert 'text.jpg: not a usable image' in fails('predict', trained.folder, path)
    assert 'none.jpg: not a usable image' in fails('predict', trained.folder, tmp_path / 'none.jpg')
