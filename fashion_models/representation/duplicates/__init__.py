"""Duplicates: listings that are probably one product, by their pictures and their texts.

Pairs of neighbours are gathered with the evidence for and against them, and a calibration learned
from labelled pairs turns that into a probability.
"""

from fashion_models.representation.duplicates.calibration import Calibration
from fashion_models.representation.duplicates.labelled import calibrate_on
from fashion_models.representation.duplicates.pairs import Found, Pair, find, grouped

__all__ = ['Calibration', 'Found', 'Pair', 'calibrate_on', 'find', 'grouped']
