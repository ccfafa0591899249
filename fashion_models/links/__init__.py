"""The networks, as Chainer Links: blocks, trunks, poolings, product encoder, multi-task classifier,
losses, same-product objective."""

from fashion_models.links.blocks import ConvBNReLU, DenseReLU, fold_for_inference
from fashion_models.links.image_pooling import POOLINGS
from fashion_models.links.losses import (
    COMBINATIONS,
    LOSSES,
    count_correct,
    count_labelled,
    multi_task_loss,
)
from fashion_models.links.multi_task_classifier import MultiTaskClassifier, task_fault
from fashion_models.links.product_encoder import ProductEncoder
from fashion_models.links.resnet50 import ResNet50
from fashion_models.links.same_product import METRIC_LOSSES, SameProduct
from fashion_models.links.text_fusion import TextFusion
from fashion_models.links.trunk import Trunk
from fashion_models.links.zfnet import ZFNet

#: From its name in a recipe to the trunk.
TRUNKS = {'zfnet': ZFNet, 'resnet50': ResNet50}

__all__ = [
    'COMBINATIONS', 'LOSSES', 'METRIC_LOSSES', 'POOLINGS', 'TRUNKS', 'ConvBNReLU', 'DenseReLU',
    'MultiTaskClassifier', 'ProductEncoder', 'ResNet50', 'SameProduct', 'TextFusion', 'Trunk',
    'ZFNet', 'count_correct', 'count_labelled', 'fold_for_inference', 'multi_task_loss',
    'task_fault',
]
