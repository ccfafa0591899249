"""Audit: which labels of a catalogue are probably wrong, for a person to review.

Networks that never saw a product judge its labels (:mod:`.judge`). The suspected ones go onto a
page with pictures and into a CSV file for the answers.
"""

from fashion_models.representation.audit.review import Suspect, write_review
from fashion_models.representation.audit.sections import review_sections

__all__ = ['Suspect', 'review_sections', 'write_review']
