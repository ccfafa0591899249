import pytest

from fashion_models.catalogue.io import CatalogueWriter, open_catalogue
from fashion_models.catalogue.records import Header, Listing, Product
from fashion_models.catalogue.split import split_of
from fashion_models.drawn.bound import GLOBAL, LABELS, LOOK_ALIKES, bounds, main
from fashion_models.drawn.truth import ProductTruth, truth_writer
from fashion_models.errors import UserError

GROUPS = [f'g{number}' for number in range(1000)]
TEST = [group for group in GROUPS if split_of(group) == 'test']
TRAIN = [group for group in GROUPS if split_of(group) == 'train']
NIGHT = {'type': 'clothing', 'category': 'nightwear', 'subcategory': 'nightdresses'}
SLIP = {'type': 'clothing', 'category': 'dresses', 'subcategory': 'slip dresses'}


@pytest.fixture
def shop(tmp_path):
    """Makes a catalogue of (group, given labels, true labels, further truth)."""
    def make(*rows):
        with CatalogueWriter(tmp_path, Header('toy')) as writer, truth_writer(tmp_path) as write:
            for number, (group, given, true, told) in enumerate(rows):
                writer.add(Product(f'p{number}', group, given, [Listing(images=('a.png',))]))
                write(ProductTruth(f'p{number}', group, true, **told))
        return open_catalogue(tmp_path)
    return make


def labels(gender='female', colour=('Blue',), **levels):
    return {'gender': gender, 'colour': colour, **(levels or SLIP)}


def test_labels_that_are_right_can_be_predicted(shop):
    found = bounds(shop(*[(TEST[n], labels(), labels(), {}) for n in range(4)]))
    assert found[LABELS] == found[LOOK_ALIKES] == {'test': {
        GLOBAL: 1, 'gender': 1, 'colour': 1, 'type': 1, 'category': 1, 'subcategory': 1}}


def test_wrong_labels_and_the_other_names_of_shades_cannot(shop):
    teal = {'shade': 'teal', 'rival_colour': 'Green'}
    found = bounds(shop(
        (TEST[0], labels(), labels(), teal),
        (TEST[1], labels(colour=('Green',)), labels(), teal),
        (TEST[2], labels('male', ('Black', 'Red')), labels(colour=('Blue', 'Red')),
         {'wrong_labels': ('gender', 'colour')}),
        (TEST[3], labels(colour=('Blue', 'Red')), labels(colour=('Blue', 'Red')), {}),
        (TRAIN[0], labels(**NIGHT), labels(), {'wrong_labels': ('category', 'subcategory')})))
    assert found[LABELS]['test'] == {
        GLOBAL: pytest.approx((0.75 + 0.5 + 3) / 5), 'gender': 0.75, 'colour': 0.5, 'type': 1,
        'category': 1, 'subcategory': 1}
    assert found[LABELS]['train']['category'] == found[LABELS]['train']['subcategory'] == 0
    assert found[LABELS]['train']['type'] == 1


def test_look_alikes_get_the_label_of_the_commonest(shop):
    twin, night = {'near_twin': True}, labels(**NIGHT)
    # Cut as slip dresses are one nightdress and two slip dresses; another is cut as itself.
    found = bounds(shop(
        (TEST[0], night, night, twin), (TEST[1], night, night, {}),
        (TEST[2], labels(), labels(), {}), (TEST[3], labels(), labels(), {})))
    assert found[LABELS]['test']['subcategory'] == 1
    assert found[LOOK_ALIKES]['test']['subcategory'] == 0.75
    assert found[LOOK_ALIKES]['test']['category'] == 0.75
    assert found[LOOK_ALIKES]['test']['type'] == 1


def test_what_is_common_is_counted_in_all_splits(shop):
    twin, night = {'near_twin': True}, labels(**NIGHT)
    found = bounds(shop(
        (TEST[0], night, night, twin), (TRAIN[0], night, night, twin),
        (TEST[1], labels(), labels(), {})))
    assert found[LOOK_ALIKES]['test']['subcategory'] == 0.5     # the slip dress is the wrong one
    assert found[LOOK_ALIKES]['train']['subcategory'] == 1


def test_missing_labels_do_not_count(shop):
    given = labels()
    del given['gender']
    found = bounds(shop((TEST[0], given, labels(), {})))
    assert list(found[LABELS]['test']) == [GLOBAL, 'colour', 'type', 'category', 'subcategory']
    assert found[LABELS]['test'][GLOBAL] == 1


def test_the_command(shop, capsys, tmp_path):
    shop((TEST[0], labels(), labels(), {}), (TRAIN[0], labels('male'), labels(), {}))
    assert main([str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == [
        'bound', 'split', 'global', 'gender', 'colour', 'type', 'category', 'subcategory']
    assert lines[1].split() == [
        'labels', 'train', '0.800', '0.000', '1.000', '1.000', '1.000', '1.000']
    assert [line.split()[:2] for line in lines[1:]] == [
        [name, split] for name in (LABELS, LOOK_ALIKES) for split in ('train', 'test')]


def test_other_catalogues_have_no_bound(shop, tmp_path, capsys):
    catalogue = shop((TEST[0], labels(), labels(), {}))
    (tmp_path / 'truth.jsonl').unlink()
    with pytest.raises(UserError, match=r'found no truth\.jsonl, expected a drawn catalogue'):
        bounds(catalogue)
    with pytest.raises(SystemExit) as end:
        main([str(tmp_path)])
    assert end.value.code == 2
    assert 'expected a drawn catalogue' in capsys.readouterr().err
