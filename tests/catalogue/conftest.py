"""Fixtures of the catalogue's tests."""

import io

import pytest
from PIL import Image


@pytest.fixture(scope='session')
def jpeg():
    """A function that returns the bytes of a small JPEG of one colour, 60×80 pixels."""
    def encode(colour='red'):
        file = io.BytesIO()
        Image.new('RGB', (60, 80), colour).save(file, 'jpeg')
        return file.getvalue()
    return encode


@pytest.fixture
def command(capsys):
    """A function that runs ``fashion-models catalogue …``; returns exit status and output."""
    import argparse

    from fashion_models.catalogue import commands

    def run(*arguments):
        parser = argparse.ArgumentParser(prog='fashion-models')
        commands.add_parser(parser.add_subparsers(required=True))
        args = parser.parse_args(['catalogue', *map(str, arguments)])
        status = args.func(args)
        return status or 0, capsys.readouterr().out
    return run
