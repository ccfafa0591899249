"""Export the network as ONNX graphs, with an example that needs no Chainer.

The graphs take any number of images and products. They are run beside the network first, and are
written only if both compute the same.
"""

import argparse

from fashion_models.cli import options

NAME = 'export'
EXAMPLES = '''\
fashion-models export runs/shop -o shop-onnx
python shop-onnx/example.py front.jpg back.jpg      needs onnxruntime, Pillow and NumPy only'''


def add_arguments(parser: argparse.ArgumentParser) -> None:
    options.run(parser)
    options.output(parser, 'DIR', 'the folder to write the graphs and the example to')
    options.snapshot(parser)


def run(arguments: argparse.Namespace) -> None:
    from fashion_models.representation.encoder import load
    from fashion_models.representation.export.graphs import export

    difference = export(load(arguments.run, arguments.snapshot), arguments.output)
    print(f'{arguments.output}: differs from the network by at most {difference:.1e}')
