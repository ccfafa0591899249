"""What makes the catalogue hard: causes of error, each with a switch.

The article, "Working with Fashion Models", explains the errors of its model; the defaults here
are argued from its text alone. None was tuned on training results.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Difficulty:
    """How often each cause of error occurs; 0 switches it off.

    The article explains six colour errors one by one, without saying how frequent each cause is.
    Where it says no more, a cause's share of those six is used.

    Attributes:
        other_garments: Share of the pictures on a model in which other garments are worn too. "The
            text disambiguate[s] images containing multiple products": a top is not photographed
            without trousers, so this is nearly all.
        several_colours: Share of products with a second prominent colour. "Predicted as black but
            tagged as white, both are correct but we do not currently account for multiple colour
            labels": one error of the six.
        shades_between: Share of products in a shade between two labels. "It should probably be teal
            but we don't have a teal color label" is one error of the six; the t-SNE plot shows
            coral, and "a confusion over tan, khaki, beige and such", beside it: a fifth.
        misleading_tones: Share of pictures in front of a coloured wall; models of all skin tones
            come with it. "Labelled as white but predicted as pink due to the flesh tones":
            one error of the six.
        wrong_labels: Share of products whose colour a moderator got wrong. "We recently boosted
            colour accuracy over 90% by fixing our labels", from 67.5%: of 100 labels at least 22
            needed fixing. Half of those are put down to shades between two names (above), half to
            plain mistakes: a tenth. The other tasks, about which the article says nothing of the
            kind, get a quarter of that each.
        near_twins: Share of the products of subcategories that have a look-alike in another
            category (nightdresses and slip dresses, tunics and mini dresses) or their own (kitten
            heels and court shoes) that are cut like it. "Predicted as nightwear but labelled as a
            dress; ... predicted as a top but labelled as a dress" are both errors shown for
            category: a third.
        text_errors: Share of listings whose text names a colour that is not the product's. Texts
            raise the article's accuracy "above 80%", so they are mostly right: one in 30.
    """

    other_garments: float = 0.9
    several_colours: float = 1 / 6
    shades_between: float = 0.2
    misleading_tones: float = 1 / 6
    wrong_labels: float = 0.1
    near_twins: float = 1 / 3
    text_errors: float = 1 / 30


#: Everything off: clear colours, one garment a picture, neutral walls, true labels.
EASY = Difficulty(*[0.0] * len(dataclasses.fields(Difficulty)))

#: How often a moderator gives a shade between two labels the second of them.
RIVAL_LABEL = 0.4
