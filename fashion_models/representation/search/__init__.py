"""Search: the products most similar to one that is known, or to one seen only in pictures.

Among up to 100,000 vectors the search compares them all; beyond, an index proposes candidates.
"""

from fashion_models.representation.search.searcher import Hit, Searcher, encoder_of

__all__ = ['Hit', 'Searcher', 'encoder_of']
