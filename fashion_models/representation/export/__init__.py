"""Export: a trained network for programs that have neither Chainer nor this package.

``graphs`` writes the ONNX graphs and checks them against the network; the files in ``scripts`` are
copied beside them.
"""

from fashion_models.representation.export.graphs import export

__all__ = ['export']
