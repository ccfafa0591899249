import pytest

from fashion_models.catalogue.journal import Journal, PairDecision
from fashion_models.catalogue.pair_answers import read_pair_answers, require_unanswered
from fashion_models.errors import UserError


@pytest.fixture
def answers(tmp_path):
    def run(content, *encoding):
        (tmp_path / 'pairs.csv').write_bytes(
            content.encode() if isinstance(content, str) else content)
        return [(one.a, one.b, one.answer)
                for one in read_pair_answers(tmp_path / 'pairs.csv', *encoding)]
    return run


def test_words_and_letters(answers):
    assert answers('probability,a,b,answer,title_a\n0.9,2/1,1/1,same,x\n0.8,3,4,C,\n0.7,5,6, d ,\n'
                   '0.6,7,8,,\n0.5,7,9,?,\n0.4,1/1,2/1,s,\n0.3,\'=1,x,Colourway,\n') == [
        ('1/1', '2/1', 'same'), ('3', '4', 'colourway'), ('5', '6', 'different'),
        ('=1', 'x', 'colourway')]


@pytest.mark.parametrize('separator', ',;\t')
@pytest.mark.parametrize('encoding', ['utf-8', 'utf-8-sig', 'utf-16', 'cp1252'])
def test_as_spreadsheets_save_it(answers, separator, encoding):
    content = 'a,b,answer\r\nGrün,Blau,same\r\n'.replace(',', separator)
    named = encoding if encoding == 'cp1252' else None
    assert answers(content.encode(encoding), named) == [('Blau', 'Grün', 'same')]


@pytest.mark.parametrize(('content', 'message'), [
    ('a,b\n', 'pairs.csv:1: expected answers on pairs; missing column answer; found a, b'),
    ('a,b,answer\n1,2,yes\n', "pairs.csv:2: expected two different ids and .* '2' and 'yes'"),
    ('a,b,answer\n1,1,same\n', 'pairs.csv:2: expected two different ids'),
    ('a,b,answer\n1,,same\n', 'pairs.csv:2: expected two different ids'),
    ('a,b,answer\n1,2,same\n2,1,d\n',
     'pairs.csv:3: says different of 1 and 2, and pairs.csv:2 says same; delete one'),
    ('a,b,answer\n1,2\n', r'pairs.csv:2 \(2 fields, not 3\)')])
def test_what_cannot_be_used(answers, content, message):
    with pytest.raises(UserError, match=message):
        answers(content)


def test_a_journal(tmp_path):
    journal = Journal(tmp_path / 'journal.jsonl')
    first = PairDecision(who='anna', a='2', b='1', answer='same')
    journal.add(first, PairDecision(who='bo', a='1', b='2', answer='different'))
    (one,) = read_pair_answers(journal.path)
    assert (one.a, one.b, one.answer) == ('1', '2', 'different')
    assert one.where.startswith(f'{journal.path}, bo at 20')


@pytest.mark.parametrize('row', ['Größe,1,same', '1,2,s,title,more', '1,"2" x,d'])
def test_an_answer_in_a_row_that_is_hard_to_read_is_not_written_over(tmp_path, row):
    (tmp_path / 'pairs.csv').write_bytes(f'a,b,answer,title\n3,4,,x\n{row}\n'.encode('cp1252'))
    with pytest.raises(UserError, match="pairs.csv.*holds? a person's answer"):
        require_unanswered(tmp_path / 'pairs.csv')
    (tmp_path / 'pairs.csv').write_bytes('a,b,answer,title\n3,4,,Größe\n'.encode('cp1252'))
    require_unanswered(tmp_path / 'pairs.csv')
