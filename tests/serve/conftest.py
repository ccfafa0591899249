"""A workbench on drawn products."""

import pytest

from fashion_models.serve.app import create_app
from fashion_models.serve.shop import Shop
from fashion_models.serve.workbench import Workbench


@pytest.fixture(scope='session')
def shop(toys):
    """Those products, opened."""
    return Shop(toys[0])


@pytest.fixture
def bench(shop, tmp_path):
    """A workbench on them."""
    return Workbench(shop, lists=tmp_path / 'lists.csv', journal=tmp_path / 'journal.jsonl')


@pytest.fixture
def client(bench):
    """A client of its application, called as a browser on this machine would."""
    from starlette.testclient import TestClient

    with TestClient(create_app(bench), base_url='http://localhost:8000',
                    raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def fails():
    """A function that checks an answer's status and the form of the error; returns its message."""
    def fails(response, status):
        assert response.status_code == status, response.text
        body = response.json()
        assert set(body) == {'error'}
        assert body['error']['status'] == status
        assert set(body['error']) == {'status', 'message'}
        return body['error']['message']
    return fails
