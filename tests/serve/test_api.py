"""The API: what it finds is what the library finds, and errors have one form."""

import csv
import io
import urllib.parse

import numpy as np
import pytest

import fashion_models
from fashion_models.representation.encoder import load
from fashion_models.representation.linear import Whitening
from fashion_models.representation.ordering.order import Shopper, order_products
from fashion_models.representation.search.searcher import Searcher

#: The two kinds of forms.
FORMS = 'application/x-www-form-urlencoded', 'multipart/form-data'


def sent_as(kind, fields):
    """The arguments of a request with a form of a kind."""
    if kind == 'multipart/form-data':
        return {'files': [(name, (None, value)) for name, value in fields]}
    return {'content': urllib.parse.urlencode(fields), 'headers': {'Content-Type': kind}}


def test_health_and_version(client):
    assert client.get('/api/health').json() == {'status': 'ok'}
    assert client.get('/api/version').json() == {
        'version': fashion_models.__version__, 'catalogue': 'toy', 'vectors': 80, 'per': 'product',
        'tasks': ['gender', 'colour', 'type', 'category', 'subcategory']}


def test_search_by_id_finds_what_the_library_finds(client, shop):
    expected = Searcher(shop.embeddings).like('5', 7, {'type': 'disc'}, other_groups=True)
    body = {'id': '5', 'k': 7, 'where': {'type': 'disc'}, 'other_groups': True}
    answer = client.post('/api/search', json=body).json()
    assert answer['query'] is None
    assert [hit['id'] for hit in answer['hits']] == [hit.item.id for hit in expected]
    assert [hit['similarity'] for hit in answer['hits']] == pytest.approx(
        [hit.similarity for hit in expected], abs=1e-6)
    form = client.post('/api/search', data={
        'id': '5', 'k': 7, 'where': 'type=disc', 'other_groups': 'true'})
    assert form.json() == answer


@pytest.mark.parametrize('kind', FORMS)
@pytest.mark.parametrize('liked', [['17'], ['17', '30'], [str(row) for row in range(60)]], ids=len)
def test_a_list_is_repeated_in_a_form(client, kind, liked):
    expected = client.post('/api/order', json={
        'liked': liked, 'disliked': ['70'], 'k': 3, 'where': {'type': 'disc'}})
    assert len(expected.json()['order']) == 3
    form = sent_as(kind, [*(('liked', id) for id in liked), ('disliked', '70'), ('k', '3'),
                          ('where', 'type=disc')])
    assert client.post('/api/order', **form).json() == expected.json()


@pytest.mark.parametrize('kind', FORMS)
def test_a_list_of_merchandisers_may_come_in_a_form(client, bench, kind, fails):
    form = [('name', 'spring'), ('products', '3'), ('products', '1')]
    assert client.post('/api/lists', **sent_as(kind, form)).json() == {'lists': {'spring': 2}}
    assert list(bench.lists.all()['spring'].products) == ['3', '1']
    fails(client.post('/api/lists', **sent_as(kind, form[:2])), 422)
    twice = client.post('/api/lists', **sent_as(kind, [*form, ('name', 'autumn')]))
    assert fails(twice, 422).startswith('name: ')


def test_any_of_several_labels_of_a_task_will_do(client):
    answer = client.post('/api/search', json={
        'id': '5', 'k': 80, 'where': {'colour': ['red', 'blue'], 'type': 'bar'}}).json()
    found = {(hit['labels']['colour'], hit['labels']['type']) for hit in answer['hits']}
    assert found == {('red', 'bar'), ('blue', 'bar')}


def test_search_by_pictures_finds_what_the_library_finds(client, shop, toys):
    _, run, catalogue = toys
    files = [catalogue / image for image in shop.item(4).images]
    vector = load(run).embed(files)
    expected = shop.searcher.nearest(vector, 5)
    pictures = [('pictures', file.read_bytes()) for file in files]
    answer = client.post('/api/search', files=pictures, data={'k': '5'}).json()
    assert [hit['id'] for hit in answer['hits']] == [hit.item.id for hit in expected]
    assert answer['hits'][0]['id'] == '4'
    embedded = client.post('/api/embed', files=pictures).json()
    assert embedded['query'] == answer['query']
    np.testing.assert_allclose(embedded['vector'], vector, atol=1e-5)
    shown = client.get('/api/products', params={'picture': answer['query'], 'limit': 5}).json()
    assert [product['id'] for product in shown['products']] == [
        hit['id'] for hit in answer['hits']]


def test_a_product_is_embedded_as_it_was(client, shop):
    vector = client.post('/api/embed', json={'id': '7'}).json()['vector']
    np.testing.assert_allclose(vector, shop.embeddings.vectors[7], atol=1e-7)


def test_colours(client, toys, shop):
    from fashion_models.representation.colour import colours
    _, run, catalogue = toys
    files = [catalogue / image for image in shop.item(3).images]
    expected = colours(load(run), files)
    by_id = client.post('/api/colour', json={'id': '3'}).json()
    assert by_id['shares'] == pytest.approx(expected.shares)
    sent = client.post('/api/colour', files=[('pictures', file.read_bytes()) for file in files])
    assert sent.json()['prominent'] == list(expected.prominent)


def test_a_product_has_what_its_retailers_say(client):
    product = client.get('/api/products/12').json()
    assert product['labels']['type'] in ('bar', 'disc')
    assert product['listings'] == [{
        'retailer': 'shop', 'title': product['title'], 'description': ''}]
    assert client.get(product['pictures'][0]).headers['content-type'] == 'image/jpeg'


def test_an_order_is_that_of_the_library(client, shop):
    embeddings = shop.embeddings
    whitening = Whitening(embeddings.vectors)
    shopper = Shopper(whitening, embeddings.vectors[[1, 2]], embeddings.vectors[[5]])
    rows = np.array([row for row in range(80) if row not in (1, 2, 5)])
    expected = order_products(embeddings, shopper.relevance, rows, 0.3, 10, whitening)
    body = {'liked': ['1', '2'], 'disliked': ['5'], 'diversity': 0.3, 'k': 10}
    answer = client.post('/api/order', json=body).json()
    assert [placed['id'] for placed in answer['order']] == [one.item.id for one in expected]
    table = client.get('/order.csv', params=body)
    assert table.content.startswith(b'\xef\xbb\xbf')
    rows = list(csv.DictReader(io.StringIO(table.content.decode('utf-8-sig'))))
    assert [row['product'] for row in rows] == [one.item.id for one in expected]


def test_an_order_of_what_filters_and_likes_leave_may_be_empty(client, shop):
    answer = client.post('/api/order', json={'liked': shop.embeddings.ids})
    assert answer.json()['order'] == []


def test_contenders_are_the_most_relevant(client, monkeypatch):
    from fashion_models.serve import orders
    body = {'liked': ['1'], 'diversity': 0, 'k': 10}
    whole = client.post('/api/order', json=body).json()
    monkeypatch.setattr(orders, 'CONTENDERS', 12)
    assert client.post('/api/order', json=body).json() == whole


def test_products_by_parts(client, shop):
    answer = client.get('/api/products', params={
        'q': 'RED', 'where': 'type=disc', 'facets': True, 'limit': 500}).json()
    expected = [id for id, item in zip(shop.embeddings.ids, shop.embeddings.items)
                if item.title == 'red disc']
    assert [product['id'] for product in answer['products']] == expected
    assert answer['total'] == len(expected)
    # The counts of a task say what another choice of it would find.
    bars = sum(item.title == 'red bar' for item in shop.embeddings.items)
    assert answer['facets']['type'] == {'disc': len(expected), 'bar': bars}
    assert answer['facets']['colour'] == {'red': len(expected)}
    assert answer['facets']['retailer'] == {'shop': len(expected)}
    parts = [client.get('/api/products', params={
        'q': 'RED', 'where': 'type=disc', 'offset': offset, 'limit': 4}).json()['products']
        for offset in range(0, len(expected), 4)]
    assert [product['id'] for part in parts for product in part] == expected


def test_sorting(client, shop):
    def titles(sort):
        products = client.get('/api/products', params={'sort': sort, 'limit': 500}).json()
        return [product['title'] for product in products['products']]
    assert titles('title') == sorted(titles('catalogue'))
    assert titles('title-down') == sorted(titles('catalogue'), reverse=True)
    assert sorted(titles('mixed')) == titles('title')
    assert titles('mixed') != titles('catalogue')


def test_the_openapi_document_tells_of_forms_and_errors(client):
    document = client.get('/api/openapi.json').json()
    for path, pictures, several in (
            ('search', True, ['where']), ('embed', True, []), ('colour', True, []),
            ('order', False, ['disliked', 'liked', 'lists', 'where']),
            ('lists', False, ['products'])):
        content = document['paths'][f'/api/{path}']['post']['requestBody']['content']
        assert set(content) == {'application/json', *FORMS}
        for kind in FORMS:
            fields = content[kind]['schema']['properties']
            files = ['pictures'] if pictures and kind == 'multipart/form-data' else []
            assert sorted(name for name, field in fields.items()
                          if field.get('type') == 'array') == sorted([*several, *files])
    for route in document['paths'].values():
        for method in route.values():
            for status, response in method['responses'].items():
                if status != '200':
                    schema = response['content']['application/json']['schema']
                    assert schema == {'$ref': '#/components/schemas/Error'}
    page = client.get('/api').text
    assert all(path in page for path in document['paths'])


def test_lists_of_merchandisers_are_kept_and_learned_from(client, bench):
    from fashion_models.representation.ordering.merchandiser import learn_order, read_ranked_lists
    assert client.get('/api/lists').json() == {'lists': {}}
    first = ['3', '1', '2', '9']
    client.post('/api/lists', json={'name': 'spring', 'products': ['1', '2']})
    client.post('/api/lists', json={'name': '=autumn', 'products': ['5', '7', '6']})
    saved = client.post('/api/lists', json={'name': 'spring', 'products': first})
    assert saved.json() == {'lists': {'spring': 4, '=autumn': 3}}
    table = client.get('/lists.csv').content
    assert table == bench.lists.path.read_bytes()
    assert table.startswith('\ufefflist,product,rank\r\nspring,3,1\r\nspring,1,2\r\n'.encode())
    lists = read_ranked_lists(bench.lists.path)
    learned = learn_order(lists[:1], bench.shop.embeddings)
    scores = learned.relevance(bench.shop.embeddings.vectors)
    order = client.post('/api/order', json={
        'lists': ['spring'], 'diversity': 0, 'k': 80}).json()['order']
    assert [placed['id'] for placed in order] == [
        bench.shop.embeddings.ids[row] for row in np.argsort(-scores, kind='stable')]


def test_a_list_that_is_saved_leaves_the_others_in_their_order(client, bench):
    bench.lists.path.write_text(
        'list,product,rank\nby hand,1,1.5\nby hand,2,1\nby hand,3,"-0,25"\nby hand,4,1e20\n')
    client.post('/api/lists', json={'name': 'another', 'products': ['5', '6']})
    assert bench.lists.path.read_text('utf-8-sig').splitlines() == [
        'list,product,rank', 'by hand,1,1.5', 'by hand,2,1', 'by hand,3,-0.25',
        'by hand,4,100000000000000000000', 'another,5,1', 'another,6,2']
    before = bench.lists.all()
    client.post('/api/lists', json={'name': 'another', 'products': ['5', '6']})
    assert bench.lists.all() == before
    assert before['by hand'].ranks == (1.5, 1, -0.25, 1e20)


@pytest.mark.parametrize(('products', 'status'), [(['1'], 422), (['1', '1'], 400),
                                                  (['1', 'none'], 404)])
def test_what_is_no_list_is_told(client, fails, products, status):
    fails(client.post('/api/lists', json={'name': 'a', 'products': products}), status)


def test_no_route_of_the_api_takes_a_parameter_unknown(client, fails):
    for path, methods in client.get('/api/openapi.json').json()['paths'].items():
        for method in methods:
            answer = client.request(method, path.replace('{id}', '1'), params={'wherever': 'a'})
            assert fails(answer, 422).startswith('wherever: '), (method, path)


def test_pages_take_parameters_unknown(client):
    for path in '/', '/product?id=1', '/order', '/labels', '/duplicates', '/api', '/lists.csv':
        assert client.get(path, params={'id': '1', 'utm_source': 'a'}).status_code == 200


@pytest.mark.parametrize(('method', 'address', 'arguments', 'status', 'words'), [
    ('GET', '/api/products/none', {}, 404, "there is no product 'none'"),
    ('GET', '/api/nothing', {}, 404, 'there is no such page'),
    ('GET', '/api/products?limit=0', {}, 422, 'limit: '),
    ('GET', '/api/products?where=type', {}, 400, 'where type: expected TASK=LABEL'),
    ('GET', '/api/products?where=kind=a', {}, 400, "where: there is no task 'kind'"),
    ('GET', '/api/products?where=type=x', {}, 400, 'no item has this type; there are bar, disc'),
    ('GET', '/api/products?sort=x', {}, 400, "sort: found 'x', expected one of"),
    ('GET', '/api/products?near=none', {}, 404, "there is no product 'none'"),
    ('GET', '/api/products?picture=none', {}, 404, 'no longer remembered'),
    ('GET', '/api/products?words=czarne', {}, 422, 'words: there is no such parameter; expected '
     'one of facets, limit, near, offset, other_groups, picture, q, sort, where'),
    ('GET', '/api/products/1?k=3', {}, 422, 'k: there is no such parameter; expected none'),
    ('GET', '/api/health?a=1', {}, 422, 'a: there is no such parameter'),
    ('GET', '/api/lists?q=', {}, 422, 'q: there is no such parameter'),
    ('GET', '/api/review/labels/names?task=type&q=a', {}, 422, 'q: there is no such parameter; '
     'expected one of task'),
    ('POST', '/api/search?k=3', {'json': {'id': '1'}}, 422, 'k: there is no such parameter'),
    ('DELETE', '/api/products', {}, 405, 'does not take such a request'),
    ('POST', '/api/search', {'json': {}}, 400, 'expected either the id of a product or pictures'),
    ('POST', '/api/embed', {'json': {}}, 400, 'expected either the id of a product or pictures'),
    ('POST', '/api/colour', {'data': {'id': '1'}, 'files': {'pictures': b'x'}}, 400,
     'expected either the id of a product or pictures'),
    ('POST', '/api/search', {'json': {'id': 'none'}}, 404, "there is no product 'none'"),
    ('POST', '/api/search', {'json': {'id': '1', 'where': {'kind': 'a'}}}, 400,
     "where: there is no task 'kind', only gender, "),
    ('POST', '/api/search', {'json': {'id': '1', 'k': 0}}, 422, 'k: '),
    ('POST', '/api/search', {'json': {'id': '1', 'limit': 3}}, 422, 'limit: '),
    ('POST', '/api/search', {'json': [1]}, 422, 'the request: '),
    ('POST', '/api/search', {'content': b'{', 'headers': {'Content-Type': 'application/json'}},
     400, 'the body is not JSON'),
    ('POST', '/api/search', {'content': b'a'}, 415,
     'expected application/json, application/x-www-form-urlencoded, or multipart/form-data with'),
    ('POST', '/api/search', {'content': b'a', 'headers': {
        'Content-Type': 'multipart/form-data; boundary=b'}}, 400, ''),
    ('POST', '/api/search', {'json': {'id': '1', 'where': {'type': 3}}}, 422, 'where.type'),
    ('POST', '/api/order', {'json': {'liked': []}}, 400, 'expected liked products, one or more'),
    ('POST', '/api/order', {'json': {'liked': ['1'], 'diversity': 1}}, 422, 'diversity: '),
    ('POST', '/api/embed', {'files': {'photo': b'x'}}, 400, 'pictures are sent as "pictures"'),
    ('POST', '/api/lists', {'json': {'name': ' \x1c', 'products': ['1', '2']}}, 400,
     'name: expected a text'),
    ('GET', '/order.csv?' + 'liked=1&' * 501, {}, 422, 'liked: '),
    ('GET', '/order.csv?liked=1&' + 'where=type=disc&' * 501, {}, 422, 'where: '),
    ('GET', '/picture?id=1&n=99', {}, 404, 'no readable picture 99'),
    ('GET', '/picture?id=1&n=-1', {}, 404, 'no readable picture -1'),
    ('GET', '/picture?id=1&side=7', {}, 400, 'side: found 7, expected one of 160'),
    ('GET', '/static/..%2Fapp.py', {}, 404, ''),
])
def test_errors_have_one_form(client, fails, method, address, arguments, status, words):
    assert words in fails(client.request(method, address, **arguments), status)
