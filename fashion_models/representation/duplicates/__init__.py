"""Duplicates: listings that are probably one product, judging by their pictures and texts.

Neighbours are paired, evidence for and against each pair is gathered, and a calibration learned
from labelled pairs turns it into a probability.
"""

from fashion_models.representation.duplicates.calibration import Calibration
from fashion_models.representation.duplicates.labelled import calibrate_on
from fashion_models.representation.duplicates.pairs import Found, Pair, find, grouped

__all__ = ['Calibration', 'Found', 'Pair', 'calibrate_on', 'find', 'grouped']
