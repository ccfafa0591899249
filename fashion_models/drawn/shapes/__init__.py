"""Parametric drawings, one module per family; each drawing is a :class:`Sketch`."""

from fashion_models.drawn.shapes.accessories import (
    Belt,
    Glasses,
    Glove,
    draw_belt,
    draw_glasses,
    draw_glove,
)
from fashion_models.drawn.shapes.bags import Bag, draw_bag
from fashion_models.drawn.shapes.cloth import Cloth, Look
from fashion_models.drawn.shapes.garment_cut import Upper
from fashion_models.drawn.shapes.garment_sets import (
    Dungarees,
    Outfit,
    Swimsuit,
    draw_dungarees,
    draw_outfit,
    draw_swimsuit,
)
from fashion_models.drawn.shapes.garment_upper import draw_upper
from fashion_models.drawn.shapes.hats import Hat, draw_hat
from fashion_models.drawn.shapes.jewellery import (
    Bracelet,
    Earring,
    Necklace,
    Ring,
    draw_bracelet,
    draw_earring,
    draw_necklace,
    draw_ring,
)
from fashion_models.drawn.shapes.scarves import Scarf, Tie, draw_scarf, draw_tie
from fashion_models.drawn.shapes.shoe_cut import Shoe
from fashion_models.drawn.shapes.shoes import draw_shoe
from fashion_models.drawn.shapes.skirts import Skirt, draw_skirt
from fashion_models.drawn.shapes.trousers import Trousers, draw_trousers
from fashion_models.drawn.shapes.watches import Watch, draw_watch
from fashion_models.drawn.sketch import Sketch

#: The function that draws each family.
DRAW = {
    Upper: draw_upper, Trousers: draw_trousers, Skirt: draw_skirt, Outfit: draw_outfit,
    Dungarees: draw_dungarees, Swimsuit: draw_swimsuit, Shoe: draw_shoe, Bag: draw_bag,
    Necklace: draw_necklace, Earring: draw_earring, Bracelet: draw_bracelet, Ring: draw_ring,
    Watch: draw_watch, Hat: draw_hat, Scarf: draw_scarf, Glove: draw_glove, Belt: draw_belt,
    Glasses: draw_glasses, Tie: draw_tie,
}


def draw(features: object, cloth: Cloth, look: Look) -> Sketch:
    """Draws a product of any family.

    Args:
        features: One of the dataclasses that :data:`DRAW` lists.
        cloth (Cloth): Its paints.
        look (Look): The side that is seen.

    Returns: Sketch.
    """
    return DRAW[type(features)](features, cloth, look)
