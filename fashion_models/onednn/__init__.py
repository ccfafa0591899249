"""Binding of the part of oneDNN's C interface that a convolutional network needs.

It knows arrays and strides, and nothing of Chainer: each module holds one kind of layer, as
functions from float32 NumPy arrays to new ones. Convolutions and dense layers can round what they
multiply to bfloat16; they add up in float32 even so. Arrays may lie in memory in any way; what
comes out lies channels-last where it is an image, which is how oneDNN is fastest. Primitives
(compiled code for one shape) are kept and used again, as is all memory.
"""
