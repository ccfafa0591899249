from fashion_models.catalogue.importers import colourways


def test_pictures_of_one_colour():
    assert colourways.of_one_colour({
        'Red': ['all', 'red', 'red', 'back'], 'Blue': ['blue', 'all'], '': ['all', 'back']}) == {
        'Red': ['red', 'back'], 'Blue': ['blue'], '': ['all', 'back']}
    assert colourways.of_one_colour({}) == {}


def test_pictures_of_no_colour_and_why():
    own = {'red': ['a'], 'blue': ['b']}
    assert list(colourways.unused(own, ['a', 'c', 'b', 'c'], ['d', 'a', 'c'], 'not used')) == [
        ('d', 'not used'), ('c', colourways.SHARED)]
    assert list(colourways.unused(own, ['a', 'b'], [], 'not used')) == []
