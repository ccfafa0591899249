"""The prominent colours of a product, one or several.

The network was taught one colour per product: its probabilities say which one that would be, not
what else is there. So it is asked about one part at a time. An image's foreground is divided into a
few colours (k-means). For each of them, all the others are painted over with it, which leaves the
product in its own shape and light but in one colour, as the network has learnt to name them. A
colour's share is that of the parts given its name.
"""

import dataclasses
import itertools

import numpy as np

from fashion_models.errors import UserError
from fashion_models.representation.picture_encoder import Paths, PictureEncoder

#: A colour with at least this share of a product is prominent. Chosen on the embedded catalogue;
#: :mod:`fashion_models.experiments.colours` measures what it finds.
PROMINENT = 0.25

PARTS = 4           # colours that an image's foreground is divided into
SMALLEST = 0.08     # share of the foreground below which a part is not asked about
SAME = 10           # distance below which two parts are one colour, in CIELAB weighted as below
FOREGROUND = 10     # distance from the border's colour above which a pixel is foreground
LIGHTNESS = 0.5     # weight of lightness against hue and chroma: folds and shadows change it


@dataclasses.dataclass(frozen=True)
class Colours:
    """The colours of a product.

    Attributes:
        probabilities (dict): Label to the probability that it is the product's colour, supposing it
            has one only; the likeliest first. What :meth:`Encoder.predict` says.
        shares (dict): Label to its share of the product, between 0 and 1, the largest first; labels
            that were not seen are left out.
        prominent (tuple of str): The labels with a share of at least ``PROMINENT``, or else the one
            with the largest.
    """

    probabilities: dict
    shares: dict

    @property
    def prominent(self) -> tuple[str, ...]:
        labels = [label for label, share in self.shares.items() if share >= PROMINENT]
        return tuple(labels) or tuple(self.shares)[:1]


def colours(encoder: PictureEncoder, paths: Paths) -> Colours:
    """The colours of one product.

    Args:
        encoder: Of a run trained on the task colour.
        paths: One image file of the product, or a list of several.

    Returns:
        Shares are medians over the images, so that another garment in one of several does not
        count; if the medians are all zero, they are means.

    Raises:
        UserError: If a file is not an image, or the network was not trained on colours.
    """
    if encoder.run is None:
        raise UserError('colours: need a network that was trained on them; an image tower was not')
    run = encoder.run
    if 'colour' not in run.vocabulary.tasks:
        raise UserError(
            f'{run.folder}: was trained on {", ".join(run.vocabulary.tasks)}, not on colour')
    labels = run.vocabulary.labels['colour']
    x = encoder.read(paths)
    images = x.reshape(-1, *run.mean.shape)
    divided = [divide((image + run.mean).transpose(1, 2, 0)) for image in images]
    asked = np.stack([part.image.transpose(2, 0, 1) for parts in divided for part in parts])
    answers = iter(encoder.probabilities(asked - run.mean)['colour'])
    by_image = np.zeros((len(images), len(labels)))
    for row, parts in zip(by_image, divided):
        names = np.array([next(answers) for _ in parts])
        for group in merge(parts):
            weights = [parts[number].share for number in group]
            row[np.average(names[group], axis=0, weights=weights).argmax()] += sum(weights)
    shares = np.median(by_image, axis=0)
    if not shares.any():    # no colour is in half of the images
        shares = by_image.mean(axis=0)
    probabilities, = encoder.probabilities(x)['colour']
    return Colours(_ranked(labels, probabilities), _ranked(labels, shares))


def _ranked(labels, values):
    return {
        labels[number]: float(values[number])
        for number in np.argsort(-values, kind='stable') if values[number]}


@dataclasses.dataclass(frozen=True)
class Part:
    """One of the colours into which an image's foreground is divided.

    Attributes:
        share (float): Of the foreground, the middle counting more than the edges; the shares of all
            parts add up to 1.
        colour (numpy.ndarray): (3,), in CIELAB with weighted lightness.
        image (numpy.ndarray): (h, w, 3), the image with the rest of the foreground painted over in
            the part's mean colour.
    """

    share: float
    colour: np.ndarray
    image: np.ndarray


def divide(image: np.ndarray) -> list[Part]:
    """Divides an image's foreground into parts of one colour each.

    Whatever has nearly the colour of the left, right and upper borders is background. An image that
    is all background, such as a white shirt on white, is one part.

    Args:
        image: (h, w, 3), 0 to 255.

    Returns:
        1 to ``PARTS``.
    """
    colour = lab(image) * (LIGHTNESS, 1, 1)
    border = np.concatenate([colour[0], colour[:, 0], colour[:, -1]])
    distance = np.linalg.norm(colour - np.median(border, axis=0), axis=2)
    foreground = distance > FOREGROUND
    if foreground.mean() < 0.05:
        foreground = distance > FOREGROUND / 2.5
    if foreground.mean() < 0.03:
        return [Part(1.0, colour.mean(axis=(0, 1)), image)]
    weights = _centred(foreground.shape)[foreground]
    numbers = k_means(colour[foreground], weights, PARTS)
    pixels = image[foreground]
    parts = []
    for number in np.unique(numbers):
        own = numbers == number
        share = weights[own].sum() / weights.sum()
        if share < SMALLEST:
            continue
        mean = np.average(pixels[own], axis=0, weights=weights[own])
        painted = image.copy()
        painted[foreground] = np.where(own[:, np.newaxis], pixels, mean)
        middle = np.average(colour[foreground][own], axis=0, weights=weights[own])
        parts.append(Part(share, middle, painted))
    total = sum(part.share for part in parts)
    return [dataclasses.replace(part, share=part.share / total) for part in parts]


def merge(parts: list[Part]) -> list[list[int]]:
    """Groups the numbers of parts that are shades of the same colour."""
    groups = [[number] for number in range(len(parts))]

    def middle(group):
        return np.average(
            [parts[number].colour for number in group], axis=0,
            weights=[parts[number].share for number in group])

    while len(groups) > 1:
        distance, one, other = min(
            (np.linalg.norm(middle(groups[one]) - middle(groups[other])), one, other)
            for one, other in itertools.combinations(range(len(groups)), 2))
        if distance > SAME:
            break
        groups[one] += groups.pop(other)
    return groups


def k_means(points: np.ndarray, weights: np.ndarray, k: int, rounds: int = 12) -> np.ndarray:
    """Clusters points (m, d) with weights (m,) into k or fewer: (m,) numbers, deterministic."""
    rng = np.random.default_rng(0)
    centres = points[rng.choice(len(points), 1, p=weights / weights.sum())]
    while len(centres) < k:
        # k-means++ (Arthur & Vassilvitskii, 2007): far points are likelier to come next.
        far = _squares(points, centres).min(axis=1) * weights
        if not far.any():
            break
        centres = np.concatenate([centres, points[rng.choice(len(points), 1, p=far / far.sum())]])
    for _ in range(rounds):
        numbers = _squares(points, centres).argmin(axis=1)
        for number in np.unique(numbers):
            own = numbers == number
            centres[number] = np.average(points[own], axis=0, weights=weights[own])
    return numbers


def _squares(points, centres):
    return ((points[:, np.newaxis] - centres) ** 2).sum(axis=2)


def _centred(shape):
    """Weights of pixels: 1 in the middle, less towards the edges."""
    y, x = (((np.arange(size) + 0.5) / size - 0.5) / 0.35 for size in shape)
    return np.exp(-(y[:, np.newaxis] ** 2 + x ** 2) / 2)


def lab(image: np.ndarray) -> np.ndarray:
    """CIELAB (CIE 1976, D65) of sRGB values from 0 to 255: (…, 3) -> (…, 3)."""
    rgb = np.asarray(image, float) / 255
    linear = np.where(rgb > 0.04045, ((rgb + 0.055) / 1.055) ** 2.4, rgb / 12.92)
    xyz = linear @ _XYZ.T / _XYZ.sum(axis=1)    # white is all ones
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


#: From linear sRGB to XYZ (IEC 61966-2-1).
_XYZ = np.array([
    [0.4124, 0.3576, 0.1805],
    [0.2126, 0.7152, 0.0722],
    [0.0193, 0.1192, 0.9505]])
