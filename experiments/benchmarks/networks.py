"""One network in Chainer and in PyTorch, with the same weights, and one training step of each.

The Chainer network is the project's own, of the sizes in ``fashion_models/recipes/lyst2016.toml``;
the others are built from it, layer by layer, and get copies of its weights. :func:`check_same`
holds them against each other before anything is timed.
"""

import copy
import io
import warnings

import chainer
import numpy as np

from fashion_models.functions import backend
from fashion_models.functions.precision import using_precision
from fashion_models.links import (
    MultiTaskClassifier,
    ProductEncoder,
    ZFNet,
    fold_for_inference,
    multi_task_loss,
)
from fashion_models.training.optimizer import MomentumSGD

CLASSES = {'gender': 2, 'colour': 16, 'type': 5, 'category': 30, 'subcategory': 158}
LEARNING_RATE, MOMENTUM, WEIGHT_DECAY = 0.01, 0.9, 0.0005


def chainer_network(size, seed=0):
    """The article's network, full width."""
    np.random.seed(seed)  # noqa: NPY002
    return MultiTaskClassifier(ProductEncoder(ZFNet(size)), CLASSES)


def batch(size, products, n, seed=1):
    """x (products, 3 n, size, size) and t (products, tasks), of random values."""
    random = np.random.default_rng(seed)
    x = random.normal(0, 50, (products, 3 * n, size, size)).astype(np.float32)
    t = [random.integers(0, classes, products) for classes in CLASSES.values()]
    return x, np.stack(t, axis=1).astype(np.int32)


def set_dropout(model, ratio):
    """Sets the ratio of all dropout, in either network."""
    (model.encoder.trunk if isinstance(model, chainer.Link) else model).dropout = ratio


class ChainerStep:
    """The training step as ``fashion-models train`` makes it.

    Args:
        model: Of :func:`chainer_network`.
        engine (bool): Whether oneDNN may be used; without it, Chainer's own optimizer is, too.
        precision (str): Of the engine's products.
    """

    def __init__(self, model, engine=True, precision='float32'):
        self.model, self.engine, self.precision = model, engine, precision
        if engine:
            self.optimizer = MomentumSGD(LEARNING_RATE, MOMENTUM, WEIGHT_DECAY)
            self.optimizer.setup(model)
        else:
            self.optimizer = chainer.optimizers.MomentumSGD(LEARNING_RATE, MOMENTUM)
            self.optimizer.setup(model)
            self.optimizer.add_hook(chainer.optimizer_hooks.WeightDecay(WEIGHT_DECAY))

    def _backend(self):
        return using_precision(self.precision) if self.engine else backend.without_onednn()

    def __call__(self, x, t):
        """One training step; returns the loss."""
        with self._backend():
            self.model.cleargrads()
            loss = multi_task_loss(self.model(x), t)
            loss.backward()
            self.optimizer.update()
        return float(loss.array)

    def scores(self, x):
        """The scores of all tasks, side by side, in evaluation."""
        with self._backend(), chainer.using_config('train', False), chainer.no_backprop_mode():
            return np.concatenate([y.array for y in self.model(x)], axis=1)


def folded(model):
    """A copy of the network that only evaluates, as for ``embed``."""
    return fold_for_inference(copy.deepcopy(model))


def torch_network(model):
    """The PyTorch network with the layers and the weights of a Chainer one."""
    import torch
    from torch import nn

    def tensor(array):
        return torch.from_numpy(np.array(array))

    def convolution(link):
        out, channels, *ksize = link.W.shape
        layer = nn.Conv2d(channels, out, ksize, link.stride, link.pad, bias=False)
        layer.weight.data = tensor(link.W.array)
        return layer

    def normalization(link):
        layer = nn.BatchNorm2d(link.gamma.size, eps=link.eps, momentum=1 - link.decay)
        layer.weight.data, layer.bias.data = tensor(link.gamma.array), tensor(link.beta.array)
        layer.running_mean, layer.running_var = tensor(link.avg_mean), tensor(link.avg_var)
        return layer

    def dense(link):
        layer = nn.Linear(*link.W.shape[::-1])
        layer.weight.data, layer.bias.data = tensor(link.W.array), tensor(link.b.array)
        return layer

    class Network(nn.Module):

        def __init__(self):
            super().__init__()
            encoder, trunk = model.encoder, model.encoder.trunk
            layers = []
            for k in range(1, 6):
                block = trunk[f'conv{k}']
                layers += [
                    convolution(block.conv), normalization(block.bn), nn.ReLU(inplace=True)]
                if k in (1, 2, 5):
                    layers.append(nn.MaxPool2d(3, stride=2, ceil_mode=True))
            self.convolutions = nn.Sequential(*layers)
            self.fc6, self.fc7 = dense(trunk.fc6.linear), dense(trunk.fc7.linear)
            self.pre_pool = dense(encoder.pre_pool.linear)
            self.post_pool = dense(encoder.post_pool.linear)
            self.representation = dense(encoder.representation.linear)
            self.heads = nn.ModuleList([dense(model.heads[task]) for task in model.tasks])
            self.dropout = trunk.dropout

        def forward(self, x):
            f = nn.functional
            b, channels, h, w = x.shape
            n = channels // 3
            y = torch.flatten(self.convolutions(x.reshape(b * n, 3, h, w)), 1)
            for layer in (self.fc6, self.fc7):
                y = f.dropout(f.relu(layer(y), inplace=True), self.dropout, self.training)
            y = f.relu(self.pre_pool(y), inplace=True)
            y = torch.amax(y.reshape(b, n, -1), dim=1) if n > 1 else y
            y = f.relu(self.post_pool(y), inplace=True)
            y = f.relu(self.representation(y), inplace=True)
            return [head(y) for head in self.heads]

    return Network()


class TorchStep:
    """The training step that a PyTorch user would write.

    Args:
        model: Of :func:`torch_network`.
        channels_last (bool): Whether weights (and so all that follows) lie channels-last.
        fused (bool): Whether the optimizer is PyTorch's fused one, the fastest it has.
        compiled (bool): Whether ``torch.compile`` compiles the network; needs a C++ compiler.
        bfloat16 (bool): Whether the network runs under autocast to bfloat16.
    """

    def __init__(
            self, model, channels_last=False, fused=False, compiled=False, bfloat16=False):
        import torch
        self.torch, self.bfloat16 = torch, bfloat16
        self.model = model.to(
            memory_format=torch.channels_last if channels_last else torch.contiguous_format)
        self.call = torch.compile(self.model) if compiled else self.model
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), LEARNING_RATE, MOMENTUM, weight_decay=WEIGHT_DECAY,
            fused=fused or None)

    def _input(self, x):
        return self.torch.from_numpy(x)

    def _outputs(self, x):
        with self.torch.autocast('cpu', self.torch.bfloat16, enabled=self.bfloat16):
            return [y.float() for y in self.call(self._input(x))]

    def __call__(self, x, t):
        """One training step; returns the loss."""
        cross_entropy = self.torch.nn.functional.cross_entropy
        self.model.train()
        self.optimizer.zero_grad(set_to_none=True)
        t = self.torch.from_numpy(t.astype(np.int64))
        losses = [cross_entropy(y, t[:, task]) for task, y in enumerate(self._outputs(x))]
        loss = sum(losses) / len(losses)
        loss.backward()
        self.optimizer.step()
        return float(loss.detach())

    def scores(self, x):
        """The scores of all tasks, side by side, in evaluation."""
        self.model.eval()
        with self.torch.inference_mode():
            return np.concatenate([y.numpy() for y in self._outputs(x)], axis=1)


class OnnxScores:
    """Evaluation by onnxruntime, of the PyTorch network."""

    def __init__(self, model, x, threads):
        import onnxruntime
        import torch
        file = io.BytesIO()
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')
            torch.onnx.export(
                model.eval().to(memory_format=torch.contiguous_format), (torch.from_numpy(x),),
                file, dynamo=False, opset_version=17, input_names=['x'])
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        self.session = onnxruntime.InferenceSession(
            file.getvalue(), options, providers=['CPUExecutionProvider'])

    def scores(self, x):
        """The scores of all tasks, side by side."""
        return np.concatenate(self.session.run(None, {'x': x}), axis=1)


def check_same(size, n=2):
    """Raises AssertionError unless all implementations compute the same.

    Compared are the scores in evaluation and, without dropout, the losses of three training steps
    from the same weights.
    """
    x, t = batch(size, 4, n)
    ours, stock = ChainerStep(chainer_network(size)), ChainerStep(chainer_network(size), False)
    peers = {'stock Chainer': stock, 'PyTorch': TorchStep(torch_network(ours.model)),
             'PyTorch channels-last': TorchStep(
                 torch_network(ours.model), channels_last=True, fused=True)}
    expected = ours.scores(x)
    scale = np.abs(expected).max()
    np.testing.assert_allclose(
        ChainerStep(folded(ours.model)).scores(x) / scale, expected / scale, atol=1e-4)
    for name, peer in peers.items():
        np.testing.assert_allclose(
            peer.scores(x) / scale, expected / scale, atol=1e-4, err_msg=name)
    for step in (ours, *peers.values()):
        set_dropout(step.model, 0.0)
        step.optimizer.lr = 1e-4
        if not isinstance(step, ChainerStep):
            for group in step.optimizer.param_groups:
                group['lr'] = 1e-4
    losses = [ours(x, t) for _ in range(3)]
    for name, peer in peers.items():
        np.testing.assert_allclose([peer(x, t) for _ in range(3)], losses, rtol=1e-3, err_msg=name)
