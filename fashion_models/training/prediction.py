"""From the image files of one product to the network's input, and from its output to labels."""

import chainer
import chainer.functions as F
import numpy as np

from fashion_models.catalogue.decode import ImageError, load_image
from fashion_models.data.crops import assemble
from fashion_models.errors import UserError


def read_product(paths, shorter_side, mean):
    """The network's input for one product: (1, 3 * n, size, size) float32, cropped in the centre.

    Args:
        paths (list): One or more image files.
        shorter_side (int): Pixels to scale the shorter side to.
        mean (numpy.ndarray): (3, size, size) float32.

    Raises:
        UserError: If a file is no image.
    """
    images = []
    for path in paths:
        try:
            images.append(load_image(path, shorter_side))
        except (ImageError, OSError) as error:
            raise UserError(f'{path}: not a usable image: {error}') from error
    return assemble([images], mean, np.zeros(1, bool))


def probabilities(vocabulary, ys):
    """Probabilities of all labels of one product, from the network's scores.

    Args:
        vocabulary (~fashion_models.data.vocabulary.Vocabulary): The labels of each task.
        ys (list of ~chainer.Variable): For each task, (1, classes).

    Returns:
        dict: From each task to a dict from label to probability, the likeliest first.
    """
    result = {}
    for (task, labels), y in zip(vocabulary.labels.items(), ys):
        values = chainer.cuda.to_cpu(F.softmax(y).array[0])
        result[task] = {
            labels[number]: float(values[number])
            for number in np.argsort(-values, kind='stable')}
    return result
