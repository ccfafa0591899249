import pytest

from fashion_models.errors import UserError

TABLE = '''product_id;images;gender;Muster;Material
1;a.jpg;Men;gestreift ;Baumwolle|Leinen
2;b.jpg;Women;;Seide
3;c.jpg;;uni;
'''


@pytest.fixture
def shop(import_files, drawn_images):
    def run(*options, table=TABLE):
        files = {f'{name}.jpg': image for name, image in zip('abc', drawn_images)}
        return import_files('csv', files | {'products.csv': table.encode()}, *options)
    return run


def test_columns_become_labels_of_declared_tasks(shop):
    catalogue = shop('--task', 'pattern=Muster', '--task', 'material=Material',
                     '--several', 'material')
    one, two, three = catalogue.products
    assert one.labels == {
        'gender': 'Men', 'pattern': 'gestreift', 'material': ('Baumwolle', 'Leinen')}
    assert two.labels == {'gender': 'Women', 'material': ('Seide',)}
    assert three.labels == {'pattern': 'uni'}
    assert one.extra == {}
    assert list(catalogue.tasks)[5:] == ['pattern', 'material']
    assert [catalogue.tasks[name].several for name in ('pattern', 'material')] == [False, True]
    assert catalogue.header.labels == {
        'pattern': ('gestreift', 'uni'), 'material': ('Baumwolle', 'Leinen', 'Seide')}


def test_undeclared_columns_stay_texts(shop):
    catalogue = shop('--task', 'pattern=Muster')
    assert [product.extra.get('Material') for product in catalogue.products] == [
        'Baumwolle|Leinen', 'Seide', None]


def test_a_declared_column_is_label_enough(shop):
    table = TABLE.replace('gender', 'Geschlecht')
    catalogue = shop('--task', 'gender=Geschlecht', table=table)
    assert [product.label('gender') for product in catalogue.products] == ['Men', 'Women', None]
    assert list(catalogue.tasks) == ['gender', 'colour', 'type', 'category', 'subcategory']


def test_what_other_formats_keep_as_texts_may_be_labels(import_files, drawn_images):
    header = ('id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,'
              'productDisplayName')
    row = '7,Men,Apparel,Topwear,Shirts,Red,Fall,2011,Casual,x'
    files = {'styles.csv': f'{header}\n{row}'.encode(), 'images/7.jpg': drawn_images[0]}
    catalogue = import_files('fashion-product-images', files, '--task', 'season=season')
    product, = catalogue.products
    assert (product.label('season'), product.extra) == ('Fall', {'year': '2011', 'usage': 'Casual'})


@pytest.mark.parametrize(('options', 'message'), [
    (['--task', 'pattern=Pattern'], "task pattern: no product has a text called 'Pattern'; there "
                                    'are Material, Muster'),
    (['--task', 'Pattern=Muster'], "task: found 'Pattern', expected a name of lower-case letters"),
    (['--task', 'pattern'], '--task pattern: expected TASK=TEXT'),
    (['--task', 'pattern=Muster', '--task', 'pattern=Material'], 'each TASK once'),
    (['--task', 'pattern=Muster', '--several', 'material'], "several: found 'material', expe"),
    (['--task', 'gender=Muster', '--several', 'gender'], "several: found 'gender', expected a f"),
])
def test_what_cannot_be_declared(shop, tmp_path, options, message):
    with pytest.raises(UserError, match=message):
        shop(*options)
    assert not (tmp_path / 'catalogue').exists()
