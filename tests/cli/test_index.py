"""``fashion-models index``."""


def test_a_small_file_needs_none(toys, works):
    assert works('index', toys[0]) == (
        f'{toys[0]}: 80 vectors, searched without an index\n')
