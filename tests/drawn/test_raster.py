import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.drawn.geometry import arc, box, disc
from fashion_models.drawn.raster import brushes, coverage, coverages, dashes, strokes

BOX = (0, 0, 20, 16)


def test_a_rectangle_on_pixels_is_exact():
    filled = coverage([box(3, 2, 7, 5)], BOX)
    expected = np.zeros((16, 20))
    expected[2:5, 3:7] = 1
    np.testing.assert_array_equal(filled, expected)


def test_part_of_a_pixel_counts_by_its_area():
    filled = coverage([box(3.25, 2, 7.5, 5)], BOX)
    np.testing.assert_allclose(filled[3, 2:9], [0, 0.75, 1, 1, 1, 0.5, 0])


def test_a_disc_has_its_area():
    filled = coverage([disc((10, 8), 6.3, 200)], BOX)
    assert abs(filled.sum() - math.pi * 6.3 ** 2) < 0.5
    np.testing.assert_allclose(filled, filled[::-1], atol=0.03)


def test_direction_does_not_matter():
    shape = arc((9, 8), (6, 3), 0, 5, 20)
    np.testing.assert_allclose(
        coverage([shape], BOX), coverage([shape[::-1]], BOX), rtol=0, atol=1e-12)


def test_overlapping_polygons_make_a_union():
    both = coverage([box(2, 2, 10, 10), box(6, 6, 14, 14)[::-1]], BOX)
    assert both.sum() == 64 + 64 - 16
    assert both.max() == 1


def test_what_lies_outside_the_box_is_left_out():
    filled = coverage([box(-50, -50, 50, 50)], BOX)
    np.testing.assert_array_equal(filled, np.ones((16, 20)))
    assert coverage([box(30, 30, 40, 40)], BOX).sum() == 0
    assert coverage([box(-30, 2, -20, 5)], BOX).sum() == 0


def test_a_box_elsewhere_shows_the_same_pixels():
    shape = disc((10, 8), 5)
    np.testing.assert_allclose(
        coverage([shape], (4, 3, 12, 9)), coverage([shape], BOX)[3:9, 4:12], rtol=0, atol=1e-12)


@given(st.lists(st.tuples(st.floats(1, 19), st.floats(1, 15)), min_size=3, max_size=3))
def test_triangles_have_the_area_of_the_shoelace_formula(corners):
    (ax, ay), (bx, by), (cx, cy) = corners
    area = abs((bx - ax) * (cy - ay) - (cx - ax) * (by - ay)) / 2
    # Five scan lines to a pixel: a flat triangle may catch one or none.
    width = max(ax, bx, cx) - min(ax, bx, cx)
    assert abs(coverage([np.array(corners)], BOX).sum() - area) < width / 5 + 0.1


def test_a_stroke_is_as_wide_as_asked():
    line = np.array([(2.0, 8.0), (10.0, 8.0), (18.0, 8.0)])
    assert abs(coverage(strokes([line], [3]), BOX).sum() - 48) < 1e-6


def test_a_brush_is_thin_at_its_ends():
    line = np.stack([np.linspace(2, 18, 17), np.full(17, 8.0)], axis=1)
    rows = coverage(brushes([line], [6]), BOX).sum(axis=0)
    assert rows[10] > 3 * rows[2]


def test_stitches_are_as_long_as_the_gaps():
    pieces = dashes(np.array([(0.0, 0.0), (10.0, 0.0)]), 2.0)
    np.testing.assert_allclose(pieces[:, :, 0], [(0, 2), (4, 6), (8, 10)])


def test_layers_do_not_touch_each_other():
    layers = [([disc((5, 5), 3.0)], (0, 0, 10, 10)), ([box(-4, -4, 30, 30)], (2, 1, 9, 6)),
              ([disc((40, 40), 2.0)], (0, 0, 10, 10)), ([disc((5, 5), 3.0)], (3, 3, 12, 9))]
    for found, (polygons, own) in zip(coverages(layers), layers):
        np.testing.assert_array_equal(found, coverage(polygons, own))
        assert found.shape == (own[3] - own[1], own[2] - own[0])
    assert coverages([]) == []
    assert coverage([disc((40, 40), 2.0)], (0, 0, 10, 10)).sum() == 0


def test_lines_do_not_touch_each_other():
    lines = [np.array([(0.0, 0.0), (4.0, 1.0), (9.0, 2.0)]), np.array([(3.0, 8.0), (3.0, 2.0)])]
    for outlines in strokes, brushes:
        for found, line, width in zip(outlines(lines, [1, 2]), lines, [1, 2]):
            alone, = outlines([line], [width])
            np.testing.assert_array_equal(found, alone)
            assert len(found) == 2 * len(line)
