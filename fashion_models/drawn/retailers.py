"""The shops, and how each photographs.

"Our images exhibit variation in terms of scale, alignment and orientation. They can also have
variation in lighting and background" (the article, The Data). All names are invented.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Retailer:
    """A shop's style.

    Attributes:
        name (str): As it appears in listings.
        background (tuple): Colours of the wall, top and bottom.
        margin (tuple): Least and greatest free border, as a share of the picture.
        offset (float): Standard deviation of the alignment, as a share of the picture.
        tilt (float): Standard deviation of the rotation, in radians.
        light (tuple): Direction to the light.
        contrast (float): Hardness of the light.
        cast (tuple): Factors of red, green and blue.
        shadow (str): ``'soft'``, ``'hard'``, ``'floor'`` or ``'none'``.
        quality (int): JPEG quality.
        subsampling (int): JPEG chroma subsampling, 0 (none) or 2 (4:2:0).
        views (dict): How frequent each view is.
        dummy (bool): Whether clothes are shown on a dummy instead of a model.
        head (bool): Whether the heads of models are in the picture.
        style (str): Style of its texts; see :mod:`~fashion_models.drawn.copywriting`.
    """

    name: str
    background: tuple = ((255, 255, 255), (255, 255, 255))
    margin: tuple = (0.06, 0.1)
    offset: float = 0.01
    tilt: float = 0.0
    light: tuple = (-0.6, -0.8)
    contrast: float = 1.0
    cast: tuple = (1.0, 1.0, 1.0)
    shadow: str = 'soft'
    quality: int = 90
    subsampling: int = 0
    views: dict = dataclasses.field(default_factory=lambda: dict(PACKSHOTS))
    dummy: bool = False
    head: bool = True
    style: str = 'plain'


PACKSHOTS = {'front': 6, 'angled': 3, 'back': 2, 'detail': 2, 'model': 2}
MODELS = {'front': 2, 'angled': 1, 'back': 2, 'detail': 2, 'model': 7}

RETAILERS = (
    Retailer('Pavilion Row'),
    Retailer('Maison Verel', background=((238, 237, 235), (226, 225, 223)), margin=(0.12, 0.2),
        offset=0.015, light=(-0.8, -0.6), contrast=1.15, cast=(1.02, 1.0, 0.97), quality=92,
        views=MODELS, style='luxury'),
    Retailer('Northgate & Sons', background=((246, 246, 248), (232, 233, 238)),
        margin=(0.05, 0.12), light=(0.6, -0.8), cast=(0.98, 1.0, 1.02), shadow='floor', quality=85,
        subsampling=2, dummy=True, style='heritage'),
    Retailer('Kettle Lane', margin=(0.02, 0.06), offset=0.02, tilt=0.02, light=(0, -1),
        contrast=0.8, shadow='none', quality=72, subsampling=2, style='terse'),
    Retailer('Solvane', background=((250, 248, 244), (240, 236, 230)), margin=(0.08, 0.16),
        offset=0.03, tilt=0.03, light=(-0.28, -0.96), contrast=1.1, cast=(1.03, 1.0, 0.95),
        shadow='hard', quality=80, subsampling=2, views=MODELS, head=False, style='young'),
    Retailer('Atelier Brume', background=((224, 228, 230), (208, 213, 217)), margin=(0.14, 0.24),
        offset=0.02, tilt=0.01, light=(-0.96, -0.28), contrast=1.25, cast=(0.97, 1.0, 1.03),
        quality=94, views=MODELS, style='poetic'),
    Retailer('Harbour Street', background=((255, 255, 255), (248, 248, 248)), margin=(0.04, 0.1),
        offset=0.015, tilt=0.015, light=(0.8, -0.6), contrast=0.9, cast=(1.0, 1.01, 1.0),
        quality=78, subsampling=2, dummy=True),
    Retailer('The Cutting Room', background=((236, 230, 222), (222, 214, 204)), margin=(0.1, 0.2),
        offset=0.02, tilt=0.02, contrast=1.2, cast=(1.04, 1.0, 0.94), shadow='hard', quality=86,
        subsampling=2, views=MODELS, style='heritage'),
    Retailer('Mode Quartier', background=((255, 255, 255), (240, 240, 242)), margin=(0.06, 0.14),
        offset=0.02, light=(0, -1), cast=(1.0, 0.99, 1.01), shadow='floor', quality=88,
        views=MODELS, head=False, style='luxury'),
    Retailer('Lumen & Thread', background=((246, 243, 240), (234, 230, 226)), margin=(0.08, 0.18),
        offset=0.03, tilt=0.04, light=(0.28, -0.96), contrast=1.05, cast=(1.02, 0.99, 0.98),
        quality=70, subsampling=2, style='young'),
    Retailer('Parade House', margin=(0.1, 0.14), offset=0.008, contrast=0.95,
        cast=(0.99, 0.99, 0.99), shadow='none', quality=84, subsampling=2, dummy=True,
        style='terse'),
    Retailer('Fold Collective', background=((232, 234, 236), (218, 220, 224)), margin=(0.1, 0.2),
        offset=0.025, tilt=0.03, light=(0.6, -0.8), contrast=1.1, cast=(0.98, 0.99, 1.0),
        shadow='hard', quality=76, subsampling=2, views=MODELS, style='poetic'),
)

#: Coloured walls, for the switch ``misleading_tones``.
TINTED_WALLS = (
    ((236, 206, 196), (222, 186, 176)), ((198, 214, 226), (178, 198, 214)),
    ((214, 196, 172), (196, 174, 148)), ((198, 212, 196), (178, 196, 178)),
    ((226, 214, 232), (206, 192, 216)), ((196, 122, 92), (172, 100, 74)),
    ((72, 76, 84), (52, 55, 62)), ((240, 226, 178), (226, 208, 152)),
)
