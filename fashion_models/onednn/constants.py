"""Values of oneDNN's enumerations (``dnnl_types.h``); they are the same in every version 3."""

# dnnl_data_type_t, dnnl_format_tag_t, dnnl_scratchpad_mode_t
BF16, F32, SAME_TYPE = 2, 3, 0
ANY = 1
SCRATCHPAD_USER = 1

# dnnl_cpu_isa_t: a set of bits, one for each extension that is included
AVX512_CORE_BF16 = 0xe7

# dnnl_prop_kind_t
TRAINING, INFERENCE, BACKWARD = 64, 96, 128

# dnnl_alg_kind_t
CONVOLUTION_DIRECT = 1
ELTWISE_RELU = 0x20
POOLING_MAX = 0x1ff
BINARY_ADD = 0x1fff0

# dnnl_normalization_flags_t
GLOBAL_STATISTICS, USE_SCALE, USE_SHIFT, FUSE_RELU = 1, 2, 4, 8

# dnnl_query_t
ARGUMENT = 255

# DNNL_ARG_*
SRC, SRC_1, DST, WEIGHTS, BIAS = 1, 2, 17, 33, 41
MEAN, VARIANCE, SCALE, SHIFT = 49, 50, 51, 52
WORKSPACE, SCRATCHPAD = 64, 80
DIFF_SRC, DIFF_DST, DIFF_WEIGHTS, DIFF_BIAS = 129, 145, 161, 169
DIFF_SCALE, DIFF_SHIFT = 255, 256
SCALES = 4096
