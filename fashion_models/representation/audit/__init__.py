"""Audit: which labels of a catalogue are probably wrong, for a person to review.

The judges are networks that never saw the product; their suspicions go onto a page with pictures
and into a CSV file for the answers.
"""

from fashion_models.representation.audit.judge import Judged, judge
from fashion_models.representation.audit.review import Suspect, write_review

__all__ = ['Judged', 'Suspect', 'judge', 'write_review']
