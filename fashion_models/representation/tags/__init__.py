"""Tags: which words of a listing's text its pictures confirm, and which they add.

A tagger is learned from a catalogue's labels and texts, and then judges the text of any listing.
"""

from fashion_models.representation.tags.learning import learn_tags
from fashion_models.representation.tags.tagger import Tag, Tagger, Tags
from fashion_models.representation.tags.words import Lexicon, Word

__all__ = ['Lexicon', 'Tag', 'Tagger', 'Tags', 'Word', 'learn_tags']
