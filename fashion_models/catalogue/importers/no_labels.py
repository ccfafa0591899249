"""What shops and their people write where a label is not known, or nobody has given one yet."""

from fashion_models.catalogue.importers.source import clean, is_nothing

#: The category of products without one, which WordPress and WooCommerce make by themselves, in the
#: languages whose attributes are known (``shops.ATTRIBUTES``), casefolded: without a final sigma.
UNCATEGORIZED = {
    'uncategorized', 'uncategorised', 'uncategorized products', 'not categorized',
    'unkategorisiert', 'nicht kategorisiert', 'ohne kategorie', 'keine kategorie',
    'non classé', 'non classée', 'non classés', 'non catégorisé', 'sans catégorie',
    'senza categoria', 'non categorizzato', 'non categorizzati',
    'sin categoría', 'sin categoria', 'sin categorizar', 'sin clasificar', 'no categorizado',
    'sem categoria', 'não categorizado', 'não categorizados', 'sem categorização',
    'geen categorie', 'niet gecategoriseerd', 'ongecategoriseerd', 'zonder categorie',
    'ikke-kategoriseret', 'ikke kategoriseret', 'ukategoriseret', 'ukategorisert',
    'ikke kategorisert', 'okategoriserad', 'okategoriserade', 'luokittelematon',
    'luokittelemattomat', 'kategorisoimaton', 'kategorisoimattomat',
    'bez kategorii', 'nieskategoryzowane', 'nieskategoryzowany', 'nezařazené', 'nezařazeno',
    'nekategorizováno', 'nekategorizované', 'bez kategorie', 'nezaradené', 'nezaradený',
    'bez kategórie', 'nekategorizirano', 'nekategorizovano', 'nerazvrščeno', 'brez kategorije',
    'bez kategorije', 'некатегоризовано', 'без категорије', 'kategorizálatlan',
    'nem kategorizált', 'kategória nélkül', 'nincs kategória', 'necategorizat',
    'necategorizate', 'fără categorie', 'без категория', 'некатегоризирани',
    'некатегоризирано', 'без рубрики', 'без категории', 'без категорії', 'некатегоризоване',
    'некатегоризированное', 'χωρίσ κατηγορία', 'μη κατηγοριοποιημένο',
    'μη κατηγοριοποιημένα', 'αταξινόμητα', 'kategorisiz', 'kategorize edilmemiş',
    'kategorilendirilmemiş', 'be kategorijos', 'nekategorizuota', 'bez kategorijas',
    'kategoriseerimata', 'liigitamata', 'määramata', '未分類', '未分类', '미분류',
    'chưa phân loại', 'chưa được phân loại', 'tak berkategori', 'tidak berkategori',
    'ไม่มีหมวดหมู่', 'ללא קטגוריה', 'غير مصنف', 'بدون تصنيف', 'دسته\u200cبندی نشده'}
#: What is written until somebody decides.
_UNDECIDED = {'tbd', 'tba', 'tbc', 'todo', 'to do', 'to be determined', 'to be decided',
              'to be defined', 'to be announced', 'to be confirmed', 'not set', 'unset',
              'not assigned', 'unassigned', 'unclassified'}


def is_uncategorized(name: str) -> bool:
    """Says whether a category is that of products without one."""
    return clean(name).casefold() in UNCATEGORIZED


def is_placeholder(label: str) -> bool:
    """Says whether a label stands for none: ``unknown``, ``TBD``, ``Uncategorized``."""
    word = clean(label).casefold().strip('()[]<>').replace('.', '')
    return is_nothing(label) or is_uncategorized(label) or word in _UNDECIDED
