"""Audit: which labels of a catalogue are probably wrong, for a person to review.

The judges are networks that never saw the product (:mod:`.judge`); their suspicions go onto a page
with pictures and into a CSV file for the answers.
"""

from fashion_models.representation.audit.review import Suspect, write_review
from fashion_models.representation.audit.sections import review_sections

__all__ = ['Suspect', 'review_sections', 'write_review']
