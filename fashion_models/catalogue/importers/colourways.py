"""Which pictures show which colour of a product, where a shop sells it in several."""

import collections
from collections.abc import Iterable, Iterator, Mapping

#: What is noted of a product whose variants have several colours and no pictures of their own.
WHICH_COLOUR = 'products in several colours, and which one a picture shows is not said: no colour'
#: What is noted of a picture that several colours of a product name.
SHARED = 'pictures that several colours of a product name, not used where they may show another one'


def of_one_colour(named: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """The pictures that each colour of a product names and no other one does.

    What several name shows one of them, or all, and nothing says which. Only what has no colour
    (``''`` or ``()``) keeps all.
    """
    named = {colour: list(dict.fromkeys(pictures)) for colour, pictures in named.items()}
    counts = collections.Counter(
        picture for colour, pictures in named.items() if colour for picture in pictures)
    return {colour: [picture for picture in pictures if not colour or counts[picture] < 2]
            for colour, pictures in named.items()}


def unused(own: Mapping[str, Iterable[str]], named: Iterable[str], further: Iterable[str],
           why: str) -> Iterator[tuple[str, str]]:
    """Yields each picture of a product that is of none of its colours, and what to note of it.

    Args:
        own: The pictures of each colour, as of :func:`of_one_colour`.
        named: The pictures that colours name.
        further: Those of the product as a whole.
        why: What to note of pictures that no colour names.
    """
    told = {picture for pictures in own.values() for picture in pictures}
    named = dict.fromkeys(named)
    for picture in dict.fromkeys([*further, *named]):
        if picture not in told:
            yield picture, SHARED if picture in named else why
