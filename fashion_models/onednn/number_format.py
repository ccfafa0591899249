"""Number formats: float32, and bfloat16 where the package ml_dtypes is installed."""

import numpy as np

from fashion_models.onednn import constants as c

try:
    import ml_dtypes
except ImportError:
    BFLOAT16 = None
else:
    BFLOAT16 = np.dtype(ml_dtypes.bfloat16)


def is_bfloat16(array: np.ndarray) -> bool:
    """Whether an array holds bfloat16."""
    return BFLOAT16 is not None and array.dtype == BFLOAT16


def code(dtype: np.dtype | type) -> int:
    """The ``dnnl_data_type_t`` of float32 or bfloat16."""
    return c.F32 if dtype == np.float32 else c.BF16
