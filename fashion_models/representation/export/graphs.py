"""A trained network as two ONNX graphs, for programs that have neither Chainer nor this package.

::

    image.onnx          images (b, 3, size, size), mean-subtracted -> features (b, f)
    product.onnx        features (b, n, f) of b products with n images each ->
                        representation (b, d), of unit length, the scores of each task, and the
                        vector (b, size) that products are compared by
    mean.npy            the mean image, (3, size, size) float32
    image.toml          what image.onnx takes, for an
                        :class:`~fashion_models.representation.image_tower.ImageTower`
    constants.json      sizes in pixels, and each task's labels in the order of the scores
    preprocessing.py    turns an image file into what image.onnx takes
    example.py          predicts the labels of image files with onnxruntime, Pillow and NumPy alone

b and n are free. There are two graphs because the trunk works image by image, and what follows the
pooling, product by product: features can be kept while a product's images come and go.
"""

import importlib.resources
import json
import os
import pathlib
import typing
import warnings

import chainer
import numpy as np

from fashion_models.catalogue.decode import MAX_ASPECT
from fashion_models.errors import UserError
from fashion_models.files import atomic_write, told_if_unwritable
from fashion_models.functions.backend import without_onednn
from fashion_models.optional import require
from fashion_models.parsing import json_file, require_form
from fashion_models.provenance import versions
from fashion_models.representation.encoder import Encoder
from fashion_models.representation.linear import normalize

if typing.TYPE_CHECKING:    # an extra
    import onnx

OPSET = 11      # the newest that onnx_chainer, which comes with Chainer, knows
TOLERANCE = 1e-4
#: What is written, the first one first.
_FILES = ('constants.json', 'image.onnx', 'product.onnx', 'mean.npy', 'image.toml',
          'preprocessing.py', 'example.py')
#: From each pooling to the reductions over the images, whose results stand side by side.
_POOLINGS = {
    'max': ['ReduceMax'], 'mean': ['ReduceMean'], 'sum': ['ReduceSum'],
    'max_mean': ['ReduceMax', 'ReduceMean'], 'attention': ['ReduceSum']}


def export(encoder: Encoder, folder: str | os.PathLike) -> float:
    """Exports a network to a folder, and compares what the graphs compute with Chainer.

    Args:
        encoder: On the CPU.
        folder: Created if it does not exist.

    Returns:
        The largest difference found, see :func:`compare`.

    Raises:
        UserError: If onnx or onnxruntime is not installed, the folder cannot be written or holds
            such a file of another origin, a task has the name of an input or output of the graphs,
            or these do not compute what the network does.
    """
    _require()
    folder = pathlib.Path(folder)
    _require_own(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(f'{folder}: cannot be created: {error.strerror}') from None
    run = encoder.run
    graphs = {'image': image_graph(encoder), 'product': product_graph(encoder)}
    difference = compare(encoder, graphs)
    constants = {
        'shorter_side': run.recipe.data.shorter_side, 'size': run.recipe.data.size,
        'longest_aspect': MAX_ASPECT, 'labels': run.vocabulary.labels,
        'run': run.folder.resolve().name, 'snapshot': encoder.which, 'versions': versions()}
    # First: it tells an export's folder, a killed one's included, from any other.
    _write(folder / 'constants.json', json.dumps(constants, indent=1).encode())
    for name, graph in graphs.items():
        _write(folder / f'{name}.onnx', graph.SerializeToString())
    with told_if_unwritable(folder / 'mean.npy'), atomic_write(folder / 'mean.npy') as file:
        np.save(file, run.mean)
    _write(folder / 'image.toml', _tower_settings(run, encoder.model.encoder.pooling))
    for script in 'preprocessing.py', 'example.py':
        source = importlib.resources.files(__package__) / 'scripts' / script
        _write(folder / script, source.read_bytes())
    return difference


def _require_own(folder):
    """Refuses a folder where a file of another origin would be replaced, as a run's mean image."""
    there = [name for name in _FILES if (folder / name).exists()]
    if there and not _is_own(folder / _FILES[0]):
        raise UserError(f'{folder}: holds {there[0]}, which no export wrote; choose another '
                        'folder')


def _is_own(constants):
    try:
        require_form(json_file(constants), {'longest_aspect': float, 'snapshot': str})
    except (OSError, ValueError):
        return False
    return True


def _tower_settings(run, pooling):
    """What an image tower of the image graph alone is to know."""
    return (f'size = {run.recipe.data.size}\nshorter_side = {run.recipe.data.shorter_side}\n'
            'mean = "mean.npy"\nstd = [1, 1, 1]\nscale = 1\n'
            f'pooling = "{"max" if pooling == "max" else "mean"}"\n').encode()


def _require():
    # onnx.mapping, which onnx_chainer needs, is gone from onnx 1.19.
    for module in 'onnx.mapping', 'onnxruntime':
        require(module, extra='onnx', purpose='export')


def _write(path, content):
    with told_if_unwritable(path), atomic_write(path) as file:
        file.write(content)


class _ImageTower(chainer.Chain):
    """What sees each image by itself: the trunk and the layer before the pooling."""

    def __init__(self, encoder):
        super().__init__()
        with self.init_scope():
            self.trunk = encoder.trunk.copy()
            self.pre_pool = encoder.pre_pool.copy()

    def forward(self, x):
        return self.pre_pool(self.trunk(x))


def image_graph(encoder: Encoder) -> 'onnx.ModelProto':
    """The graph from images to the features that are pooled."""
    import onnx_chainer

    tower = _ImageTower(encoder.model.encoder)
    shape = encoder.run.mean.shape
    b = 2
    # onnx_chainer knows Chainer's own functions only.
    with without_onednn(), warnings.catch_warnings():
        warnings.simplefilter('ignore', DeprecationWarning)     # its use of the onnx package
        model = onnx_chainer.export(
            tower, np.zeros((b, *shape), np.float32), graph_name='image', opset_version=OPSET,
            input_names='images', output_names='features', input_shapes=('b', *shape))
    graph = model.graph
    # Parameters are constants, not inputs with a default.
    parameters = {tensor.name for tensor in graph.initializer}
    for value in [value for value in graph.input if value.name in parameters]:
        graph.input.remove(value)
    del graph.value_info[:]     # inferred for b images
    graph.output[0].type.tensor_type.shape.dim[0].dim_param = 'b'
    for node in graph.node:
        if node.op_type == 'Reshape':
            _free_first_dimension(graph, node.input[1], b)
    return model


def _free_first_dimension(graph, name, b):
    """Makes a Reshape take the number of images from its input."""
    import onnx

    for node in graph.node:
        if node.op_type == 'Constant' and node.output[0] == name:
            tensor = node.attribute[0].t
            shape = onnx.numpy_helper.to_array(tensor).copy()
            if shape[0] == b:
                shape[0] = 0    # "as in the input"
                tensor.CopyFrom(onnx.numpy_helper.from_array(shape, tensor.name))


def product_graph(encoder: Encoder) -> 'onnx.ModelProto':
    """The graph from the features of products to their representations, scores and vectors."""
    from onnx import TensorProto, helper, numpy_helper

    if taken := sorted({'features', 'representation', 'vector'} & set(encoder.model.tasks)):
        raise UserError(f'{encoder.run.folder}: the task {taken[0]!r} has the name of an input or '
                        'output of product.onnx; expected another name')
    network, heads = encoder.model.encoder, encoder.model.heads
    nodes, constants = [], []   # what no task names has a slash in its name

    def node(kind, inputs, output, **attributes):
        nodes.append(helper.make_node(kind, inputs, [output], **attributes))

    def constant(name, array):
        constants.append(numpy_helper.from_array(np.asarray(array, np.float32), name))

    def dense(layer, name, given, output):
        constant(f'{name}/W', chainer.cuda.to_cpu(layer.W.array))
        constant(f'{name}/b', chainer.cuda.to_cpu(layer.b.array))
        node('Gemm', [given, f'{name}/W', f'{name}/b'], output, transB=1)

    def unit_length(given, output):
        node('ReduceL2', [given], f'{given}/length', axes=[1], keepdims=1)
        node('Max', [f'{given}/length', '/least'], f'{given}/divisor')   # zeros stay zeros
        node('Div', [given, f'{given}/divisor'], output)

    given = 'features'
    if network.pooling == 'attention':
        # opset 11's Softmax is over all axes from the given one on: the n images and the one score
        score = chainer.cuda.to_cpu(network.column_attention_pooling.score.W.array)
        constant('/score/W', score.T)
        node('MatMul', ['features', '/score/W'], '/scores')
        node('Softmax', ['/scores'], '/weights', axis=1)
        node('Mul', ['features', '/weights'], '/weighted')
        given = '/weighted'
    reductions = _POOLINGS[network.pooling]
    parts = [f'/pooled/{reduction}' for reduction in reductions]
    for reduction, part in zip(reductions, parts):
        node(reduction, [given], part, axes=[1], keepdims=0)
    node('Concat', parts, '/pooled', axis=1)
    dense(network.post_pool.linear, '/post_pool', '/pooled', '/post_pool')
    node('Relu', ['/post_pool'], '/post_pool_relu')
    dense(network.representation.linear, '/representation', '/post_pool_relu', '/last')
    node('Relu', ['/last'], '/activations')
    constant('/least', np.finfo(np.float32).tiny)
    unit_length('/activations', 'representation')
    outputs = {'representation': network.out_size}
    for task in encoder.model.tasks:
        dense(heads[task], f'heads/{task}', '/activations', task)
        outputs[task] = len(heads[task].b)
    constant('/share', max(1, len(encoder.labels)) ** -0.5)
    for task in encoder.labels:
        node('Softmax', [task], f'{task}/probabilities', axis=1)
        node('Sqrt', [f'{task}/probabilities'], f'{task}/roots')
        node('Mul', [f'{task}/roots', '/share'], f'{task}/part')
    node('Concat', ['representation', *(f'{task}/part' for task in encoder.labels)], '/parts',
         axis=1)
    unit_length('/parts', 'vector')
    outputs['vector'] = encoder.size

    def value(name, *shape):
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)

    graph = helper.make_graph(
        nodes, 'product', [value('features', 'b', 'n', network.pre_pool.linear.W.shape[0])],
        [value(name, 'b', size) for name, size in outputs.items()], constants)
    return helper.make_model(
        graph, producer_name='fashion_models', ir_version=6,
        opset_imports=[helper.make_opsetid('', OPSET)])


def compare(encoder: Encoder, graphs: dict) -> float:
    """Compares the graphs with the network on noise: products of 1 to 5 images, singly and batched.

    Args:
        encoder: On the CPU.
        graphs: ``'image'`` and ``'product'`` (onnx.ModelProto).

    Returns:
        The largest difference in a representation, score or vector, relative to the largest value
        if that is above 1.

    Raises:
        UserError: If it is more than ``TOLERANCE``.
    """
    import onnx
    import onnxruntime

    sessions = {}
    for name, graph in graphs.items():
        onnx.checker.check_model(graph)
        sessions[name] = onnxruntime.InferenceSession(
            graph.SerializeToString(), providers=['CPUExecutionProvider'])
    mean = encoder.run.mean
    rng = np.random.default_rng(0)
    differences = []
    for n in range(1, 6):
        b = 1 + n % 2
        x = rng.integers(0, 256, (b, n, *mean.shape)).astype(np.float32) - mean
        features, = sessions['image'].run(None, {'images': x.reshape(-1, *mean.shape)})
        found = sessions['product'].run(None, {'features': features.reshape(b, n, -1)})
        activations = encoder.activations(x.reshape(b, -1, *mean.shape[1:]))
        expected = [normalize(activations), *encoder.scores(activations),
                    encoder.vectors(activations)]
        differences += [
            np.abs(one - other).max() / max(1, np.abs(other).max())
            for one, other in zip(found, expected)]
    if not max(differences) <= TOLERANCE:
        raise UserError(
            f'the ONNX graphs differ from the network by {max(differences):.1e}, more than '
            f'{TOLERANCE:.0e}: nothing was exported')
    return float(max(differences))
