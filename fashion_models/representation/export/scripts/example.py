"""Predicts the labels of one product from its images: python example.py front.jpg back.jpg ..."""

import sys

import numpy as np
import onnxruntime
from preprocessing import CONSTANTS, HERE, read

tower, product = (
    onnxruntime.InferenceSession(HERE / name, providers=['CPUExecutionProvider'])
    for name in ('image.onnx', 'product.onnx'))

images = []
for path in sys.argv[1:]:
    try:
        images.append(read(path))
    except (OSError, ValueError) as error:
        sys.exit(f'{path}: {error}')
images = np.stack(images)                                               # (n, 3, size, size)
features, = tower.run(None, {'images': images})                         # (n, f)
representation, *scores, vector = product.run(None, {'features': features[np.newaxis]})

print('representation', *representation[0, :4].round(4), '...')         # (1, d), of unit length
print('vector', *vector[0, :4].round(4), '...')                         # (1, size), likewise
for (task, labels), y in zip(CONSTANTS['labels'].items(), scores):      # y: (1, classes)
    probabilities = np.exp(y[0] - y[0].max())
    probabilities /= probabilities.sum()
    best = probabilities.argmax()
    print(task, labels[best], f'{probabilities[best]:.4f}')
