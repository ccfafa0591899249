"""Parametric drawings, one module per family; each function returns a :class:`Sketch`."""

from fashion_models.catalogue.synthetic.shapes import (
    accessories,
    bags,
    jewellery,
    lower,
    shoes,
    upper,
    whole,
)

#: The function that draws each family of features.
DRAW = {
    upper.Upper: upper.draw,
    lower.Trousers: lower.draw_trousers,
    lower.Skirt: lower.draw_skirt,
    whole.Outfit: whole.draw_outfit,
    whole.Dungarees: whole.draw_dungarees,
    whole.Swimsuit: whole.draw_swimsuit,
    shoes.Shoe: shoes.draw,
    bags.Bag: bags.draw,
    jewellery.Necklace: jewellery.draw_necklace,
    jewellery.Earring: jewellery.draw_earring,
    jewellery.Bracelet: jewellery.draw_bracelet,
    jewellery.Ring: jewellery.draw_ring,
    jewellery.Watch: jewellery.draw_watch,
    accessories.Hat: accessories.draw_hat,
    accessories.Scarf: accessories.draw_scarf,
    accessories.Glove: accessories.draw_glove,
    accessories.Belt: accessories.draw_belt,
    accessories.Glasses: accessories.draw_glasses,
    accessories.Tie: accessories.draw_tie,
}


def draw(features, cloth, look):
    """Draws a thing of any family."""
    return DRAW[type(features)](features, cloth, look)
