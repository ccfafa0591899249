"""What can be served: listings as well as products, and vectors whose catalogue or run is gone."""

import shutil

import pytest
from starlette.testclient import TestClient

from fashion_models.catalogue.io import open_catalogue
from fashion_models.errors import UserError
from fashion_models.representation.embed import embed
from fashion_models.representation.embeddings_writer import EmbeddingsWriter
from fashion_models.representation.encoder import load
from fashion_models.serve.app import create_app
from fashion_models.serve.shop import Shop
from fashion_models.serve.workbench import Workbench


@pytest.fixture
def open_client(tmp_path):
    """A function that returns a client of a workbench on a file."""
    def client(file):
        bench = Workbench(Shop(file), journal=tmp_path / 'journal.jsonl')
        return TestClient(create_app(bench), base_url='http://localhost')
    return client


def test_pictures_are_searched_for_in_bfloat16(toys, needs_bfloat16):
    exact, found = (Shop(toys[0], precision=precision).encoder for precision in (None, 'bfloat16'))
    pictures = [toys[2] / image for image in Shop(toys[0]).item(0).images]
    vectors = [encoder.embed(pictures) for encoder in (exact, found)]
    assert (vectors[0] != vectors[1]).any()
    assert float(vectors[0] @ vectors[1]) > 0.99


def test_a_precision_unheard_of_is_told_at_once(toys):
    with pytest.raises(UserError, match='float16'):
        Shop(toys[0], precision='float16')


def test_listings(toys, tmp_path, open_client):
    embed(load(toys[1]), open_catalogue(toys[2]), tmp_path / 'listings.embeddings', per='listing',
          progress=False)
    with open_client(tmp_path / 'listings.embeddings') as client:
        assert client.get('/api/version').json()['per'] == 'listing'
        listing = client.get('/api/products/3%2F1').json()
        assert (listing['id'], listing['product']) == ('3/1', '3')
        assert client.get(listing['pictures'][0]).status_code == 200
        page = client.get('/product', params={'id': '3/1'}).text
        assert 'Similar listings' in page
        # A label is the product's, however many listings that has.
        doubt = client.get('/api/review/labels', params={
            'suspects': False, 'task': 'type'}).json()['doubts'][3]
        assert doubt['product']['product'] == '3'
        answer = {'product': '3', 'task': 'type', 'before': doubt['label'], 'answer': 'right'}
        assert client.post('/api/review/labels', json={
            'who': 'anna', 'answers': [answer]}).json()['saved'][0]['product'] == '3'
        pair = client.post('/api/review/pairs', json={
            'who': 'anna', 'answers': [{'ids': ['4/1', '3/1'], 'answer': 'same'}]}).json()
        assert [(one['a'], one['b']) for one in pair['saved']] == [('3/1', '4/1')]


def test_without_a_catalogue_and_a_run(toys, tmp_path, open_client, jpeg):
    source = Shop(toys[0]).embeddings
    header = {name: value for name, value in source.header.items() if name != 'rows'}
    with EmbeddingsWriter(tmp_path / 'moved.embeddings', header | {
            'catalogue': str(tmp_path / 'none'), 'run': str(tmp_path / 'none')}) as writer:
        writer.add(source.vectors, source.items)
    with open_client(tmp_path / 'moved.embeddings') as client:
        assert 'Search by picture' not in client.get('/').text.partition('<dialog')[0]
        assert client.get('/product?id=1').status_code == 200
        assert client.get('/picture?id=1').status_code == 404
        answer = client.post('/api/search', files={'pictures': jpeg()})
        assert answer.status_code == 503
        assert 'the run that embedded these products is not there' in answer.text
        assert len(client.post('/api/search', json={'id': '1'}).json()['hits']) == 10


def test_a_product_of_a_forgotten_search_is_still_shown(client):
    page = client.get('/product?id=1&picture=forgotten')
    assert page.status_code == 200
    assert 'of 80' not in page.text


def test_a_catalogue_that_is_imported_anew_meanwhile(toys, tmp_path):
    catalogue = shutil.copytree(toys[2], tmp_path / 'shop')
    shop = Shop(toys[0], catalogue=catalogue)
    assert shop.product('3').id == '3'
    (catalogue / 'products.jsonl').unlink()
    assert shop.product('3') is None


def test_a_catalogue_whose_place_another_has_taken(toys, tmp_path):
    catalogue = shutil.copytree(toys[2], tmp_path / 'shop')
    shop = Shop(toys[0], catalogue=catalogue)
    assert shop.product('0').id == '0'
    for line in '[' * 100_000, '5', 'null', '{"id": 5}', '{"id": "0", "listings": 5}':
        (catalogue / 'products.jsonl').write_text(line)
        assert shop.product('0') is None


@pytest.mark.parametrize('line', ['5', '[]', '{}', 'no JSON', '[' * 100_000])
def test_a_damaged_catalogue_is_told(toys, tmp_path, fails, line):
    catalogue = shutil.copytree(toys[2], tmp_path / 'shop')
    (catalogue / 'products.jsonl').write_text(line + '\n')
    bench = Workbench(Shop(toys[0], catalogue=catalogue), journal=tmp_path / 'journal.jsonl')
    with TestClient(create_app(bench), base_url='http://localhost') as client:
        assert 'products.jsonl:1: ' in fails(client.get('/api/products/1'), 400)
