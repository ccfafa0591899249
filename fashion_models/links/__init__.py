"""The networks, as Chainer Links: trunk, product encoder, text branch, multi-task classifier."""

from fashion_models.links.folding import fold_batch_normalization
from fashion_models.links.multi_task_classifier import (
    MultiTaskClassifier,
    count_correct,
    count_labelled,
    multi_task_loss,
)
from fashion_models.links.product_encoder import POOLINGS, ProductEncoder
from fashion_models.links.resnet50 import ResNet50
from fashion_models.links.text_fusion import TextFusion
from fashion_models.links.zfnet import ZFNet

TRUNKS = {'zfnet': ZFNet, 'resnet50': ResNet50}

__all__ = [
    'POOLINGS', 'TRUNKS', 'MultiTaskClassifier', 'ProductEncoder', 'ResNet50', 'TextFusion',
    'ZFNet', 'count_correct', 'count_labelled', 'fold_batch_normalization', 'multi_task_loss',
]
