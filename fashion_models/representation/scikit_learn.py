"""scikit-learn, which comes with the extra ``analysis``."""

import importlib

from fashion_models.errors import UserError


def scikit_learn(module, purpose):
    """Imports a module of scikit-learn.

    Args:
        module (str): For example ``'linear_model'``.
        purpose (str): What needs it, for the error.

    Returns:
        The module.

    Raises:
        UserError: If scikit-learn is not installed.
    """
    try:
        return importlib.import_module(f'sklearn.{module}')
    except ImportError:
        raise UserError(f'{purpose} needs scikit-learn, which is not installed; '
                        '"fashion-models[analysis]" installs it') from None
