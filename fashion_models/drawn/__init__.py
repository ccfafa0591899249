"""A fashion shop drawn by code: a simulation with known truth, to try things on and measure with.

::

    from fashion_models.drawn import draw, product, synthesise

    draw(product('gowns', colour='Red'), 'front', 128).show()
    synthesise('shop', products=2000, seed=0)
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

    from fashion_models.drawn.difficulty import Difficulty
    from fashion_models.drawn.retailers import Retailer
    from fashion_models.drawn.specification import ProductSpec


def product(
        subcategory: str, gender: str | None = None, colour: str | None = None, seed: int = 0,
        difficulty: Difficulty | None = None) -> ProductSpec:
    """Invents one product.

    Args:
        subcategory (str): One of the 158.
        gender (str): ``'female'`` or ``'male'``; random if None.
        colour (str): One of the sixteen; random if None.
        seed (int): Each seed gives another product.
        difficulty (Difficulty): Causes of error; without any if None.

    Returns: :class:`~fashion_models.drawn.specification.ProductSpec`.
    """
    from fashion_models.drawn.difficulty import EASY
    from fashion_models.drawn.specification import specify

    return specify(seed, seed, subcategory, 0, f'single {subcategory}', difficulty or EASY, gender,
        colour)


def draw(
        spec: ProductSpec, view: str = 'front', size: int = 128, retailer: Retailer | None = None,
        difficulty: Difficulty | None = None) -> Image.Image:
    """Draws one picture of a product.

    Args:
        spec (ProductSpec): The product, from :func:`product`.
        view (str): ``'front'``, ``'angled'``, ``'back'``, ``'detail'`` or ``'model'``.
        size (int): Width and height in pixels.
        retailer (Retailer): The style; the plainest, on white, if None.
        difficulty (Difficulty): Causes of error; without any if None.

    Returns: PIL image, RGB, (size, size).
    """
    from fashion_models.drawn.difficulty import EASY
    from fashion_models.drawn.photograph import photograph, shot
    from fashion_models.drawn.retailers import RETAILERS

    dice, retailer = spec.dice('draw', view), retailer or RETAILERS[0]
    scene, wall, _ = shot(spec, view, retailer, dice, difficulty or EASY)
    return photograph(scene, retailer, size, dice, wall)


def synthesise(folder: str | os.PathLike, **options) -> None:
    """Draws a catalogue: see :func:`fashion_models.drawn.generator.synthesise`."""
    from fashion_models.drawn import generator

    generator.synthesise(folder, **options)
