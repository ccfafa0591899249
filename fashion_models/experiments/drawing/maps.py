"""Maps of products: as pictures, as points by type, as points in their colours."""

import collections
import pathlib

import numpy as np
from PIL import Image

from fashion_models.catalogue.colours import fold
from fashion_models.data.products import ProductSet
from fashion_models.drawn.palette import BY_COLOUR
from fashion_models.experiments.kit import pictures
from fashion_models.files import atomic_write

#: Colours that the colour-blind can tell apart (Okabe & Ito, 2008), and different markers.
_STYLES = (('#0072B2', 'o'), ('#D55E00', '^'), ('#009E73', 's'), ('#CC79A7', 'D'), ('#E69F00', 'v'),
           ('#56B4E9', 'P'), ('#000000', 'X'))
_OTHERS = ('#999999', '.')


def draw_products(places: np.ndarray, rows: np.ndarray, products: ProductSet, path: pathlib.Path,
                  allowed: bool) -> None:
    """Draws a map as pictures of products, if that is allowed.

    Args:
        places: (n, 2)
        rows: (n,) rows of the products.
        products: The products.
        path: A JPEG file; that of an earlier run is removed in any case.
        allowed: Whether products may be pictured.
    """
    path.unlink(missing_ok=True)
    if allowed:
        def thumbnail(place):
            return Image.fromarray(products.store.image(products.images[rows[place]][0]))
        pictures.write_jpeg(pictures.mosaic(places, thumbnail), path)


def draw_types(
        places: np.ndarray, types: list[str] | None, categories: list[str] | None,
        path: pathlib.Path) -> None:
    """Draws a map as points by type, with the names of the categories among them.

    Args:
        places: (n, 2)
        types: (n,) labels, ``None`` where one is missing; or ``None``.
        categories: Like ``types``.
        path: A PNG file.
    """
    figure, axes = _axes(places)
    types = np.array([label or 'not known' for label in types or [None] * len(places)])
    commonest = [name for name, _ in collections.Counter(types).most_common()]
    for number, name in enumerate(commonest):
        colour, marker = _STYLES[number] if number < len(_STYLES) else _OTHERS
        own = types == name
        axes.scatter(*places[own].T, s=14, c=colour, marker=marker, linewidths=0, alpha=0.7,
                     label=f'{name} ({own.sum()})')
    figure.legend(frameon=False, loc='outside right upper', markerscale=2)
    _name_categories(figure, axes, places, categories)
    _save(figure, path)


def _name_categories(figure, axes, places, categories):
    """Writes the categories' names at their middles, commonest first, without overlaps."""
    from matplotlib import patheffects

    categories = np.array([label or '' for label in categories or []])
    figure.draw_without_rendering()     # lays out the axes
    taken = []
    for name, count in collections.Counter(categories).most_common():
        if not name or count < 0.005 * len(places):
            continue
        own = places[categories == name]
        # The most central product: a mean may lie where the category is not.
        distances = np.linalg.norm(own[:, None] - own[None, :400], axis=2)
        x, y = own[np.median(distances, axis=1).argmin()]
        text = axes.text(
            x, y, name, ha='center', va='center', fontsize=9, fontweight='bold',
            path_effects=[patheffects.withStroke(linewidth=3, foreground='white')])
        box = text.get_window_extent()
        if any(box.overlaps(other) for other in taken):
            text.remove()
        else:
            taken.append(box)


def draw_colours(places: np.ndarray, colours: list[str], path: pathlib.Path) -> None:
    """Draws a map as points in the products' colours.

    Args:
        places: (n, 2)
        colours: (n,) labels, ``None`` where one is missing.
        path: A PNG file.
    """
    figure, axes = _axes(places)
    axes.set_facecolor('#d4d4d4')       # both white and black stand out against it
    colours = np.array([label or 'not known' for label in colours])
    handles = {}
    for name, count in collections.Counter(colours).most_common():
        face, marker = _swatch(name)
        handles[name] = axes.scatter(
            *places[colours == name].T, s=18, color=face, marker=marker, linewidths=0.4,
            edgecolors='#555555', label=f'{name} ({count})')
    figure.legend(facecolor='#d4d4d4', loc='outside right upper', markerscale=2)
    _save(figure, path)


def _swatch(label):
    """How to draw a colour's points: RGB from 0 to 1, or 'none' for hollow, and a marker."""
    base = next(iter(fold(label)), None)
    if base is None:
        return 'none', 'o' if label == 'not known' else 's'
    if base == 'Multicolour':
        return 'white', '*'
    # Only its gloss tells a metal from the nearest colour, and a point has none.
    marker = 'D' if base in ('Gold', 'Silver') else 'o'
    return tuple(part / 255 for part in BY_COLOUR[base][0].rgb), marker


def _axes(places):
    # Figures are made without pyplot, which would pick a window system.
    from matplotlib.figure import Figure

    width, height = np.ptp(places, axis=0)
    # About 9 of the 10.8 inches are left beside the legend.
    figure = Figure(figsize=(10.8, np.clip(9 * height / width, 4.5, 10.8)), layout='constrained')
    axes = figure.subplots()
    axes.set_xticks([])
    axes.set_yticks([])
    axes.set_aspect('equal')
    axes.spines[:].set_visible(False)
    return figure, axes


def _save(figure, path):
    with atomic_write(path) as file:
        figure.savefig(file, format='png', dpi=100)
