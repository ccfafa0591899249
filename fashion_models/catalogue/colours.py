"""The colour vocabulary: 16 base colours, and the shades that fold into them.

The article trains on "16 Lyst colours" and does not name them; these are ours. A shade goes where
its name says (``Navy Blue`` to Navy, ``Sea Green`` to Green). Where the name leaves it open
(bronze, cream, khaki, nude, peach, rust, skin, steel, tan, taupe), the pictures of the data set
*Fashion product images* decided: the base colour that most goods of that name are nearest to.
"""

import re

#: Base colour to the shades that fold into it, the base colour's own name aside. A shade is of one
#: to three words; ``grey`` stands for ``gray`` too.
LYST16 = {
    'Black': ('anthracite black', 'ebony', 'jet', 'jet black', 'onyx'),
    'White': ('chalk', 'cream', 'ivory', 'off white', 'offwhite', 'optic white', 'snow'),
    'Grey': ('anthracite', 'ash', 'cement', 'charcoal', 'gray', 'graphite', 'grey melange',
             'gunmetal', 'slate'),
    'Silver': ('metallic', 'pewter', 'platinum', 'silvertone', 'steel', 'titanium'),
    'Gold': ('brass', 'golden', 'goldtone', 'rose gold', 'yellow gold'),
    'Beige': ('camel', 'champagne', 'ecru', 'khaki', 'natural', 'nude', 'oatmeal', 'sand',
              'skin', 'stone', 'taupe'),
    'Brown': ('bronze', 'caramel', 'chestnut', 'chocolate', 'cocoa', 'coffee', 'coffee brown',
              'cognac', 'copper', 'espresso', 'hazel', 'mahogany', 'mocha', 'mushroom brown', 'tan',
              'tobacco', 'walnut'),
    'Red': ('bordeaux', 'brick', 'burgundy', 'cherry', 'claret', 'crimson', 'maroon', 'oxblood',
            'ruby', 'rust', 'scarlet', 'wine'),
    'Pink': ('blush', 'fuchsia', 'fuschia', 'hot pink', 'magenta', 'peach', 'raspberry', 'rose',
             'salmon'),
    'Orange': ('apricot', 'coral', 'rust orange', 'tangerine', 'terracotta'),
    'Yellow': ('amber', 'canary', 'lemon', 'mustard'),
    'Green': ('emerald', 'fluorescent green', 'forest', 'forest green', 'jade', 'khaki green',
              'lime', 'lime green', 'mint', 'moss', 'olive', 'pistachio', 'sage', 'sea green'),
    'Blue': ('aqua', 'azure', 'cobalt', 'cyan', 'denim', 'indigo', 'royal blue', 'sky', 'sky blue',
             'teal', 'turquoise', 'turquoise blue'),
    'Navy': ('midnight', 'midnight blue', 'navy blue'),
    'Purple': ('aubergine', 'eggplant', 'grape', 'lavender', 'lilac', 'mauve', 'orchid', 'plum',
               'violet'),
    'Multicolour': ('multi', 'multi color', 'multi colored', 'multi colour', 'multi coloured',
                    'multicolor', 'multicolored', 'multicoloured', 'rainbow'),
}

_BASE = {shade: base for base, shades in LYST16.items() for shade in (base.lower(), *shades)}
_LONGEST = max(len(shade.split()) for shade in _BASE)


def fold(text):
    """Finds the base colours in a shop's free text.

    Shades are looked for from left to right, the longest first; other words (``light``,
    ``heather``) are passed over.

    Args:
        text (str): For example ``'Black-blush'`` or ``'Heather grey'``.

    Returns:
        tuple of str: Keys of :data:`LYST16` in the order of the text, each once; empty if the text
        names no known shade. The examples give ``('Black', 'Pink')`` and ``('Grey',)``.
    """
    found = []
    for part in re.split('[,;/|&+]', text.casefold()):
        words = re.findall(r'[^\W\d_]+', part)
        while words:
            for length in range(min(_LONGEST, len(words)), 0, -1):
                if base := _BASE.get(' '.join(words[:length])):
                    found.append(base)
                    break
            words = words[length:]
    return tuple(dict.fromkeys(found))
