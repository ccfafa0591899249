"""Search: the products most similar to one in the catalogue, or to one seen only in pictures.

Up to 100,000 vectors are all compared; among more, an index proposes candidates.
"""

from fashion_models.representation.search.searcher import Hit, Searcher, encoder_of

__all__ = ['Hit', 'Searcher', 'encoder_of']
