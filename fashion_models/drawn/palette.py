"""The shop's names for shades of the sixteen colours of :mod:`fashion_models.catalogue.colours`.

A shade is clear if everybody would give it the same one of the sixteen names, and in between if two
names fit, as with teal, coral, khaki and tan. The article had no name for some of those ("in fact
it should probably be teal but we don't have a teal color label"), so moderators chose either
neighbour.
"""

import dataclasses

#: How frequent each colour is: long-tailed, with black a quarter of the shop.
FREQUENCIES = {
    'Black': 26, 'Blue': 12, 'White': 11, 'Grey': 9, 'Brown': 8, 'Navy': 7, 'Red': 6, 'Beige': 6,
    'Pink': 5, 'Green': 4.5, 'Silver': 2.5, 'Gold': 2.5, 'Purple': 2, 'Yellow': 1.5, 'Orange': 1.5,
    'Multicolour': 2.5,
}
COLOURS = tuple(FREQUENCIES)


@dataclasses.dataclass(frozen=True)
class Shade:
    """A shop's name for a shade of a colour.

    Attributes:
        name: Such as ``'navy'``.
        rgb: Red, green and blue, 0 to 255.
        colour: Its label.
        rival: The other label that fits; None if the shade is clear.
    """

    name: str
    rgb: tuple
    colour: str
    rival: str | None = None


#: The shades of each colour: name, rgb and rival.
_SHADES = {
    'Black': (('black', (34, 34, 37)), ('jet', (26, 26, 28)), ('onyx', (38, 37, 42)),
        ('charcoal', (66, 67, 72), 'Grey'), ('midnight', (30, 33, 56), 'Navy')),
    'Blue': (('blue', (46, 88, 178)), ('cobalt', (30, 70, 196)), ('royal blue', (44, 66, 172)),
        ('sky', (130, 182, 228)), ('powder blue', (166, 200, 230)),
        ('denim blue', (74, 104, 152), 'Navy'), ('teal', (24, 124, 128), 'Green'),
        ('turquoise', (56, 178, 186), 'Green'), ('slate', (98, 114, 136), 'Grey'),
        ('periwinkle', (128, 132, 212), 'Purple')),
    'White': (('white', (246, 246, 247)), ('optic white', (251, 251, 253)),
        ('chalk', (238, 237, 235)), ('ivory', (246, 241, 224), 'Beige'),
        ('cream', (246, 234, 206), 'Beige')),
    'Grey': (('grey', (138, 140, 144)), ('marl grey', (168, 170, 174)), ('ash', (184, 185, 188)),
        ('dark grey', (96, 98, 103)), ('stone grey', (164, 160, 152), 'Beige'),
        ('graphite', (74, 76, 82), 'Black'), ('pewter', (150, 154, 160), 'Silver')),
    'Brown': (('brown', (110, 68, 42)), ('chocolate', (78, 48, 34)), ('chestnut', (134, 74, 44)),
        ('cognac', (158, 90, 46)), ('tan', (186, 130, 82), 'Beige'),
        ('espresso', (58, 42, 36), 'Black'), ('rust', (168, 82, 40), 'Red')),
    'Navy': (('navy', (36, 46, 90)), ('navy blue', (40, 54, 104)), ('ink', (38, 44, 72), 'Black'),
        ('indigo', (52, 58, 122), 'Blue')),
    'Red': (('red', (198, 30, 40)), ('scarlet', (214, 36, 30)), ('cherry', (170, 22, 44)),
        ('burgundy', (112, 26, 44)), ('oxblood', (98, 28, 36), 'Brown'),
        ('raspberry', (194, 32, 88), 'Pink'), ('coral red', (232, 88, 74), 'Orange')),
    'Beige': (('beige', (214, 194, 164)), ('sand', (208, 188, 150)), ('oatmeal', (216, 204, 182)),
        ('camel', (190, 148, 98), 'Brown'), ('nude', (226, 192, 170), 'Pink'),
        ('stone', (204, 196, 180), 'Grey'), ('taupe', (152, 134, 118), 'Brown'),
        ('ecru', (230, 216, 184), 'White')),
    'Pink': (('pink', (238, 130, 170)), ('hot pink', (232, 46, 134)), ('rose', (226, 122, 148)),
        ('candy', (246, 160, 192)), ('blush', (238, 196, 190), 'Beige'),
        ('coral', (244, 124, 108), 'Orange'), ('fuchsia', (204, 36, 138), 'Purple'),
        ('mauve', (178, 134, 164), 'Purple')),
    'Green': (('green', (42, 134, 72)), ('emerald', (14, 128, 86)), ('forest', (30, 84, 54)),
        ('bottle green', (20, 72, 54)), ('lime', (150, 204, 62)), ('mint', (162, 222, 188)),
        ('khaki', (136, 128, 86), 'Beige'), ('olive', (106, 108, 52), 'Brown'),
        ('sage', (158, 172, 142), 'Grey'), ('sea green', (48, 152, 138), 'Blue'),
        ('chartreuse', (198, 208, 60), 'Yellow')),
    'Silver': (('silver', (196, 200, 206)), ('steel', (170, 176, 184)),
        ('gunmetal', (112, 116, 124), 'Grey')),
    'Gold': (('gold', (212, 170, 74)), ('yellow gold', (224, 184, 82)),
        ('rose gold', (222, 160, 132), 'Pink'), ('bronze', (158, 116, 62), 'Brown')),
    'Purple': (('purple', (112, 56, 152)), ('violet', (120, 70, 186)), ('lilac', (188, 160, 216)),
        ('plum', (98, 40, 88)), ('aubergine', (64, 34, 62), 'Black'),
        ('orchid', (196, 104, 186), 'Pink')),
    'Yellow': (('yellow', (246, 212, 52)), ('lemon', (248, 232, 110)), ('sunshine', (250, 202, 32)),
        ('mustard', (206, 160, 40), 'Brown'), ('ochre', (200, 142, 48), 'Orange')),
    'Orange': (('orange', (240, 126, 32)), ('tangerine', (246, 140, 48)),
        ('burnt orange', (204, 92, 32), 'Brown'), ('apricot', (246, 176, 120), 'Beige')),
    'Multicolour': (('multi', (232, 84, 96)), ('multicoloured', (60, 120, 190)),
        ('rainbow', (244, 190, 60))),
}

BY_COLOUR = {colour: [Shade(name, rgb, colour, *rival) for name, rgb, *rival in rows]
             for colour, rows in _SHADES.items()}

#: Colours that go well with each, for patterns, trims and second colours.
PARTNERS = {
    'Black': ('White', 'Grey', 'Red', 'Beige', 'Pink'),
    'Blue': ('White', 'Beige', 'Red', 'Grey', 'Orange'),
    'White': ('Black', 'Blue', 'Red', 'Grey', 'Pink'),
    'Grey': ('White', 'Black', 'Pink', 'Yellow', 'Blue'),
    'Brown': ('Beige', 'Blue', 'Green', 'White', 'Black'),
    'Red': ('White', 'Black', 'Blue', 'Beige', 'Pink'),
    'Beige': ('White', 'Brown', 'Black', 'Blue', 'Red'),
    'Pink': ('White', 'Grey', 'Green', 'Black', 'Red'),
    'Green': ('White', 'Beige', 'Brown', 'Blue', 'Pink'),
    'Silver': ('Black', 'White', 'Blue'),
    'Gold': ('Black', 'White', 'Red'),
    'Purple': ('White', 'Yellow', 'Pink', 'Black', 'Grey'),
    'Yellow': ('White', 'Blue', 'Grey', 'Black', 'Green'),
    'Orange': ('White', 'Blue', 'Brown', 'Beige', 'Pink'),
    'Navy': ('White', 'Red', 'Beige', 'Pink', 'Yellow'),
    'Multicolour': ('Blue', 'Yellow', 'Green', 'Orange', 'Purple'),
}

SKINS = ((246, 214, 192), (234, 192, 164), (214, 164, 130), (178, 124, 90), (132, 86, 60),
         (96, 62, 46))
HAIRS = ((40, 30, 26), (72, 46, 30), (122, 82, 48), (196, 156, 98), (146, 66, 38), (30, 28, 30),
         (120, 118, 116))
