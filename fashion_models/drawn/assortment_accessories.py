"""Bags, jewellery and accessories: 16 categories, 52 subcategories."""

from fashion_models.drawn.shapes.accessories import Belt, Glasses, Glove
from fashion_models.drawn.shapes.bags import Bag
from fashion_models.drawn.shapes.hats import Hat
from fashion_models.drawn.shapes.jewellery import Bracelet, Earring, Necklace, Ring
from fashion_models.drawn.shapes.scarves import Scarf, Tie
from fashion_models.drawn.shapes.watches import Watch
from fashion_models.drawn.subcategory import (
    BRIGHT,
    CANVAS,
    LEATHER_COLOURS,
    LEATHERS,
    METAL_COLOURS,
    METALS,
    NYLON,
    SILKS,
    STONE_COLOURS,
    SUIT_COLOURS,
    WOOLLEN,
    Kind,
    OneOf,
    Range,
)

HANDBAGS = [
    Kind('tote bags', Bag(top=Range(1.2, 1.4), bottom=Range(1.15, 1.3), height=Range(1.8, 2.1),
        handles='tote', slouch=OneOf(0, 0.25), panels=OneOf(True, False, False),
        tassel=OneOf(False, False, True)), 'fm', LEATHERS | {'cotton': 2}, LEATHER_COLOURS,
        words=('tote', 'tote bag', 'shopper')),
    Kind('shoulder bags', Bag(top=Range(1.1, 1.25), bottom=Range(1.2, 1.4),
        height=Range(1.25, 1.45), flap=Range(0.55, 0.7), handles=OneOf('strap', 'chain'),
        closure=OneOf('turnlock', 'clasp'), quilted=OneOf(False, False, True),
        flap_kind=OneOf('round', 'square'), studs=OneOf(False, False, True)), 'f', LEATHERS,
        LEATHER_COLOURS, words=('shoulder bag',)),
    Kind('cross-body bags', Bag(top=Range(0.85, 1.0), bottom=Range(0.9, 1.05),
        height=Range(1.1, 1.3), corner=Range(0.2, 0.4), handles='strap', closure='zip',
        tassel=OneOf(False, True), pocket=OneOf('none', 'zip')), 'fm', LEATHERS, LEATHER_COLOURS,
        words=('cross-body bag', 'camera bag')),
    Kind('top-handle bags', Bag(top=Range(0.9, 1.05), bottom=Range(1.3, 1.45),
        height=Range(1.4, 1.6), handles='top', closure=OneOf('padlock', 'turnlock'),
        wings=OneOf(True, False)), 'f', LEATHERS, LEATHER_COLOURS, words=('top-handle bag',
        'satchel')),
    Kind('bucket bags', Bag(top=Range(0.8, 0.9), bottom=Range(0.9, 1.05), height=Range(1.6, 1.8),
        handles='strap', closure='drawstring', slouch=0.4), 'f', LEATHERS, LEATHER_COLOURS,
        words=('bucket bag',)),
    Kind('hobo bags', Bag(top=Range(1.2, 1.35), bottom=Range(1.3, 1.45), height=Range(1.4, 1.6),
        corner=0.7, handles='hobo', closure='zip', slouch=0.8), 'f', LEATHERS, LEATHER_COLOURS,
        words=('hobo bag', 'slouchy bag')),
]
CLUTCHES = [
    Kind('envelope clutches', Bag(top=1.5, bottom=1.5, height=Range(1.15, 1.4), corner=0.06,
        handles=OneOf('none', 'wrist'), flap=Range(0.6, 0.8), flap_kind='envelope'), 'f',
        LEATHERS | {'satin': 1, 'woven': 0.6}, words=('envelope clutch', 'clutch')),
    Kind('box clutches', Bag(top=1.25, bottom=1.25, height=Range(0.95, 1.1),
        corner=Range(0.1, 0.35), handles=OneOf('none', 'chain'), closure='frame'), 'f',
        {'sequin': 3, 'satin': 2, 'velvet': 1.4, 'metal': 1.4, 'patent': 1, 'crocodile': 0.6},
        words=('box clutch', 'minaudiere')),
]
BACKPACKS = [
    Kind('backpacks', Bag(top=Range(0.92, 1.02), bottom=Range(1.05, 1.2), height=Range(2.0, 2.3),
        corner=0.4, handles='back', closure='zip', pocket=OneOf('front', 'zip', 'patch')), 'fm',
        NYLON | {'leather': 2, 'floral': 0.5}, words=('backpack',)),
    Kind('rucksacks', Bag(top=1.05, bottom=1.15, height=Range(1.8, 2.1), handles='back',
        flap=Range(0.5, 0.65), closure='buckles', pocket=OneOf('none', 'pair'),
        panels=OneOf(True, False)), 'fm', {'cotton': 5, 'leather': 2}, words=('rucksack',)),
]
LUGGAGE = [
    Kind('holdalls', Bag(top=1.55, bottom=1.7, height=Range(1.3, 1.5), corner=0.25, handles='pair',
        closure='zip', panels=OneOf(True, False), pocket=OneOf('none', 'zip')), 'fm',
        CANVAS | {'nylon': 2}, words=('holdall', 'weekend bag')),
    Kind('briefcases', Bag(top=1.4, bottom=1.42, height=Range(1.15, 1.3), corner=0.12,
        handles='top', flap=OneOf(0, 0.45), flap_kind='square', closure=OneOf('zip', 'buckles'),
        pocket='zip'), 'm', LEATHERS, LEATHER_COLOURS, words=('briefcase', 'laptop bag')),
    Kind('suitcases', Bag(top=1.05, bottom=1.05, height=Range(2.3, 2.8), corner=0.2,
        handles='telescope', ribs=True), 'fm', {'nylon': 4, 'metal': 1},
        words=('suitcase', 'cabin case')),
]
WALLETS = [
    Kind('purses', Bag(top=1.15, bottom=1.15, height=Range(0.9, 1.1), corner=0.12,
        handles=OneOf('none', 'wrist'), closure='zip'), 'f', LEATHERS, LEATHER_COLOURS,
        words=('purse', 'zip purse')),
    Kind('wallets', Bag(top=1.1, bottom=1.1, height=Range(1.2, 1.4), corner=0.1, handles='none',
        slots=OneOf(0, 3), fold=OneOf(True, False)), 'm', LEATHERS, LEATHER_COLOURS,
        words=('wallet', 'card holder', 'billfold')),
]
#: category -> (relative frequency in the shop, its kinds, the commonest first).
BAGS = {'handbags': (6, HANDBAGS), 'clutches': (1.4, CLUTCHES), 'backpacks': (1.4, BACKPACKS),
    'luggage': (1.2, LUGGAGE), 'wallets': (1.4, WALLETS)}

GEMS = {'gem': 1}
NECKLACES = [
    Kind('pendants', Necklace('pendant', drop=Range(1.4, 1.8), stone=OneOf('drop', 'round', 'heart',
        'bar', 'disc', 'star')), 'f', GEMS, METAL_COLOURS | {'Blue': 4, 'Green': 3, 'Red': 2},
        words=('pendant', 'necklace')),
    Kind('chains', Necklace('chain', drop=Range(1.4, 1.9), link=Range(0.14, 0.34)), 'fm', METALS,
        METAL_COLOURS, words=('chain', 'chain necklace')),
    Kind('beaded necklaces', Necklace('pearls', drop=Range(1.2, 1.6)), 'f', {'pearl': 1},
        STONE_COLOURS | {'White': 40}, words=('pearl necklace', 'beaded necklace')),
    Kind('statement necklaces', Necklace('statement', drop=Range(1.3, 1.5)), 'f', GEMS,
        STONE_COLOURS | {'Multicolour': 8}, words=('statement necklace', 'bib necklace')),
]
EARRINGS = [
    Kind('stud earrings', Earring('stud', size=Range(0.42, 0.6), stone=OneOf('round', 'round',
        'pearl', 'heart', 'star', 'disc')), 'f', GEMS, STONE_COLOURS,
        words=('studs', 'stud earrings')),
    Kind('drop earrings', Earring(OneOf('drop', 'drop', 'chandelier'), size=Range(0.3, 0.8),
        stone=OneOf('drop', 'disc', 'bar')), 'f', GEMS, STONE_COLOURS,
        words=('drop earrings', 'chandelier earrings')),
    Kind('hoop earrings', Earring('hoop', size=Range(0.1, 0.6)), 'f', METALS, METAL_COLOURS,
        words=('hoops', 'hoop earrings')),
]
BRACELETS = [
    Kind('bangles', Bracelet('bangle', width=Range(0.14, 0.34)), 'f', METALS, METAL_COLOURS,
        words=('bangle',)),
    Kind('chain bracelets', Bracelet(OneOf('chain', 'charm', 'tennis')), 'f', GEMS, METAL_COLOURS,
        words=('bracelet', 'charm bracelet')),
    Kind('beaded bracelets', Bracelet('beads'), 'fm', {'pearl': 1}, STONE_COLOURS | {'Brown': 8},
        words=('beaded bracelet',)),
    Kind('cuffs', Bracelet(OneOf('cuff', 'cuff', 'leather')), 'fm', METALS, METAL_COLOURS
        | {'Black': 14, 'Brown': 8}, words=('cuff', 'leather bracelet')),
]
RINGS = [
    Kind('band rings', Ring(OneOf('band', 'stacking'), width=Range(0.22, 0.5)), 'fm', METALS,
        METAL_COLOURS, words=('ring', 'band ring')),
    Kind('cocktail rings', Ring(OneOf('cocktail', 'solitaire')), 'f', GEMS, STONE_COLOURS,
        words=('cocktail ring', 'stone ring')),
    Kind('signet rings', Ring('signet', width=0.3), 'm', METALS, METAL_COLOURS,
        words=('signet ring',)),
]
#: As above.
JEWELLERY = {'necklaces': (2.6, NECKLACES), 'earrings': (2.4, EARRINGS),
    'bracelets': (2, BRACELETS), 'rings': (1.6, RINGS)}

WOOL = {'knit': 4, 'cable': 2, 'rib': 1.4, 'fair_isle': 1, 'stripes': 0.8}
HATS = [
    Kind('beanies', Hat('beanie', crown=Range(0.95, 1.25), pompom=OneOf(True, False)), 'fm', WOOL,
        words=('beanie', 'bobble hat')),
    Kind('baseball caps', Hat('cap', crown=Range(1.0, 1.15)), 'fm', {'cotton': 5, 'nylon': 1,
        'camouflage': 0.6, 'denim': 0.6, 'leather': 0.4}, words=('cap', 'baseball cap')),
    Kind('fedoras', Hat('brim', brim=Range(0.4, 0.55), crown=Range(1.05, 1.2), pinch=True), 'fm',
        {'fleece': 5, 'woven': 1, 'tweed': 0.6}, words=('fedora', 'trilby', 'felt hat')),
    Kind('sun hats', Hat(OneOf('brim', 'brim', 'bucket'), brim=Range(0.9, 1.2),
        crown=Range(0.8, 0.95), droop=Range(0.08, 0.28)), 'f', {'woven': 6, 'cotton': 1,
        'stripes': 0.6}, {'Beige': 46, 'Black': 16, 'White': 12, 'Brown': 8, 'Pink': 6, 'Navy': 6,
        'Red': 6}, words=('sun hat', 'summer hat')),
    Kind('flat caps', Hat('flat'), 'm', {'tweed': 6, 'windowpane': 1.4, 'tartan': 1, 'cotton': 1},
        {'Grey': 30, 'Brown': 22, 'Black': 18, 'Navy': 14, 'Green': 8, 'Beige': 8},
        words=('flat cap', 'newsboy cap')),
]
SCARVES = [
    Kind('winter scarves', Scarf(OneOf('long', 'long', 'skinny', 'snood')), 'fm',
        WOOL | {'tartan': 3, 'fleece': 1}, words=('scarf', 'wool scarf')),
    Kind('silk scarves', Scarf('square', fringe=False), 'f', SILKS,
        words=('silk scarf', 'square scarf')),
    Kind('shawls', Scarf('shawl'), 'f', WOOLLEN | {'floral': 1, 'leopard': 0.8, 'silk': 1},
        words=('shawl', 'wrap', 'pashmina')),
]
GLOVES = [
    Kind('leather gloves', Glove('fingers', cuff=Range(0.3, 1.2), fur=OneOf(False, False, True)),
        'fm', {'leather': 5, 'suede': 1.4}, LEATHER_COLOURS, words=('leather gloves', 'gloves')),
    Kind('knitted gloves', Glove(OneOf('mitten', 'fingerless', 'fingers'), cuff=Range(0.5, 0.8),
        lines=False), 'fm', WOOL, words=('knitted gloves', 'mittens')),
]
BELTS = [
    Kind('leather belts', Belt('buckle', width=Range(0.22, 0.34)), 'fm', LEATHERS, LEATHER_COLOURS,
        words=('belt', 'leather belt')),
    Kind('waist belts', Belt(OneOf('wide', 'obi'), width=Range(0.28, 0.5)), 'f',
        LEATHERS | {'satin': 0.6}, LEATHER_COLOURS, words=('waist belt', 'wide belt')),
    Kind('plaited belts', Belt('plaited', width=Range(0.24, 0.36)), 'fm', {'woven': 1},
        LEATHER_COLOURS, words=('plaited belt', 'woven belt')),
]
SUNGLASSES = [
    Kind('square sunglasses', Glasses(OneOf('square', 'oversized', 'sport'),
        frame=Range(0.07, 0.13)), 'fm', {'patent': 5, 'leopard': 1.2}, LEATHER_COLOURS,
        words=('sunglasses', 'wayfarers', 'oversized sunglasses')),
    Kind('aviator sunglasses', Glasses('aviator', frame=Range(0.05, 0.07)), 'fm', METALS,
        METAL_COLOURS | {'Black': 12}, words=('aviators', 'aviator sunglasses')),
    Kind('round sunglasses', Glasses('round', frame=Range(0.06, 0.11)), 'fm',
        {'patent': 4, 'metal': 2, 'leopard': 1}, LEATHER_COLOURS | {'Gold': 14},
        words=('round sunglasses',)),
    Kind('cat-eye sunglasses', Glasses('cat', frame=Range(0.08, 0.13)), 'f',
        {'patent': 5, 'leopard': 1.4}, LEATHER_COLOURS, words=('cat-eye sunglasses',)),
]
TIES = [
    Kind('ties', Tie(OneOf('neck', 'skinny')), 'm', SILKS | {'diagonal_stripes': 4, 'knit': 1,
        'windowpane': 0.6, 'tartan': 0.6}, SUIT_COLOURS | {'Red': 14, 'Blue': 16, 'Purple': 6,
        'Pink': 5, 'Yellow': 3, 'Green': 5}, words=('tie', 'silk tie')),
    Kind('bow ties', Tie('bow'), 'm', SILKS | {'velvet': 1, 'tartan': 1}, SUIT_COLOURS
        | {'Red': 14}, words=('bow tie',)),
    Kind('pocket squares', Tie('pocket'), 'm', SILKS | {'cotton': 1, 'windowpane': 0.6}, BRIGHT,
        words=('pocket square', 'handkerchief')),
]
WATCHES = [
    Kind('leather strap watches', Watch('leather', OneOf('round', 'round', 'square', 'chrono'),
        size=Range(0.56, 0.7)), 'fm', {'leather': 6, 'crocodile': 2}, LEATHER_COLOURS,
        words=('watch', 'leather watch')),
    Kind('bracelet watches', Watch(OneOf('links', 'links', 'mesh'), OneOf('round', 'chrono',
        'square'), size=Range(0.56, 0.72)), 'fm', METALS, METAL_COLOURS, words=('bracelet watch',
        'watch')),
    Kind('sports watches', Watch('rubber', OneOf('digital', 'digital', 'chrono'),
        size=Range(0.6, 0.72)), 'fm', {'rubber': 1}, BRIGHT,
        words=('sports watch', 'digital watch')),
]
#: As above.
ACCESSORIES = {'hats': (2.2, HATS), 'scarves': (2, SCARVES), 'gloves': (1.2, GLOVES),
    'belts': (1.6, BELTS), 'sunglasses': (2, SUNGLASSES), 'ties': (1.2, TIES),
    'watches': (2.2, WATCHES)}
