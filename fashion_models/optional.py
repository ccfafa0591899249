"""Libraries that only some commands need, and that the package is therefore installed without.

The extras are those of ``pyproject.toml``.
"""

import importlib
import os
import types

from fashion_models.errors import UserError

#: What a library is called where that is not the name of its module.
_NAMES = {'sklearn': 'scikit-learn'}

# onnxruntime tells its maker that it is used, unless told not to before it is imported.
os.environ.setdefault('ORT_DISABLE_TELEMETRY', '1')


def require(module: str, *, extra: str, purpose: str) -> types.ModuleType:
    """Imports a module of an optional library.

    Args:
        module: For example ``'sklearn.linear_model'``.
        extra: The extra of this package that installs the library.
        purpose: What needs it, to begin the error message with.

    Returns:
        The module.

    Raises:
        UserError: If it cannot be imported; the message says what to install.
    """
    top = module.partition('.')[0]
    try:
        importlib.import_module(top)
        return importlib.import_module(module)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == top
        reason = 'is not installed' if missing else f'cannot be imported ({error})'
        raise UserError(
            f'{purpose} needs {_NAMES.get(top, top)}, which {reason}: '
            f'pip install "fashion-models[{extra}]"') from None
