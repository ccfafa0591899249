"""Libraries that only some commands need, and that the package is therefore installed without.

The extras are those of ``pyproject.toml``.
"""

import importlib
import importlib.metadata
import os
import re
import types
import warnings

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
        with warnings.catch_warnings():
            warnings.simplefilter('ignore')     # what a library says of itself is not for our users
            importlib.import_module(top)
            return importlib.import_module(module)
    except ImportError as error:
        missing = isinstance(error, ModuleNotFoundError) and error.name == top
        reason = 'is not installed' if missing else f'cannot be imported ({error})'
        name = _NAMES.get(top, top)
        raise UserError(
            f'{purpose} needs {name}, which {reason}: {installing(extra, name)}') from None


def installing(extra: str, library: str) -> str:
    """The command that installs what an extra consists of.

    It names the libraries, not the extra, and so works wherever this package came from.

    Args:
        extra: One of this package's.
        library: What to name alone where this package is not installed, but on the path.
    """
    try:
        requirements = importlib.metadata.requires('fashion-models') or ()
    except importlib.metadata.PackageNotFoundError:
        requirements = ()
    found = [one.partition(';')[0].strip() for one in requirements
             if re.search(f'''extra == ["']{re.escape(extra)}["']''', one)]
    return 'pip install ' + ' '.join(f'"{one}"' for one in found or [library])
