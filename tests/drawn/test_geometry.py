import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.drawn.geometry import (
    Affine,
    along,
    closed_curve,
    curve,
    mirrored,
    outline,
    ribbon,
)

POINTS = [(0.0, 0.0), (1.0, 2.0), (3.0, 2.5), (4.0, -1.0)]


def test_a_curve_goes_through_its_points():
    line = curve(POINTS, steps=5)
    np.testing.assert_allclose(line[::5], POINTS, atol=1e-12)


def test_a_closed_curve_goes_through_its_points():
    line = closed_curve(POINTS, steps=5)
    for point in POINTS:
        assert np.abs(line - point).sum(axis=1).min() < 1e-9


def test_a_curve_through_a_straight_line_is_straight():
    line = curve([(0, 0), (1, 1), (2, 2), (5, 5)])
    np.testing.assert_allclose(line[:, 0], line[:, 1], atol=1e-12)


def test_runs_meet_in_corners():
    line = outline([(0, 0), (1, 0)], [(1, 1)], [(0, 1)])
    np.testing.assert_allclose(line[[0, -1]], [(0, 0), (0, 1)])
    assert any((point == (1, 1)).all() for point in line)


def test_mirrored_outlines_are_symmetric():
    shape = mirrored([(0, 0), (2, 1), (1, 3), (0, 4)])
    assert {(-x, y) for x, y in shape.tolist()} == {(x, y) for x, y in shape.tolist()}


def test_along_measures_length():
    found = along([(0, 0), (3, 0), (3, 1)], [0, 0.5, 1])
    np.testing.assert_allclose(found, [(0, 0), (2, 0), (3, 1)])


def test_a_ribbon_is_as_wide_as_asked():
    band = ribbon([(0, 0), (5, 0)], 2, smooth=False)
    np.testing.assert_allclose([band[:, 1].min(), band[:, 1].max()], [-1, 1])


numbers = st.floats(-3, 3)


@given(st.floats(0.1, 5), numbers, numbers, numbers, st.booleans())
def test_an_affine_map_has_its_inverse(scale, dx, dy, angle, flip):
    there = Affine.placing(scale, dx, dy, angle, flip)
    np.testing.assert_allclose(there.inverse().after(there)(np.array(POINTS)), POINTS, atol=1e-6)
    assert abs(there.scale - scale) < 1e-6
