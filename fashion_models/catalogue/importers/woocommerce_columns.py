"""What WooCommerce calls the columns of its export in the languages of shops.

The first line of an export is in the shop's language. These are the words of WooCommerce's language
packs (as of version 7); ``{}`` stands for the number of an attribute.
"""

import re
from collections.abc import Iterable

from fashion_models.catalogue.importers.source import clean

_NAME, _VALUES = 'Attribute {} name', 'Attribute {} value(s)'

#: Names in German, Spanish, French, Italian, Dutch, Polish, Portuguese (of Brazil and Portugal),
#: Danish, Norwegian, Swedish, Finnish, Greek, Russian, Ukrainian and Turkish, where they differ.
TRANSLATIONS = {
    'ID': ('Kimlik',),
    'Type': ('Typ', 'Tipo', 'Laji', 'Τύπος', 'Тип', 'Tür'),
    'SKU': ('Artikelnummer', 'UGS', 'COD', 'REF', 'Varenummer', 'Tuotetunnus (SKU)',
            'Κωδικός προϊόντος', 'Артикул', 'Stok kodu (SKU)'),
    'Name': ('Nombre', 'Nom', 'Nome', 'Naam', 'Nazwa', 'Navn', 'Namn', 'Nimi', 'Όνομα', 'Имя',
             'Назва', 'İsim'),
    'Published': ('Veröffentlicht', 'Publicado', 'Publié', 'Pubblicato', 'Gepubliceerd',
                  'Opublikowano', 'Udgivet', 'Publisert', 'Publicerad', 'Julkaistu', 'Δημοσιευμένο',
                  'Опубликован', 'Опубліковано', 'Yayımlanmış'),
    'Short description': ('Kurzbeschreibung', 'Descripción corta', 'Description courte',
                          'Breve descrizione', 'Korte omschrijving', 'Krótki opis',
                          'Descrição curta', 'Descrição breve', 'Kort beskrivelse',
                          'Kort beskrivning', 'Lyhyt kuvaus', 'Σύντομη περιγραφή',
                          'Краткое описание', 'Короткий опис', 'Kısa açıklama'),
    'Description': ('Beschreibung', 'Descripción', 'Descrizione', 'Beschrijving', 'Opis',
                    'Descrição', 'Beskrivelse', 'Beskrivning', 'Kuvaus', 'Περιγραφή', 'Описание',
                    'Опис', 'Açıklama'),
    'Categories': ('Kategorien', 'Categorías', 'Catégories', 'Categorie', 'Categorieën',
                   'Kategorie', 'Categorias', 'Kategorier', 'Osastot', 'Κατηγορίες', 'Категории',
                   'Категорії', 'Kategoriler'),
    'Tags': ('Schlagwörter', 'Etiquetas', 'Étiquettes', 'Tag', 'Tagi', 'Stikkord', 'Etiketter',
             'Avainsanat', 'Ετικέτες', 'Метки', 'Позначки', 'Etiketler'),
    'Images': ('Bilder', 'Imágenes', 'Immagine', 'Immagini', 'Afbeeldingen', 'Obrazki', 'Imagens',
               'Billeder', 'Kuvat', 'Εικόνες', 'Изображения', 'Зображення', 'Görseller'),
    'Parent': ('Übergeordnetes Produkt', 'Superior', 'Genitore', 'Hoofd', 'Element nadrzędny',
               'Ascendente', 'Pai', 'Forældre', 'Forelder', 'Överordnad', 'Ylempi taso', 'Γονέας',
               'Родительский', 'Предок', 'Ebeveyn'),
    'Brands': ('Marken', 'Marcas', 'Marques', 'Merken', 'Marki', 'Varumärken'),
    _NAME: ('Attribut {} Name', 'Nombre del atributo {}', "Nom de l'attribut {}",
            'Attributo {} nome', 'Naam eigenschap {}', 'Nazwa atrybutu {}', 'Nome do atributo {}',
            'Atributo {} nome', 'Egenskab {} navn', 'Attributt {} navn', 'Attribut {} namn',
            'Ominaisuus {} nimi', 'Όνομα ιδιότητας {}', 'Название атрибута {}',
            'Назва {} атрибуту', 'Nitelik {} ismi'),
    _VALUES: ('Attribut {} Wert(e)', 'Valor(es) del atributo {}', "Valeur(s) de l'attribut {}",
              'Attributo {} valuta(e)', 'Waarde eigenschap {}', 'Wartości atrybutu {}',
              'Valores do atributo {}', 'Atributo {} valor(es)', 'Egenskab {} værdi(er)',
              'Attributt {} verdi(er)', 'Attribut {} värde(n)', 'Ominaisuus {} arvo(t)',
              'Τιμή(ές) ιδιότητας {}', 'Значения атрибутов {}', '{} значення атрибуту',
              'Nitelik {} değer(ler)i')}


def _key(name):
    """What names have in common that differ in letter case or in the form of an apostrophe."""
    return clean(name).replace('’', "'").casefold()


_OURS = {_key(theirs): ours for ours, names in TRANSLATIONS.items() for theirs in (ours, *names)}


def in_english(names: Iterable[str]) -> list[str]:
    """The names of an export's columns, those that are known in English; each at most once.

    A column that is called so in English already, or by the user, is not taken over.
    """
    names = list(names)
    found, taken = [], set(names)
    for name in names:
        ours = _english(name)
        if ours in taken:
            ours = name
        taken.add(ours)
        found.append(ours)
    return found


def _english(name):
    key = _key(name)
    number = re.search(r'\d+', key)
    if number and (ours := _OURS.get(key.replace(number[0], '{}', 1))):
        return ours.format(number[0])
    return _OURS.get(key, name)
