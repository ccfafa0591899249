"""The multi-task network: its heads one by one, and joined."""

import chainer
import numpy as np

from fashion_models.links import MultiTaskClassifier, ProductEncoder, ZFNet, fold_for_inference


def test_joined_heads_give_the_same_scores():
    model = MultiTaskClassifier(ProductEncoder(ZFNet(64, width=0.1, image_features=30)),
                                {'gender': 2, 'colour': 16, 'type': 1})
    h = np.random.default_rng(0).normal(size=(5, model.encoder.out_size)).astype('f')
    with chainer.using_config('train', False):
        expected = [y.array for y in model.classify(h)]
        found = [y.array for y in fold_for_inference(model).classify(h)]
    for one, other in zip(expected, found):
        np.testing.assert_allclose(other, one, rtol=1e-4, atol=1e-5)
    assert [y.shape for y in found] == [(5, 2), (5, 16), (5, 1)]
