"""The colour vocabulary: 16 base colours, and the shades that fold into them.

The article trains on "16 Lyst colours" and does not name them; these are ours. A shade goes where
its name says (``Navy Blue`` to Navy, ``Sea Green`` to Green). Where the name leaves it open
(bronze, cream, khaki, nude, peach, rust, skin, steel, tan, taupe), the pictures of the data set
*Fashion product images* decided: the base colour that most goods of that name are nearest to. The
shades are those of that set and those that shops and the sets of :mod:`.importers` are known to
write; what people call by several base colours (berry, camouflage, mulberry) is left out.
"""

import re
import unicodedata

from fashion_models.parsing import normal

#: Base colour to the shades that fold into it, the base colour's own name aside. A shade is of one
#: or two words. Shades with a base colour's name at the end (``sea green``) need not be here.
LYST16 = {
    'Black': ('ebony', 'jet', 'onyx', 'raven'),
    'White': ('alabaster', 'bone', 'chalk', 'cream', 'eggshell', 'ivory', 'off white', 'offwhite',
              'optic white', 'pearl', 'snow', 'vanilla'),
    'Grey': ('anthracite', 'ash', 'cement', 'charcoal', 'gray', 'graphite', 'grey melange',
             'gunmetal', 'pebble', 'slate', 'smoke'),
    'Silver': ('chrome', 'metallic', 'pewter', 'platinum', 'silvertone', 'steel', 'titanium',
               'white gold'),
    'Gold': ('brass', 'golden', 'goldtone', 'rose gold', 'yellow gold'),
    'Beige': ('almond', 'biscuit', 'buff', 'camel', 'champagne', 'ecru', 'fawn', 'greige', 'khaki',
              'natural', 'nude', 'oatmeal', 'putty', 'sand', 'skin', 'stone', 'taupe', 'wheat'),
    'Brown': ('bronze', 'caramel', 'chestnut', 'chocolate', 'cinnamon', 'cocoa', 'coffee', 'cognac',
              'copper', 'espresso', 'hazel', 'hazelnut', 'mahogany', 'mink', 'mocha', 'sepia',
              'sienna', 'tan', 'tobacco', 'toffee', 'umber', 'walnut'),
    'Red': ('bordeaux', 'brick', 'burgandy', 'burgundy', 'cardinal', 'cherry', 'claret',
            'cranberry', 'crimson', 'garnet', 'maroon', 'merlot', 'oxblood', 'ruby', 'rust',
            'scarlet', 'strawberry', 'tomato', 'vermilion', 'wine'),
    'Pink': ('blush', 'bubble gum', 'bubblegum', 'cerise', 'flamingo', 'fuchsia', 'fuschia',
             'fushia', 'magenta', 'peach', 'raspberry', 'rose', 'salmon'),
    'Orange': ('apricot', 'carrot', 'coral', 'mango', 'melon', 'papaya', 'persimmon', 'pumpkin',
               'tangerine', 'terracotta'),
    'Yellow': ('amber', 'banana', 'canary', 'lemon', 'marigold', 'mustard', 'ochre', 'saffron',
               'sunflower'),
    'Green': ('army', 'avocado', 'chartreuse', 'emerald', 'evergreen', 'fern', 'forest', 'hunter',
              'jade', 'kelly', 'lime', 'mint', 'moss', 'olive', 'pine', 'pistachio', 'sage',
              'seafoam'),
    'Blue': ('aqua', 'aquamarine', 'azure', 'cerulean', 'cobalt', 'cyan', 'denim', 'indigo',
             'ocean', 'peacock', 'periwinkle', 'petrol', 'royal', 'sapphire', 'sky', 'teal',
             'turquoise', 'ultramarine'),
    'Navy': ('midnight', 'midnight blue', 'navy blue'),
    'Purple': ('amethyst', 'aubergine', 'eggplant', 'grape', 'heliotrope', 'iris', 'lavender',
               'lilac', 'mauve', 'orchid', 'plum', 'violet', 'wisteria'),
    'Multicolour': ('assorted', 'multi', 'multi color', 'multi colored', 'multi colour',
                    'multi coloured', 'multicolor', 'multicolored', 'multicoloured', 'rainbow'),
}

_BASE = {shade: base for base, shades in LYST16.items() for shade in (base.lower(), *shades)}
_LONGEST = max(len(shade.split()) for shade in _BASE)
#: The words that name a base colour itself.
_PLAIN = {base.lower() for base in LYST16} | {'gray'}
#: A cloth as much as a colour.
_CLOTH = 'denim'


def fold(text: str) -> tuple[str, ...]:
    """Finds the base colours in a shop's free text.

    Shades are looked for from left to right, the longest first; other words (``light``,
    ``heather``) are passed over. Of a shade and a base colour's name with only blanks
    between them, the second says what the colour is: ``stone grey`` is grey, and ``mint green``
    green; but ``Cream-pink`` is two colours. After a colour, ``denim`` is the cloth.

    Args:
        text (str): For example ``'Black-blush'`` or ``'Heather grey'``.

    Returns:
        tuple of str: Keys of :data:`LYST16` in the order of the text, each once; empty if the text
        names no known shade. The examples give ``('Black', 'Pink')`` and ``('Grey',)``.
    """
    text = normal('NFKD', text.casefold())
    text = ''.join(sign for sign in text if not unicodedata.combining(sign))
    found = [base for part in re.split('[,;/|&+]', text) for base in _bases(part)]
    return tuple(dict.fromkeys(found))


def _bases(text):
    """Yields the base colours in a text that has no sign to part them but hyphens."""
    words = list(re.finditer(r'[^\W\d_]+', text))
    shades = []  # (shade, number of its first word, number of the word after it)
    start = 0
    while start < len(words):
        for end in range(min(start + _LONGEST, len(words)), start, -1):
            shade = ' '.join(word.group() for word in words[start:end])
            if shade in _BASE:
                shades.append((shade, start, end))
                break
        else:
            end = start + 1
        start = end
    for before, (shade, start, end), after in zip(
            [None, *shades], shades, [*shades[1:], None]):
        if after and shade not in _PLAIN and after[0] in _PLAIN and _close(words, end, after[1]):
            continue
        if before and shade == _CLOTH and _close(words, before[2], start):
            continue
        yield _BASE[shade]


def _close(words, end, start):
    """Whether word ``start`` is the next after the one before ``end``, with no hyphen between."""
    between = words[end - 1].string[words[end - 1].end():words[start].start()]
    return end == start and not between.strip(' \t_')
