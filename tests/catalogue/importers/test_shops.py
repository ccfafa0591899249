import pytest

from fashion_models.catalogue.importers import shops
from fashion_models.catalogue.importers.source import clean


@pytest.mark.parametrize('name', [
    'Color', 'Farbe', 'Couleur', 'Colore', 'Colores', 'Cor', 'Kleur', 'Farve', 'Farge', 'Färg',
    'Väri', 'Kolor', 'Barva', 'Farba', 'Szín', 'Culoare', 'Boja', 'Цвят', 'Цвет', 'Колір', 'Χρώμα',
    'ΧΡΩΜΑ', 'RENK', 'Va\u0308ri', '颜色', '색상'])
def test_colour_in_the_languages_of_shops(name):
    labelling = shops.Labelling({}, 'type/category/subcategory')
    assert labelling.task_of(name) == 'colour'
    # What somebody has named goes before what is usual.
    assert shops.Labelling({'colour': 'Shade'}, 'type').task_of(name) is None


@pytest.mark.parametrize('name', [
    'Gender', 'Geschlecht', 'Sexe', 'Sesso', 'Sexo', 'Kjønn', 'Sukupuoli', 'Pohlaví', 'Φύλο',
    'Стать'])
def test_gender_in_the_languages_of_shops(name):
    assert shops.Labelling({}, 'type').task_of(name) == 'gender'


def test_names_of_attributes_are_as_they_are_compared():
    names = [name for found in shops.ATTRIBUTES.values() for name in found]
    assert names == [clean(name).casefold() for name in names]
    assert len(names) == len(set(names))
