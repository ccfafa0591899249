"""What all commands have in common: help, errors, exit statuses."""

import contextlib
import os
import subprocess
import sys

import pytest

import fashion_models
from fashion_models import cli
from fashion_models.cli.parser import Parser
from fashion_models.errors import UserError


def leaves(modules, words=()):
    for module in modules:
        path = (*words, module.NAME)
        if hasattr(module, 'COMMANDS'):
            yield from leaves(module.COMMANDS, path)
        else:
            yield path, module


COMMANDS = dict(leaves(cli.COMMANDS))


def parser_of(words):
    parser = cli.build_parser()
    for word in words:
        subparsers, = (action for action in parser._actions if isinstance(action.choices, dict))
        parser = subparsers.choices[word]
    return parser


@pytest.mark.parametrize('words', COMMANDS, ids=' '.join)
def test_every_command_has_a_help_that_teaches(words, capsys):
    module = COMMANDS[words]
    with pytest.raises(SystemExit) as stop:
        cli.main([*words, '--help'])
    output = capsys.readouterr().out
    assert stop.value.code == 0
    assert module.__doc__.strip() in output
    examples = module.EXAMPLES.splitlines()
    assert any(example.startswith(f'fashion-models {" ".join(words)} ') for example in examples)
    assert all(f'  {example}\n' in output for example in examples)
    for action in parser_of(words)._actions:
        assert action.help, action


@pytest.mark.parametrize('words', COMMANDS, ids=' '.join)
def test_every_example_can_be_parsed(words):
    for example in COMMANDS[words].EXAMPLES.splitlines():
        command = example.partition('   ')[0].partition('>')[0].split()
        if command[0] == 'fashion-models':
            cli.build_parser().parse_args(command[1:])


def test_help_lists_every_command(capsys):
    with pytest.raises(SystemExit):
        cli.main(['--help'])
    output = capsys.readouterr().out
    assert all(f'    {module.NAME}' in output for module in cli.COMMANDS)


def test_help_imports_nothing_slow(tmp_path):
    """From any folder, too."""
    code = ("import sys; from fashion_models import cli\n"
            "try: cli.main(['audit', '--help'])\n"
            "finally: print([name for name in ('chainer', 'matplotlib', 'scipy', 'sklearn') "
            "if name in sys.modules], file=sys.stderr)")
    result = subprocess.run(
        [sys.executable, '-c', code], cwd=tmp_path, capture_output=True, text=True,
        env=os.environ | {'PYTHONPATH': os.pathsep.join(filter(None, sys.path))}, check=True)
    assert result.stderr == '[]\n'


@pytest.mark.parametrize(('words', 'line'), [
    (['trian'], 'did you mean train?'),
    (['catalogue', 'chekc'], 'did you mean check?'),
    (['catalogue', 'import', 'cvs', 'a', 'b'], 'did you mean csv?'),
    (['evaluate', 'run', '--splti', 'all'], 'unrecognized arguments: --splti all; did you mean '
                                            '--split?'),
    (['evaluate', 'run', '--split', 'tset'], 'did you mean test?'),
    (['evaluate', 'run', '--xyz'], 'unrecognized arguments: --xyz (see fashion-models evaluate '
                                   '--help)'),
    (['predict'], 'the following arguments are required: RUN, IMAGE'),
    (['search', 'x', '--product', '3', '-k', 'ten'], 'argument -k: found ten, expected a whole')])
def test_what_is_not_understood(words, line, fails):
    assert line in fails(*words)


@pytest.mark.parametrize(('words', 'told'), [
    (['search', 'x', '--product', '1'], 'say where it is (--run), (--table), (more), (k = 3)'),
    (['lr', 'runs/shop', '0.1'], 'say where it is (run), (table), (more), (k = 3)')])
def test_the_parameters_that_the_library_names_are_given_as_flags(monkeypatch, fails, words, told):
    def run(arguments):
        raise UserError('say where it is (run), (table), (more), (k = 3)')

    monkeypatch.setattr(getattr(cli, words[0]), 'run', run)
    assert fails(*words) == told


def test_an_option_of_two_words_is_named_as_it_is_typed(fails, monkeypatch):
    def run(arguments):
        raise UserError('more than may go (most_gone)')

    monkeypatch.setattr(cli.catalogue.import_, 'run', run)
    assert fails('catalogue', 'import', 'csv', 'a', 'b') == 'more than may go (--most-gone)'


@pytest.mark.parametrize(('error', 'status', 'text'), [
    (UserError('shop: no such folder'), 2, 'fashion-models: error: shop: no such folder\n'),
    (PermissionError(13, 'Permission denied', 'shop/log'), 2,
     'fashion-models: error: shop/log: Permission denied\n'),
    (OSError('out of something'), 2, 'fashion-models: error: out of something\n'),
    (KeyboardInterrupt(), 130, 'interrupted\n')])
def test_errors_are_one_line(monkeypatch, capsys, error, status, text):
    def run(arguments):
        raise error

    monkeypatch.setattr(cli.lr, 'run', run)
    assert cli.main(['lr', 'run', '0.1']) == status
    assert capsys.readouterr().err == text


@pytest.mark.parametrize(('words', 'option'), [
    ('publish F --parquet F', 'parquet'), ('publish F --parquet link', 'parquet'),
    ('duplicates F -o F', 'output'), ('duplicates F -o x.csv --picture ./F', 'picture'),
    ('duplicates x --calibrate F -o F', 'output'), ('embeddings merge x F -o F', 'output'),
    ('order F --liked 1 --save F', 'save')])
def test_what_is_read_is_not_written_over(tmp_path, monkeypatch, fails, words, option):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'F').write_text('precious')
    (tmp_path / 'link').symlink_to('F')
    assert f'--{option} ' in (line := fails(*words.split()))
    assert 'would replace what is read' in line
    assert (tmp_path / 'F').read_text() == 'precious'


def test_a_reader_who_has_seen_enough():
    """As ``| head`` has."""
    process = subprocess.Popen(
        [sys.executable, '-c', 'import sys; from fashion_models import cli; '
         "cli.lr.run = lambda arguments: [print('x' * 99) for _ in range(9999)] and None; "
         "sys.exit(cli.main(['lr', 'run', '0.1']))"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env=os.environ | {'PYTHONPATH': os.pathsep.join(filter(None, sys.path))})
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b''
    assert process.wait() == 141


def test_parsers_are_of_one_kind():
    for words in COMMANDS:
        assert isinstance(parser_of(words), Parser)


@pytest.mark.skipif(not os.path.exists('/dev/full'), reason='a device of Linux')
@pytest.mark.parametrize('words', [['--help'], ['catalogue', 'check', '--help'], ['--version']])
def test_help_to_a_full_device_is_an_error(words, monkeypatch, capsys):
    with contextlib.suppress(OSError), open('/dev/full', 'w', encoding='utf-8') as full:
        monkeypatch.setattr('sys.stdout', full)
        assert cli.main(words) == 2
        assert 'No space left on device' in capsys.readouterr().err


@pytest.mark.skipif(os.name == 'nt', reason='sh')
@pytest.mark.parametrize(('command', 'status', 'output'), [
    ('lr --help >&-', 0, ''), ('--version 2>&-', 0, fashion_models.__version__),
    ('lr nowhere 1 2>&-', 2, ''), ('lr nowhere 1 >&- 2>&-', 2, ''),
    ('lr nowhere 1 2> /dev/full', 2, '')])
def test_streams_that_are_closed_or_full(command, status, output):
    done = subprocess.run(
        ['sh', '-c', f'"$0" -m fashion_models {command}', sys.executable], capture_output=True,
        text=True, timeout=60)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (status, output, '')
