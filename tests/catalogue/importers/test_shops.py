import pytest

from fashion_models.catalogue.importers import shops
from fashion_models.catalogue.importers.no_labels import UNCATEGORIZED
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


@pytest.mark.parametrize('name', [
    'Uncategorized', 'UNCATEGORISED', 'Unkategorisiert', 'Non class&eacute;', 'Sin categoría',
    'Senza categoria', 'Sem categoria', 'Geen categorie', 'Bez kategorii', 'Okategoriserad',
    'Ukategorisert', 'Ikke-kategoriseret', 'Luokittelematon', 'Nezařazené', 'Без рубрики',
    'Χωρίς κατηγορία', '未分類'])
def test_the_category_of_products_without_one_is_none(name):
    labelling = shops.Labelling({}, 'type/category/subcategory')
    assert shops.category_path(name) == []
    assert shops.category_path(f'Clothing > {name}') == ['Clothing']
    assert labelling.labels({}, [[name]]) == {'colour': (), 'gender': ''}
    # Nor does it go before another path of as many levels.
    assert labelling.labels({}, [[name], ['Dresses']])['type'] == 'Dresses'


def test_names_of_no_category_are_as_they_are_compared():
    assert {clean(name).casefold() for name in UNCATEGORIZED} == UNCATEGORIZED


@pytest.mark.parametrize(('path', 'labels'), [
    (['Damen', 'Röcke'], {'gender': 'Women', 'type': 'Röcke'}),
    (['Kleidung', 'Heren', 'Truien'], {'gender': 'Men', 'type': 'Kleidung', 'category': 'Truien'}),
    (['Dam', 'Byxor'], {'gender': 'Women', 'type': 'Byxor'}),
    (['Scarpe donna', 'Stivali'], {'gender': 'Women', 'type': 'Scarpe donna',
                                   'category': 'Stivali'}),
    (['Kids', 'Boys', 'Shirts'], {'gender': 'Boys', 'type': 'Shirts'}),
    (['Boys & Girls', 'Shirts'], {'gender': 'Kids', 'type': 'Shirts'}),
    (['Damen und Herren', 'Hosen'], {'gender': 'Unisex', 'type': 'Hosen'}),
    (['Dammode', 'Byxor'], {'gender': '', 'type': 'Dammode', 'category': 'Byxor'})])
def test_genders_in_paths_in_the_languages_of_shops(path, labels):
    labelling = shops.Labelling({}, 'type/category/subcategory')
    assert labelling.labels({}, [path]) == labels | {'colour': ()}
    # An attribute goes first, and is said in the same words as the levels.
    assert labelling.labels({'Geschlecht': ['Herren']}, [path])['gender'] == 'Men'


@pytest.mark.parametrize(('text', 'path'), [
    ('Home > Women > Dresses', ['Women', 'Dresses']), ('Home > Towels', ['Home', 'Towels']),
    ('Startseite > Kleider', ['Kleider']), ('Home', ['Home']), ('Accueil', ['Accueil']),
    ('Default Category > Men > Tops', ['Men', 'Tops']),
    ('Home &gt; Men &amp; Women &gt; Tops', ['Men & Women', 'Tops'])])
def test_where_the_way_to_a_product_begins_is_no_category(text, path):
    assert shops.category_path(text) == path
