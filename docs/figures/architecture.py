"""Draws docs/images/architecture.png: python docs/figures/architecture.py"""

import pathlib

from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

OUT = pathlib.Path(__file__).resolve().parents[1] / 'images' / 'architecture.png'
INK, SHARED, SINGLE, HEAD = '#222222', '#cfe3f2', '#f6e3c5', '#dcebd3'


def box(axes, x, y, width, height, text, colour, size=10):
    axes.add_patch(FancyBboxPatch(
        (x - width / 2, y - height / 2), width, height, boxstyle='round,pad=0,rounding_size=0.08',
        facecolor=colour, edgecolor=INK, linewidth=0.9))
    axes.text(x, y, text, ha='center', va='center', fontsize=size, color=INK, linespacing=1.35)


def arrow(axes, start, end):
    axes.add_patch(FancyArrowPatch(
        start, end, arrowstyle='-|>', mutation_scale=10, color=INK, linewidth=0.9,
        shrinkA=0, shrinkB=0))


def image(axes, x, y, label):
    for step in 0.16, 0.08, 0.0:
        axes.add_patch(FancyBboxPatch(
            (x - 0.55 + step, y - 0.42 + step), 1.1, 0.84, boxstyle='square,pad=0',
            facecolor='white', edgecolor=INK, linewidth=0.9))
    axes.text(x, y, label, ha='center', va='center', fontsize=9, color=INK)


def main():
    figure = Figure(figsize=(11, 4.6))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, 16.5)
    axes.set_ylim(0, 6.9)
    axes.set_axis_off()

    rows = [(5.2, 'front'), (3.4, 'back'), (1.6, 'detail')]
    for y, view in rows:
        image(axes, 1.0, y, view)
        arrow(axes, (1.75, y), (2.35, y))
        box(axes, 3.55, y, 2.4, 1.3, 'ZFNet\n5 convolutions\nfc6, fc7', SHARED, 9.5)
        arrow(axes, (4.75, y), (5.35, y))
        box(axes, 6.2, y, 1.7, 1.1, 'pre-pooling\ndense', SHARED, 9.5)
        arrow(axes, (7.05, y), (8.05, 3.4 + (y - 3.4) * 0.35))
    axes.text(5.05, 5.95, '4096 an image', ha='center', fontsize=9, color=INK)
    box(axes, 8.85, 3.4, 1.6, 2.4, 'column\nmax pooling\nover the\nn images', SINGLE, 9.5)
    arrow(axes, (9.65, 3.4), (10.25, 3.4))
    box(axes, 11.15, 3.4, 1.8, 1.5, 'two\npost-pooling\ndense layers', SINGLE, 9.5)
    arrow(axes, (12.05, 3.4), (12.65, 3.4))
    box(axes, 13.35, 3.4, 1.4, 1.6, 'product\nrepresen-\ntation\n(1024)', SINGLE, 9.5)
    tasks = ['gender', 'colour', 'type', 'category', 'subcategory']
    for number, task in enumerate(tasks):
        y = 5.6 - 1.1 * number
        arrow(axes, (14.05, 3.4 + (y - 3.4) * 0.25), (14.75, y))
        box(axes, 15.55, y, 1.6, 0.72, task, HEAD, 9.5)
    axes.text(3.55 + 1.3, 6.5, 'one network for all images, on g devices', ha='center',
              fontsize=10, color=INK, fontstyle='italic')
    axes.text(11.2, 6.5, 'once a product', ha='center', fontsize=10, color=INK,
              fontstyle='italic')
    axes.text(15.35, 6.5, 'mean of five losses', ha='center', fontsize=10, color=INK,
              fontstyle='italic')
    axes.text(1.15, 0.35, 'x: (b, 3 n, 224, 224)', ha='center', fontsize=9, color=INK)
    axes.text(8.85, 0.35, '(b n, 1024) to (b, 1024)', ha='center', fontsize=9, color=INK)
    axes.text(15.55, 0.35, 't: (b, 5)', ha='center', fontsize=9, color=INK)
    figure.savefig(OUT, dpi=110)


if __name__ == '__main__':
    main()
