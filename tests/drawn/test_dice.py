from hypothesis import given
from hypothesis import strategies as st

from fashion_models.drawn.dice import Dice


def test_streams_are_the_same_for_ever():
    # Python promises random() after a seed of text; these three were drawn with Python 3.11.
    dice = Dice('design', 0, 17)
    assert [dice.below(1000) for _ in range(6)] == [231, 132, 227, 990, 819, 534]


def test_streams_of_other_names_differ():
    assert Dice('a', 1).uniform() != Dice('a', 2).uniform() != Dice('b', 2).uniform()


def test_weighted_keeps_the_proportions():
    dice = Dice('weights')
    drawn = [dice.weighted({'often': 3, 'seldom': 1, 'never': 0}) for _ in range(4000)]
    assert 0.72 < drawn.count('often') / 4000 < 0.78
    assert 'never' not in drawn


def test_bell_has_the_spread_asked_for():
    dice = Dice('bell')
    drawn = [dice.bell(2.0) for _ in range(4000)]
    assert abs(sum(drawn) / 4000) < 0.15
    assert abs((sum(x * x for x in drawn) / 4000) ** 0.5 - 2.0) < 0.1
    assert max(map(abs, drawn)) <= 6.0


@given(st.text(max_size=5), st.integers(0, 40))
def test_shuffled_loses_nothing(name, n):
    assert sorted(Dice(name).shuffled(range(n))) == list(range(n))


@given(st.text(max_size=5), st.integers(1, 50))
def test_below_is_below(name, n):
    assert 0 <= Dice(name).below(n) < n
