import datetime
import json
import os
import signal
import subprocess
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_models.catalogue.journal import (
    CANNOT_TELL,
    COLOURWAY,
    DIFFERENT,
    LABEL,
    RIGHT,
    SAME,
    Journal,
    LabelDecision,
    PairDecision,
    State,
    Undo,
)
from fashion_models.errors import UserError


def label(who='anna', product='1', task='colour', before='Red', answer=LABEL, to='Blue', **more):
    return LabelDecision(who=who, product=product, task=task, before=before, answer=answer,
                         label=to if answer == LABEL else '', **more)


def pair(a, b, answer=SAME, who='anna'):
    return PairDecision(who=who, a=a, b=b, answer=answer)


@pytest.fixture
def path(tmp_path):
    return tmp_path / 'journal.jsonl'


def test_what_is_written_is_read_back(path):
    entries = [label(), label(answer=RIGHT, product='2'), label(before='', answer=CANNOT_TELL),
               pair('9', '10'), Undo(who='bo', entry='x')]
    entries[-1] = Undo(who='bo', entry=entries[0].id)
    Journal(path).add(*entries[:2])
    Journal(path).add(*entries[2:])
    assert Journal(path).entries() == entries
    first, *_ = path.read_text().splitlines()
    assert json.loads(first) == {
        'kind': 'label', 'id': entries[0].id, 'who': 'anna', 'when': entries[0].when,
        'product': '1', 'task': 'colour', 'before': 'Red', 'answer': 'label', 'label': 'Blue'}


def test_without_a_file_there_are_no_decisions(path):
    journal = Journal(path)
    assert journal.entries() == journal.state().decisions == []
    assert not path.exists()


def test_an_entry_has_the_time_in_utc_and_an_id_of_its_own():
    one, other = label(), label()
    age = datetime.datetime.now(datetime.UTC) - datetime.datetime.fromisoformat(one.when)
    assert abs(age) < datetime.timedelta(minutes=1)
    assert one.when.endswith('Z')
    assert one.id != other.id


def test_what_an_answer_makes_of_a_label():
    assert label(answer=RIGHT).after == 'Red'
    assert label(answer=CANNOT_TELL).after == ''
    assert label(to=' Blue |Green').after == 'Blue|Green'


def test_a_pair_has_no_order():
    assert pair('b', 'a').item == pair('a', 'b').item == ('a', 'b')


@pytest.mark.parametrize(('make', 'message'), [
    (lambda: label(who=' '), "who: expected a text, found ' '"),
    (lambda: label(product=7), 'product: expected a text, found 7'),
    (lambda: label(product='1\ud800'), r"product: expected a text, found '1\\ud800'"),
    (lambda: label(when='yesterday'), 'when: expected a time such as 20.*Z, found'),
    (lambda: label(answer='wrong'), "answer: expected right, label, cannot tell, found 'wrong'"),
    (lambda: label(to='|'), r"label: found '\|', expected the right label"),
    (lambda: LabelDecision(who='a', product='1', task='type', before='x', answer=RIGHT, label='y'),
     "label: found 'y', expected none with the answer 'right'"),
    (lambda: pair('1', '2', 'y'), "answer: expected same, colourway, different, found 'y'"),
    (lambda: pair('1', '1'), "expected two ids, found '1' twice")])
def test_what_is_no_decision(make, message):
    with pytest.raises(UserError, match=message):
        make()


def test_the_last_word_counts_and_who_disagrees_is_listed(path):
    journal = Journal(path)
    first = [label(to='Blue'), label('bo', to='Green'), label('cy', to='Green'),
             label(product='2'), label('bo', product='2'),          # agree
             pair('1', '2'), pair('1', '3'), pair('2', '1', COLOURWAY, 'bo'),
             pair('1', '3', DIFFERENT)]                             # changed her mind
    journal.add(*first)
    state = journal.state()
    assert state.labels == {('1', 'colour'): first[2], ('2', 'colour'): first[4]}
    assert state.pairs == {('1', '2'): first[7], ('1', '3'): first[8]}
    assert state.disagreements == [first[:3], [first[5], first[7]]]
    last = label(to='Green')
    journal.add(last)
    state = journal.state()
    assert state.labels['1', 'colour'] == last
    assert state.disagreements == [[first[5], first[7]]]


def test_a_label_that_is_right_and_one_that_it_became_agree():
    # Anna corrected it; in the corrected catalogue, Bo found it right.
    assert State([label(), label('bo', before='Blue', answer=RIGHT)]).disagreements == []


def test_undo_and_redo(path):
    journal = Journal(path)
    one, other = label(to='Blue'), label(to='Green')
    undo = Undo(who='bo', entry=other.id)
    for entry, expected in ((one, one), (other, other), (undo, one),
                            (Undo(who='anna', entry=undo.id), other)):
        journal.add(entry)
        assert journal.state().labels == {('1', 'colour'): expected}
    assert journal.state().decisions == [one, other]
    with pytest.raises(UserError, match=r"journal.jsonl: has no entry 'none' to undo"):
        journal.add(Undo(who='anna', entry='none'))
    assert len(journal.entries()) == 4


#: Who, what and which answer; or, a number, the undo of that earlier entry.
STEPS = st.lists(st.tuples(st.sampled_from('ab'), st.sampled_from('12'), st.sampled_from('xyz'))
                 | st.integers(0, 30), max_size=25)


@given(STEPS)
def test_state_against_a_list_that_is_edited(steps):
    entries, standing = [], []
    for step in steps:
        if isinstance(step, tuple):
            who, product, to = step
            entry = label(who, product, to=to)
            standing.append(entry)
        elif decided := [entry for entry in entries if isinstance(entry, LabelDecision)]:
            entry = Undo(who='a', entry=decided[step % len(decided)].id)
            standing = [one for one in standing if one.id != entry.entry]
        else:
            continue
        entries.append(entry)
    state = State(entries)
    assert state.decisions == standing
    for product in '12':
        own = [one for one in standing if one.product == product]
        assert state.labels.get((product, 'colour')) == (own[-1] if own else None)
        words = {one.who: one.label for one in own}
        listed = any(one[0].product == product for one in state.disagreements)
        assert listed == (len(set(words.values())) > 1)


def test_a_line_that_a_crash_cut_short_is_passed_over_and_replaced(path):
    kept, next_one = label(), label(product='2')
    Journal(path).add(kept)
    with open(path, 'ab') as file:
        file.write(json.dumps(label().record()).encode()[:-5])
    assert Journal(path).entries() == [kept]
    Journal(path).add(next_one)
    assert Journal(path).entries() == [kept, next_one]


@pytest.mark.parametrize('line', [
    '', '{}', '[1]', '"pair"', '{"kind": "vote"}', 'product,task', '{"kind": "label", "who": "a"}',
    '{"kind": "pair", "who": "a", "when": "2026-11-26", "id": "1", "a": "1", "b": "2"}'])
def test_a_line_that_is_no_entry(path, line):
    Journal(path).add(label())
    with open(path, 'a', encoding='utf-8') as file:
        file.write(f'{line}\n')
    with pytest.raises(UserError, match=r'journal.jsonl:2: expected an entry of a journal'):
        Journal(path).entries()


def test_a_decision_that_is_none_names_the_line(path):
    path.write_text('{"kind": "pair", "who": "a", "when": "2026-11-26", "id": "1", "a": "1", '
                    '"b": "2", "answer": "no"}\n')
    with pytest.raises(UserError, match=r"journal.jsonl:1: answer: expected same, .*'no'"):
        Journal(path).entries()


def test_what_others_add_is_seen_and_a_file_that_was_replaced_is_read_again(path):
    journal, entries = Journal(path), [label(product=str(number)) for number in range(3)]
    journal.add(entries[0])
    earlier = journal.state()
    Journal(path).add(*entries[1:])
    assert journal.entries() == entries
    assert [one.product for one in journal.state().labels.values()] == ['0', '1', '2']
    assert len(earlier.labels) == 1, 'what was given out stays as it was'
    path.write_text('')
    assert journal.entries() == []
    path.unlink()
    assert journal.state().labels == {}


def test_a_file_that_was_replaced_by_one_no_shorter_is_read_again(path, tmp_path):
    journal, other = Journal(path), Journal(tmp_path / 'other.jsonl')
    journal.add(label(product='1'), label(product='2'))
    journal.state()
    other.add(*[label(who='anna-maria', product=str(number)) for number in range(3, 9)])
    os.replace(other.path, path)                            # as "git pull" does
    assert journal.entries() == Journal(path).entries()
    other.add(*[label(product=str(number)) for number in range(20)])
    path.write_bytes(other.path.read_bytes())               # as "cp" does
    assert journal.entries() == other.entries()
    path.with_name('edited').write_bytes(path.read_bytes().replace(b'anna', b'emma', 1))
    os.replace(path.with_name('edited'), path)              # as an editor does
    assert journal.entries()[0].who == 'emma'


@pytest.mark.parametrize('text', ['Kleid\u2028grün', 'a\x85b', '\ufffd', 'line\nbreak'])
def test_any_text_is_one_line(path, text):
    Journal(path).add(label(product=text), label())
    assert [entry.product for entry in Journal(path).entries()] == [text, '1']


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / 'journal.jsonl').mkdir()
    with pytest.raises(UserError, match='journal.jsonl: cannot be '):
        Journal(tmp_path / 'journal.jsonl').add(label())


def test_threads_do_not_overwrite_each_other(path):
    journal = Journal(path)

    def review(who):
        for number in range(20):
            journal.add(label(who, product=str(number)))

    threads = [threading.Thread(target=review, args=(who,)) for who in 'abc']
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((one.who, int(one.product)) for one in Journal(path).entries()) == [
        (who, number) for who in 'abc' for number in range(20)]


#: Acknowledges each decision on its output, until it is killed.
REVIEW = """
import sys
from fashion_models.catalogue.journal import Journal, LabelDecision
journal = Journal(sys.argv[1])
for number in range(100_000):
    journal.add(LabelDecision(who=sys.argv[2], product=str(number), task='colour', before='Red',
                              answer='label', label='Blue' * 50))
    print(number, flush=True)
"""


@pytest.mark.skipif(sys.platform == 'win32', reason='Windows has no SIGKILL')
def test_no_acknowledged_decision_is_lost_when_reviewers_are_killed(path):
    reviewers = {who: subprocess.Popen([sys.executable, '-c', REVIEW, path, who], text=True,
                                       stdout=subprocess.PIPE) for who in 'ab'}
    acknowledged = {}
    for process in reviewers.values():
        for _ in range(30):
            process.stdout.readline()
    for who, process in reviewers.items():
        os.kill(process.pid, signal.SIGKILL)
        acknowledged[who] = 30 + process.stdout.read().count('\n')
        process.wait()
    found = Journal(path).entries()
    for who, count in acknowledged.items():
        own = [int(one.product) for one in found if one.who == who]
        assert own == list(range(len(own)))
        assert len(own) >= count
    Journal(path).add(label('cy'))
    assert Journal(path).entries()[:-1] == found


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='pipes are files on Unix')
def test_a_pipe_is_not_waited_for(path):
    os.mkfifo(path)
    with pytest.raises(UserError, match='is a pipe or a device'):
        Journal(path).state()
