"""The shops: how each photographs.

"Our images exhibit variation in terms of scale, alignment and orientation. They can also have
variation in lighting and background" (the article, The Data). All names are invented.
"""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Retailer:
    """A shop's style.

    Attributes:
        name (str): As in a listing.
        background (tuple): Colours of the wall, top and bottom.
        margin (tuple): Free border, as a share of the picture, from and to.
        offset (float): Standard deviation of the alignment, as a share of the picture.
        tilt (float): Standard deviation of the rotation, in radians.
        light (tuple): Direction to the light.
        contrast (float): Hardness of the light.
        cast (tuple): Factors of red, green and blue.
        shadow (str): ``'soft'``, ``'hard'``, ``'floor'`` or ``'none'``.
        quality (int): Of the JPEG files.
        subsampling (int): Their chroma subsampling, 0 (none) or 2 (4:2:0).
        views (dict): View to how often it is shown.
        dummy (bool): Clothes are put on a dummy, not on a model.
        head (bool): Models are shown with their heads.
        style (str): Of its texts; see :mod:`texts`.
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
    Retailer('Pavilion Row', style='plain'),
    Retailer(
        'Maison Verel',
        ((238, 237, 235), (226, 225, 223)),
        (0.12, 0.2),
        0.015,
        0,
        (-0.8, -0.6),
        1.15,
        (1.02, 1.0, 0.97),
        'soft',
        92,
        0,
        MODELS,
        style='luxury',
    ),
    Retailer(
        'Northgate & Sons',
        ((246, 246, 248), (232, 233, 238)),
        (0.05, 0.12),
        0.01,
        0,
        (0.6, -0.8),
        1.0,
        (0.98, 1.0, 1.02),
        'floor',
        85,
        2,
        dict(PACKSHOTS),
        True,
        style='heritage',
    ),
    Retailer(
        'Kettle Lane',
        ((255, 255, 255), (255, 255, 255)),
        (0.02, 0.06),
        0.02,
        0.02,
        (0, -1),
        0.8,
        (1.0, 1.0, 1.0),
        'none',
        72,
        2,
        dict(PACKSHOTS),
        style='terse',
    ),
    Retailer(
        'Solvane',
        ((250, 248, 244), (240, 236, 230)),
        (0.08, 0.16),
        0.03,
        0.03,
        (-0.28, -0.96),
        1.1,
        (1.03, 1.0, 0.95),
        'hard',
        80,
        2,
        MODELS,
        False,
        False,
        style='young',
    ),
    Retailer(
        'Atelier Brume',
        ((224, 228, 230), (208, 213, 217)),
        (0.14, 0.24),
        0.02,
        0.01,
        (-0.96, -0.28),
        1.25,
        (0.97, 1.0, 1.03),
        'soft',
        94,
        0,
        MODELS,
        style='poetic',
    ),
    Retailer(
        'Harbour Street',
        ((255, 255, 255), (248, 248, 248)),
        (0.04, 0.1),
        0.015,
        0.015,
        (0.8, -0.6),
        0.9,
        (1.0, 1.01, 1.0),
        'soft',
        78,
        2,
        dict(PACKSHOTS),
        True,
        style='plain',
    ),
    Retailer(
        'The Cutting Room',
        ((236, 230, 222), (222, 214, 204)),
        (0.1, 0.2),
        0.02,
        0.02,
        (-0.6, -0.8),
        1.2,
        (1.04, 1.0, 0.94),
        'hard',
        86,
        2,
        MODELS,
        style='heritage',
    ),
    Retailer(
        'Mode Quartier',
        ((255, 255, 255), (240, 240, 242)),
        (0.06, 0.14),
        0.02,
        0,
        (0, -1),
        1.0,
        (1.0, 0.99, 1.01),
        'floor',
        88,
        0,
        MODELS,
        False,
        False,
        style='luxury',
    ),
    Retailer(
        'Lumen & Thread',
        ((246, 243, 240), (234, 230, 226)),
        (0.08, 0.18),
        0.03,
        0.04,
        (0.28, -0.96),
        1.05,
        (1.02, 0.99, 0.98),
        'soft',
        70,
        2,
        dict(PACKSHOTS),
        style='young',
    ),
    Retailer(
        'Parade House',
        ((255, 255, 255), (255, 255, 255)),
        (0.1, 0.14),
        0.008,
        0,
        (-0.6, -0.8),
        0.95,
        (0.99, 0.99, 0.99),
        'none',
        84,
        2,
        dict(PACKSHOTS),
        True,
        style='terse',
    ),
    Retailer(
        'Fold Collective',
        ((232, 234, 236), (218, 220, 224)),
        (0.1, 0.2),
        0.025,
        0.03,
        (0.6, -0.8),
        1.1,
        (0.98, 0.99, 1.0),
        'hard',
        76,
        2,
        MODELS,
        style='poetic',
    ),
)

#: Walls with a colour of their own, for the switch ``misleading_tones``.
TINTED_WALLS = (
    ((236, 206, 196), (222, 186, 176)),
    ((198, 214, 226), (178, 198, 214)),
    ((214, 196, 172), (196, 174, 148)),
    ((198, 212, 196), (178, 196, 178)),
    ((226, 214, 232), (206, 192, 216)),
    ((196, 122, 92), (172, 100, 74)),
    ((72, 76, 84), (52, 55, 62)),
    ((240, 226, 178), (226, 208, 152)),
)
