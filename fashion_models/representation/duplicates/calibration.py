"""Turns evidence into the probability that two listings are one product, learned from pairs.

A logistic regression on two to four numbers per pair, saved as JSON together with the precision and
recall it reached on its labelled pairs: a threshold for a wanted precision is looked up there.
"""

import dataclasses
import os
import pathlib

import numpy as np

from fashion_models.errors import UserError
from fashion_models.files import atomic_write, sealed, unsealed
from fashion_models.optional import require
from fashion_models.parsing import json_file, require_form
from fashion_models.representation.duplicates.evidence import IMAGES, TEXT, Evidence
from fashion_models.representation.metrics import precision_recall
from fashion_models.surrogates import json_text

#: Learned from the embedded catalogue; ``docs/duplicates.rst`` says how.
DEFAULT = pathlib.Path(__file__).with_name('duplicates.json')

#: The features of each model. Pairs with texts on both sides are judged by pictures and texts.
MODELS = {'images': IMAGES, 'images and text': IMAGES + TEXT}

#: The least number of labelled pairs of either kind for a calibration, and of pairs above a
#: threshold for stating its precision.
LEAST = 20
_FORMAT = 1
#: Log odds beyond which a probability is 0 or 1 anyway; the exponential of more overflows.
_SURE = 700
_NUMBER = (float, None)     # the precision of no pairs is none
_CURVE = [{'threshold': float, 'pairs': int, 'precision': _NUMBER, 'recall': _NUMBER}]
_MODEL = {'features': [str], 'mean': [float], 'scale': [float], 'weights': [float],
          'intercept': float, 'curve': _CURVE, 'mutual?': _CURVE}
_CALIBRATION = {'format': int, 'models': {'images': _MODEL, 'images and text?': _MODEL}, 'origin': {
    'catalogue_name?': (str, None), 'listings?': int}}
_GRID = np.arange(1, 100) / 100


@dataclasses.dataclass(frozen=True)
class Model:
    """A logistic regression on features of pairs, and how well it did.

    Attributes:
        features (tuple of str): Their names.
        mean, scale (tuple of float): The features' means and standard deviations.
        weights (tuple of float): Of the features, in standard deviations.
        intercept (float): The log odds where all features are at their means.
        curve (tuple of dict): For thresholds 0.01 to 0.99: ``'threshold'``, the number of labelled
            ``'pairs'`` above it, and their ``'precision'`` and ``'recall'`` (None if there are no
            such pairs).
        mutual (tuple of dict): The same of mutual pairs alone; empty if it was not measured.
    """

    features: tuple
    mean: tuple
    scale: tuple
    weights: tuple
    intercept: float
    curve: tuple = ()
    mutual: tuple = ()

    def probability(self, evidence: Evidence) -> np.ndarray:
        """The probability that each pair is one product: (m,) float64.

        Args:
            evidence: With all of the model's features.
        """
        x = (evidence.columns(self.features) - self.mean) / self.scale
        log_odds = x @ np.array(self.weights) + self.intercept
        return 1 / (1 + np.exp(np.clip(-log_odds, -_SURE, _SURE)))

    def reached(self, threshold: float) -> dict | None:
        """The point of the curve at the highest recorded threshold up to ``threshold``."""
        below = [point for point in self.curve if point['threshold'] <= threshold + 1e-9]
        return below[-1] if below else self.curve[0] if self.curve else None

    def threshold(self, precision: float) -> float | None:
        """The lowest recorded threshold with at least this precision, or None."""
        for point in self.curve:
            if point['pairs'] >= LEAST and point['precision'] >= precision:
                return point['threshold']
        return None

    @property
    def best_precision(self) -> float | None:
        """The highest precision of any threshold with enough pairs above it, or None."""
        return max((point['precision'] for point in self.curve if point['pairs'] >= LEAST),
                   default=None)


def fit_model(features: tuple[str, ...], evidence: Evidence, same: np.ndarray,
              total: int | None = None) -> Model:
    """Learns a model from labelled pairs.

    Args:
        features: The names of those to use.
        evidence: m pairs with these features.
        same: (m,) bool, whether each pair is one product.
        total: How many pairs are one product in all, if some are missing from these.

    Raises:
        UserError: If there are too few pairs of either kind, or scikit-learn is not installed.
    """
    count = int(same.sum())
    if min(count, len(same) - count) < LEAST:
        raise UserError(
            f'too few labelled pairs for a calibration: {count} of one product and '
            f'{len(same) - count} of two, among neighbours; expected {LEAST} or more of each')
    linear_model = require('sklearn.linear_model', extra='analysis', purpose='a calibration')
    x = evidence.columns(features)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    scale[scale == 0] = 1
    regression = linear_model.LogisticRegression(max_iter=1000).fit((x - mean) / scale, same)
    model = Model(
        tuple(features), tuple(mean.tolist()), tuple(scale.tolist()),
        tuple(regression.coef_[0].tolist()), float(regression.intercept_[0]))
    total = count if total is None else total
    probabilities = model.probability(evidence)
    model = dataclasses.replace(model, curve=_curve(probabilities, same, total))
    if 'mutual' in evidence.features:
        chosen = evidence.features['mutual'] > 0
        model = dataclasses.replace(
            model, mutual=_curve(probabilities[chosen], same[chosen], total))
    return model


def _curve(probabilities, same, total):
    thresholds, precision, recall = precision_recall(probabilities, same, total)
    points = []
    for threshold in _GRID:
        above = int((thresholds >= threshold).sum())    # thresholds fall
        points.append({
            'threshold': round(float(threshold), 2),
            'pairs': int((probabilities >= threshold).sum()),
            'precision': float(precision[above - 1]) if above else None,
            'recall': float(recall[above - 1]) if above else None})
    return tuple(points)


@dataclasses.dataclass(frozen=True)
class Calibration:
    """Models for pairs with and without texts.

    Attributes:
        models (dict): ``'images'`` and, if there were texts to learn from, ``'images and text'``,
            each to its :class:`Model`.
        origin (dict): Where the labelled pairs came from, JSON-ready, for people to read.
    """

    models: dict
    origin: dict

    @classmethod
    def load(cls, file: str | os.PathLike = DEFAULT) -> 'Calibration':
        """Reads what :meth:`save` wrote.

        Raises:
            UserError: If the file is not a calibration.
        """
        try:
            record = json_file(file)
            require_form(record, _CALIBRATION)
            if 'checksum' in record:    # others were written before there was one
                record = unsealed(record)
            if record['format'] != _FORMAT:
                raise ValueError('another format')
            return cls({name: _model(name, record['models'][name])
                        for name in MODELS if name in record['models']}, record['origin'])
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise UserError(
                f'{file}: not a calibration; expected a JSON file that "fashion-models duplicates" '
                f'learned ({reason})') from None

    def of_mutual_pairs(self) -> 'Calibration':
        """The same, with the curves of mutual pairs alone, which are empty if not measured."""
        return dataclasses.replace(self, models={
            name: dataclasses.replace(model, curve=model.mutual)
            for name, model in self.models.items()})

    def save(self, file: str | os.PathLike) -> None:
        """Writes the calibration as JSON."""
        record = {'format': _FORMAT, 'origin': self.origin, 'models': {
            name: dataclasses.asdict(model) for name, model in self.models.items()}}
        with atomic_write(file, 'w', [b'{'], encoding='utf-8') as out:
            out.write(json_text(sealed(record), indent=1) + '\n')


def _model(name, fields):
    """A model from its JSON object; ValueError if it is none of that name."""
    names = (key.removesuffix('?') for key in _MODEL)
    model = Model(**{key: tuple(fields[key]) if isinstance(fields[key], list) else fields[key]
                     for key in names if key in fields})
    if model.features != MODELS[name]:
        raise ValueError(f'{name}: found other features')
    if not (len(model.features) == len(model.mean) == len(model.scale) == len(model.weights)
            and min(model.scale) > 0 and model.curve
            and all(point['pairs'] < LEAST or point['precision'] is not None
                    for point in model.curve + model.mutual)):
        raise ValueError(f'{name}: what it says does not fit together')
    return model


def calibrate(evidence: Evidence, same: np.ndarray, total: int | None = None,
              origin: dict | None = None) -> Calibration:
    """Learns a calibration from labelled pairs.

    Args:
        evidence: Of m pairs.
        same: (m,) bool, whether each pair is one product.
        total: How many pairs are one product in all, if some are missing from these.
        origin: Where the pairs came from.

    Returns:
        With a model for texts if enough pairs have texts on both sides.

    Raises:
        UserError: As :func:`fit_model` does.
    """
    total = int(same.sum()) if total is None else total
    models = {'images': fit_model(MODELS['images'], evidence, same, total)}
    told = with_texts(evidence)
    count = int(same[told].sum())
    if min(count, told.sum() - count) >= LEAST:
        # Pairs that were not gathered are assumed to have texts as often as the others.
        models['images and text'] = fit_model(
            MODELS['images and text'], evidence.chosen(told), same[told],
            round(total * count / same.sum()))
    return Calibration(models, dict(origin or {}))


def with_texts(evidence: Evidence) -> np.ndarray:
    """Which pairs have texts on both sides: (m,) bool."""
    if 'words' not in evidence.features:
        return np.zeros(len(evidence), bool)
    return ~np.isnan(evidence.features['words'])
