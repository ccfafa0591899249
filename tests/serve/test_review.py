"""Reviews: a decision is in the journal before it is acknowledged, and overwrites nobody's."""

import csv
import http.client
import itertools
import json
import signal
import subprocess
import sys
import urllib.request

import pytest
from starlette.testclient import TestClient

from fashion_models.catalogue.io import open_catalogue
from fashion_models.catalogue.journal import Journal
from fashion_models.catalogue.label_answers import decided, read_review
from fashion_models.catalogue.relabel import relabel
from fashion_models.errors import UserError
from fashion_models.serve.app import create_app
from fashion_models.serve.duplicate_search import DuplicateSearch
from fashion_models.serve.refusal import Refusal
from fashion_models.serve.workbench import Workbench


@pytest.fixture
def review(shop, tmp_path):
    """The table of an audit: the colours of the first ten products, the next colour suggested."""
    path = tmp_path / 'review.csv'
    with open(path, 'w', newline='') as file:
        writer = csv.writer(file)
        writer.writerow(['row', 'product', 'task', 'label', 'suggested', 'answer', 'p_label',
                         'p_suggested'])
        for row in range(10):
            label = shop.item(row).labels['colour']
            other = {'red': 'green', 'green': 'blue', 'blue': 'red'}[label]
            writer.writerow([row + 1, shop.item(row).id, 'colour', label, other, '', row / 10, 0.9])
    return path


@pytest.fixture
def bench(shop, review, tmp_path):
    return Workbench(shop, review=review, journal=tmp_path / 'journal.jsonl')


def doubts(client, **parameters):
    return client.get('/api/review/labels', params=parameters).json()


def decide(client, who, *answers):
    return client.post('/api/review/labels', json={'who': who, 'answers': list(answers)})


def answer(doubt, given, label='', seen=None):
    return {'product': doubt['product']['id'], 'task': doubt['task'], 'before': doubt['label'],
            'answer': given, 'label': label, 'seen': seen}


def test_suspects_come_in_their_order_and_in_parts(client):
    page = doubts(client, limit=4)
    assert (page['total'], page['decided']) == (10, 0)
    assert [doubt['product']['id'] for doubt in page['doubts']] == ['0', '1', '2', '3']
    assert page['doubts'][1]['p_label'] == 0.1
    rest = doubts(client, after=page['doubts'][-1]['number'])
    assert [doubt['product']['id'] for doubt in rest['doubts']] == ['4', '5', '6', '7', '8', '9']
    assert [doubt['product']['id'] for doubt in doubts(client, surest=0.25)['doubts']] == [
        '0', '1', '2']
    assert doubts(client, task='type')['total'] == 0


def test_all_labels_can_be_looked_at(client, shop):
    page = doubts(client, task='type', label='disc', suspects=False, limit=200)
    assert [doubt['product']['id'] for doubt in page['doubts']] == [
        item.id for item in shop.embeddings.items if item.labels['type'] == 'disc']
    assert page['doubts'][0]['suggested'] == ''
    gender = doubts(client, task='gender', suspects=False)['total']
    assert gender == sum('gender' in item.labels for item in shop.embeddings.items)


def test_each_answer_is_in_the_journal_as_relabel_takes_it(client, bench, toys, tmp_path):
    page = doubts(client)['doubts']
    other = {'red': 'blue', 'green': 'red', 'blue': 'green'}[page[3]['label']]
    saved = decide(client, 'anna', answer(page[0], 'right'), answer(page[1], 'suggested'),
                   answer(page[2], 'cannot tell'), answer(page[3], 'other', other)).json()
    assert [one['decision']['answer'] for one in saved['saved']] == [
        'right', 'label', 'cannot tell', 'label']
    assert saved['conflicts'] == []
    catalogue = open_catalogue(toys[2])
    state = Journal(bench.decisions.journal.path).state()
    found = decided('journal', state, catalogue)
    changes = {(one.product, one.before, one.after) for one in found.corrections}
    assert changes == {('1', page[1]['label'], page[1]['suggested']), ('2', page[2]['label'], ''),
                       ('3', page[3]['label'], other)}
    _, changed = relabel(catalogue, found.corrections, tmp_path / 'new')
    assert len(changed) == 3
    table = tmp_path / 'labels.csv'
    table.write_bytes(client.get('/labels.csv').content)
    assert {(one.product, one.before, one.after) for one in read_review(table)} == changes


def test_what_is_decided_is_no_longer_to_do(client):
    first, second, *_ = doubts(client)['doubts']
    decide(client, 'anna', answer(first, 'right'))
    page = doubts(client)
    assert (page['total'], page['decided']) == (10, 1)
    assert page['doubts'][0] == second
    shown, = doubts(client, state='decided')['doubts']
    assert shown['decision']['who'] == 'anna'
    assert len(doubts(client, state='any')['doubts']) == 10


def test_two_reviewers_do_not_overwrite_each_other(client, bench):
    first, second, *_ = doubts(client)['doubts']
    decide(client, 'anna', answer(first, 'right'))
    outcome = decide(client, 'ben', answer(first, 'suggested'), answer(second, 'right')).json()
    assert [one['product'] for one in outcome['saved']] == ['1']
    conflict, = outcome['conflicts']
    assert conflict['decision']['who'] == 'anna'
    assert conflict['decision']['answer'] == 'right'
    # Having seen it, he may overrule her; both are in the journal.
    again = decide(client, 'ben', answer(first, 'suggested', seen=conflict['decision']['id']))
    assert len(again.json()['saved']) == 1
    assert doubts(client, state='decided')['doubts'][0]['decision']['who'] == 'ben'
    assert [one.who for one in bench.decisions.journal.state().disagreements[0]] == ['anna', 'ben']
    # She may change her own mind without having seen anything.
    assert len(decide(client, 'ben', answer(first, 'right')).json()['saved']) == 1


def test_undo_takes_back_an_act_and_only_ones_own(client):
    page = doubts(client)['doubts']
    decide(client, 'ben', answer(page[0], 'right'))
    decide(client, 'anna', *(answer(doubt, 'suggested') for doubt in page[1:5]))
    undo = {'who': 'anna', 'kind': 'label'}
    undone = client.post('/api/review/undo', json=undo).json()['undone']
    assert [one['product'] for one in undone] == ['1', '2', '3', '4']
    assert doubts(client)['decided'] == 1
    assert client.post('/api/review/undo', json=undo).status_code == 404
    assert client.post('/api/review/undo', json={'who': 'ben', 'kind': 'pair'}).status_code == 404


def test_after_an_undo_an_earlier_decision_counts_again(client):
    first, *_ = doubts(client)['doubts']
    anna, = decide(client, 'anna', answer(first, 'right')).json()['saved']
    decide(client, 'ben', answer(first, 'suggested', seen=anna['decision']['id']))
    undone = client.post('/api/review/undo', json={'who': 'ben', 'kind': 'label'}).json()
    assert [one['decision']['answer'] for one in undone['undone']] == ['label']
    assert undone['left'] == [anna]
    undone = client.post('/api/review/undo', json={'who': 'anna', 'kind': 'label'}).json()
    assert undone['left'] == []


@pytest.mark.parametrize(('change', 'status', 'words'), [
    ({'product': 'none'}, 404, "there is no product 'none'"),
    ({'task': 'kind'}, 400, "task: found 'kind'"),
    ({'before': 'purple'}, 409, "not 'purple'"),
    ({'answer': 'other', 'label': 'reddish'}, 400, "has no colour 'reddish', but red"),
    ({'answer': 'other', 'label': 'B'}, 400, "has no colour 'B', but blue"),
    ({'answer': 'maybe'}, 422, 'answers.1.answer')])
def test_an_answer_that_does_not_fit_is_not_saved(client, bench, fails, change, status, words):
    good = doubts(client)['doubts']
    bad = {**answer(good[1], 'right'), **change}
    assert words in fails(decide(client, 'anna', answer(good[0], 'right'), bad), status)
    assert bench.decisions.journal.entries() == []
    assert fails(decide(client, ' ', answer(good[0], 'right')), 422)


def test_a_label_of_several_replaces_the_main_one(two_coloured_catalogue, toys, tmp_path):
    from fashion_models.representation.embed import embed
    from fashion_models.representation.encoder import load
    from fashion_models.serve.shop import Shop

    embed(load(toys[1]), open_catalogue(two_coloured_catalogue), tmp_path / 'two.embeddings',
          store=tmp_path / 'store', progress=False)
    bench = Workbench(Shop(tmp_path / 'two.embeddings'))
    item = bench.shop.item(1)
    main, other = item.labels['colour'].split('|')
    third, = {'red', 'green', 'blue'} - {main, other}
    labels = [bench.labels.decision('anna', item.id, 'colour', item.labels['colour'], 'other', one)
              .label for one in (third, other, main)]
    assert labels == [f'{third}|{other}', f'{other}|{main}', '']


def test_a_review_of_another_catalogue_is_refused(shop, tmp_path):
    (tmp_path / 'other.csv').write_text('product,task,label,suggested\nx,colour,red,blue\n')
    with pytest.raises(UserError, match='none of its products'):
        Workbench(shop, review=tmp_path / 'other.csv')
    (tmp_path / 'bad.csv').write_text('product,label\n1,red\n')
    with pytest.raises(UserError, match='missing column task, suggested'):
        Workbench(shop, review=tmp_path / 'bad.csv')


@pytest.fixture
def pairs(client, bench):
    """The pairs that are found, all of them."""
    assert bench.duplicates.found(60)
    page = client.get('/api/review/pairs', params={'limit': 200, 'known': True}).json()
    assert not page['searching']
    return page['pairs']


def test_pairs_are_those_of_the_library(pairs, shop):
    from fashion_models.representation.duplicates.pairs import find
    from fashion_models.serve.duplicate_search import THRESHOLD

    expected = find(shop.embeddings, threshold=THRESHOLD).pairs[:200]
    assert [[side['id'] for side in pair['sides']] for pair in pairs] == [
        [pair.a.id, pair.b.id] for pair in expected]


def test_decisions_on_pairs(client, bench, pairs):
    ids = [[side['id'] for side in pair['sides']] for pair in pairs]
    answers = [{'ids': ids[0], 'answer': 'same'}, {'ids': ids[1], 'answer': 'colourway'}]
    saved = client.post('/api/review/pairs', json={'who': 'anna', 'answers': answers}).json()
    assert len(saved['saved']) == 2
    state = Journal(bench.decisions.journal.path).state()
    assert state.pairs[tuple(sorted(ids[0]))].answer == 'same'
    assert state.pairs[tuple(sorted(ids[1]))].answer == 'colourway'
    left = client.get('/api/review/pairs', params={'limit': 1, 'known': True}).json()
    assert left['decided'] == 2
    assert [side['id'] for side in left['pairs'][0]['sides']] == ids[2]
    client.post('/api/review/undo', json={'who': 'anna', 'kind': 'pair'})
    assert bench.decisions.journal.state().pairs == {}


def test_a_group_is_answered_as_all_of_its_pairs(client, bench, pairs):
    groups = client.get('/api/review/groups').json()
    assert not groups['searching']
    members = [side['id'] for side in groups['groups'][0]['members']] if groups['groups'] else [
        '0', '1', '2']
    body = {'who': 'anna', 'answers': [{'ids': members, 'answer': 'same'}]}
    saved = client.post('/api/review/pairs', json=body).json()['saved']
    assert {(one['a'], one['b']) for one in saved} == {
        tuple(sorted(pair)) for pair in itertools.combinations(members, 2)}
    assert client.get('/api/review/groups').json()['decided'] == bool(groups['groups'])


def test_a_request_decides_on_so_many_pairs(client, bench, fails):
    def post(*answers):
        return client.post('/api/review/pairs', json={'who': 'anna', 'answers': [
            {'ids': list(map(str, ids)), 'answer': answer} for ids, answer in answers]})

    forty = range(40), range(40, 80), range(20, 60)     # of 780 pairs each
    assert 'at most 2,000 pairs in one request' in fails(
        post(*((ids, 'same') for ids in forty)), 400)
    assert bench.decisions.journal.entries() == []
    # A pair that is answered twice is decided on once, by the last answer.
    saved = post(((1, 2, 3), 'same'), ((3, 2), 'different'), ((2, 1), 'colourway')).json()['saved']
    assert {(one['a'], one['b']): one['decision']['answer'] for one in saved} == {
        ('1', '2'): 'colourway', ('1', '3'): 'same', ('2', '3'): 'different'}
    assert len(bench.decisions.journal.entries()) == 3


def test_what_does_not_belong_to_a_group_is_different_unless_decided(
        client, bench, fails, monkeypatch):
    items = [bench.shop.item(row) for row in range(4)]
    monkeypatch.setattr(bench.pairs, 'groups', lambda: enumerate([items]))

    def post(who, ids, answer, apart=(), seen=()):
        return client.post('/api/review/pairs', json={'who': who, 'answers': [
            {'ids': list(ids), 'answer': answer, 'apart': list(apart), 'seen': list(seen)}]})

    def decided():
        pairs = bench.decisions.journal.state().pairs
        return {a + b: decision.answer for (a, b), decision in pairs.items()}

    own, = post('anna', '20', 'colourway').json()['saved']
    seen, unseen = post('ben', '21', 'colourway').json(), post('ben', '31', 'same').json()
    outcome = post('anna', '01', 'same', '23', [seen['saved'][0]['decision']['id']]).json()
    assert outcome['conflicts'] == unseen['saved']
    assert decided() == {'01': 'same', '02': 'colourway', '12': 'colourway', '03': 'different',
                         '13': 'same'}
    assert client.get('/api/review/groups').json()['decided'] == 0
    post('anna', '23', 'different', '01')
    assert decided()['23'] == 'different'
    assert decided()['02'] == own['decision']['answer']
    assert client.get('/api/review/groups').json()['decided'] == 1
    assert "'1' is among the ids, too" in fails(post('anna', '01', 'same', '12'), 400)
    assert "no product 'x'" in fails(post('anna', '01', 'same', 'x'), 404)
    numbers = list(map(str, range(80)))
    assert 'at most 2,000 pairs' in fails(post('anna', numbers[:40], 'same', numbers[40:]), 400)


def test_whoever_has_seen_what_others_said_of_a_group_may_overrule(client, bench):
    def decide(who, answer, seen=()):
        answers = [{'ids': ['0', '1', '2'], 'answer': answer, 'seen': list(seen)}]
        return client.post('/api/review/pairs', json={'who': who, 'answers': answers}).json()

    assert len(decide('anna', 'same')['saved']) == 3
    refused = decide('ben', 'different')
    assert (len(refused['saved']), len(refused['conflicts'])) == (0, 3)
    seen = [one['decision']['id'] for one in refused['conflicts']]
    assert len(decide('ben', 'different', seen[:2])['saved']) == 2
    assert decide('ben', 'different', seen)['conflicts'] == []
    assert {one.answer for one in bench.decisions.journal.state().pairs.values()} == {'different'}


def test_a_group_says_what_was_decided_of_its_pairs(client, bench, pairs, monkeypatch):
    items = [bench.shop.item(row) for row in range(3)]
    monkeypatch.setattr(bench.pairs, 'groups', lambda: enumerate([items]))
    client.post('/api/review/pairs', json={
        'who': 'anna', 'answers': [{'ids': [items[0].id, items[2].id], 'answer': 'same'}]})
    group, = client.get('/api/review/groups').json()['groups']
    assert not group['decided']
    assert [(one['a'], one['b'], one['decision']['who']) for one in group['decisions']] == [
        ('0', '2', 'anna')]


def test_ids_that_are_not_there_are_told(client, fails):
    def post(*ids):
        answers = [{'ids': list(ids), 'answer': 'same'}]
        return client.post('/api/review/pairs', json={'who': 'anna', 'answers': answers})
    assert "there is no product 'none'" in fails(post('1', 'none'), 404)
    assert 'found 1, expected 2' in fails(post('1', '1'), 400)
    fails(post('1'), 422)


def test_what_keeps_duplicates_from_being_found_is_told(client, bench, fails, monkeypatch):
    from fashion_models.serve import duplicate_search

    def find(*_):
        raise UserError('no scikit-learn')
    monkeypatch.setattr(duplicate_search, 'find', find)
    bench.pairs._search = bench.duplicates = DuplicateSearch(bench.shop)
    assert 'no scikit-learn' in fails(client.get('/api/review/pairs'), 503)


def test_a_search_for_duplicates_that_breaks_is_not_waited_for(
        client, bench, fails, monkeypatch, capfd):
    from fashion_models.serve import duplicate_search

    def find(*_):
        raise MemoryError
    monkeypatch.setattr(duplicate_search, 'find', find)
    bench.pairs._search = bench.duplicates = DuplicateSearch(bench.shop)
    with pytest.raises(Refusal):
        bench.duplicates.found(wait=60)
    assert '(MemoryError); its log says what' in fails(client.get('/api/review/pairs'), 503)
    assert 'Traceback' in capfd.readouterr().err


def test_the_journal_can_be_taken_away(client):
    decide(client, 'anna', answer(doubts(client)['doubts'][0], 'right'))
    line, = client.get('/journal.jsonl').text.splitlines()
    assert json.loads(line)['who'] == 'anna'


def test_a_killed_server_has_lost_no_acknowledged_decision(toys, review, tmp_path):
    """A reviewer decides as quickly as answers come, until the server is killed with SIGKILL."""
    journal = tmp_path / 'journal.jsonl'
    process = subprocess.Popen(
        [sys.executable, '-m', 'fashion_models', 'serve', toys[0], '--port', '0', '--journal',
         journal], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        address = process.stdout.readline().partition(' at ')[2].strip()
        acknowledged = []
        for number in range(4000):
            product = str(number % 80)
            label = open_answer(f'{address}api/products/{product}')['labels']['colour']
            body = {'who': 'anna', 'answers': [{
                'product': product, 'task': 'colour', 'before': label, 'answer': 'right'}]}
            try:
                saved = open_answer(f'{address}api/review/labels', body)['saved']
            except (OSError, http.client.HTTPException):
                break
            acknowledged += [one['decision']['id'] for one in saved]
            if number == 30:
                # In the middle of the next ones.
                subprocess.Popen(['sh', '-c', f'sleep 0.05; kill -9 {process.pid}'])
    except (OSError, http.client.HTTPException):
        pass
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert 30 < len(acknowledged) < 4000
    kept = {entry.id for entry in Journal(journal).entries()}
    assert kept >= set(acknowledged)
    assert len(kept) <= len(acknowledged) + 1


def open_answer(address, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(address, data, {'Content-Type': 'application/json'})
    with urllib.request.urlopen(request) as response:
        return json.load(response)


def test_pages_of_the_reviews(bench):
    with TestClient(create_app(bench), base_url='http://localhost') as client:
        assert 'suspected labels (10)' in client.get('/labels').text
        assert bench.decisions.journal.path.name in client.get('/duplicates').text


@pytest.mark.parametrize('number', ['nan', 'inf', '-inf', '1e400', 'x', ''])
def test_what_is_no_probability_is_unknown(shop, tmp_path, number):
    item = shop.item(0)
    (tmp_path / 'r.csv').write_text(
        'product,task,label,suggested,p_label,p_suggested\n'
        f'{item.product},colour,{item.labels["colour"]},x,{number},{number}\n')
    (_, doubt), = Workbench(shop, review=tmp_path / 'r.csv').labels.doubts('')
    assert doubt.p_label is doubt.p_suggested is None
