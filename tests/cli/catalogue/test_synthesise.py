"""``fashion-models catalogue synthesise``."""

import dataclasses

import pytest

from fashion_models import cli
from fashion_models.catalogue.io import open_catalogue
from fashion_models.cli.catalogue import synthesise as command
from fashion_models.drawn.difficulty import EASY, Difficulty


def parsed(*words):
    return cli.build_parser().parse_args(['catalogue', 'synthesise', 'DIR', *words])


def test_defaults_are_the_articles():
    arguments = parsed()
    assert (arguments.products, arguments.seed, arguments.size) == (10000, 0, 128)
    assert command.chosen_difficulty(arguments) == Difficulty()


def test_easy_switches_all_off():
    assert command.chosen_difficulty(parsed('--easy')) == EASY
    assert set(dataclasses.astuple(EASY)) == {0.0}


@pytest.mark.parametrize('field', dataclasses.fields(Difficulty), ids=lambda field: field.name)
def test_each_cause_has_its_switch(field):
    chosen = command.chosen_difficulty(parsed(f'--no-{field.name.replace("_", "-")}'))
    assert chosen == dataclasses.replace(Difficulty(), **{field.name: 0.0})


def test_from_the_command_line(tmp_path, capsys):
    folder = tmp_path / 'shop'
    words = ['catalogue', 'synthesise', str(folder), '--products', '3', '--size', '32',
             '--workers', '1']
    assert cli.main(words) == 0
    assert '3 products' in capsys.readouterr().out
    assert len(list(open_catalogue(folder).products)) == 3
    assert cli.main(words) == 2
    assert 'already holds a catalogue' in capsys.readouterr().err
