"""The shop's taxonomy: 5 types, 35 categories and 158 subcategories, as in the article.

The article names some of them (shoes -> trainers -> hi-top trainers, clothing -> dresses -> gowns)
and gives the numbers of types and subcategories; the rest is what a fashion shop sells.
"""

from fashion_models.drawn.assortment_accessories import ACCESSORIES, BAGS, JEWELLERY
from fashion_models.drawn.assortment_clothing import CLOTHING
from fashion_models.drawn.assortment_shoes import SHOES

#: type -> category -> (relative frequency in the shop, its kinds, the commonest first).
TAXONOMY = {'clothing': CLOTHING, 'shoes': SHOES, 'bags': BAGS, 'jewellery': JEWELLERY,
    'accessories': ACCESSORIES}


def _paths():
    for type_, categories in TAXONOMY.items():
        for category, (share, kinds) in categories.items():
            # Zipf's law within a category: the k-th subcategory sells like 1 / k.
            weights = [1 / (rank + 1) for rank in range(len(kinds))]
            for kind, weight in zip(kinds, weights):
                yield kind, (type_, category), share * weight / sum(weights)


#: Subcategory name -> its kind, its (type, category), its relative frequency in the shop.
KINDS = {kind.name: kind for kind, _, _ in _paths()}
PLACES = {kind.name: place for kind, place, _ in _paths()}
SHARES = {kind.name: share for kind, _, share in _paths()}


def siblings(name: str) -> list[str]:
    """The other subcategories of a subcategory's category."""
    type_, category = PLACES[name]
    return [kind.name for kind in TAXONOMY[type_][category][1] if kind.name != name]


def taxonomy() -> dict[str, dict[str, list[str]]]:
    """``{type: {category: [subcategory, ...]}}``, for a catalogue's header."""
    return {type_: {category: [kind.name for kind in kinds] for category,
        (_, kinds) in categories.items()} for type_, categories in TAXONOMY.items()}
