"""What importing the package does to Chainer, to the rest of the process, and to what is printed.

Most of it is about the first import in a process, and so is tried in processes of its own.
"""

import subprocess
import sys
import textwrap
import types
import warnings

import chainer
import chainer.functions as F
import chainer.testing
import numpy as np
import pytest

import fashion_models
from fashion_models import compat

# What Python 3.12 and a virtual environment without setuptools lack.
WITHOUT_SETUPTOOLS = '''
    import sys

    class Absent:
        @staticmethod
        def find_spec(name, path, target=None):
            if name == 'numpy.distutils' or name.split('.')[0] in (
                    'setuptools', 'pkg_resources', '_distutils_hack', 'distutils'):
                raise ModuleNotFoundError(f'No module named {name!r}', name=name)

    for name in [name for name in sys.modules if name.split('.')[0] == '_distutils_hack']:
        del sys.modules[name]
    sys.meta_path.insert(0, Absent)
'''


def run(*programs, options=('-W', 'error')):
    """Runs the programs, one after the other, in a new process; returns what it prints."""
    program = '\n'.join(map(textwrap.dedent, programs))
    folder = fashion_models.__path__[0] + '/..'
    result = subprocess.run(
        [sys.executable, *options, '-c', program], cwd=folder, text=True, capture_output=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr == ''
    return result.stdout


def test_importing_the_package_imports_neither_chainer_nor_numpy():
    assert run('''
        import sys
        import fashion_models
        print([name for name in ('chainer', 'numpy', 'packaging') if name in sys.modules])
    ''') == '[]\n'


@pytest.mark.parametrize(
    'module', ['fashion_models', 'fashion_models.errors', 'fashion_models.links'])
def test_any_module_of_the_package_is_enough_and_no_warning_is_seen(module):
    assert run(f'''
        import {module}
        import chainer
        import chainer.testing
        print(chainer.__version__)
    ''') == '7.8.1\n'


def test_chainer_needs_no_setuptools_and_no_distutils():
    assert run(WITHOUT_SETUPTOOLS, '''
        import fashion_models
        import chainer.testing
        print(chainer.__version__)
    ''') == '7.8.1\n'


def test_nothing_is_left_in_numpy_or_under_another_library_s_name():
    assert run('''
        import sys
        import numpy
        names = ('float', 'int', 'bool', 'object', 'sctypes', 'product')

        def present():
            return [name for name in names if name in vars(numpy)]

        before = present()
        import fashion_models
        import chainer.testing
        print(present() == before, 'pkg_resources' in sys.modules, 'numpy.distutils' in sys.modules)
    ''') == 'True False False\n'


def test_chainer_may_have_been_imported_first_where_it_can_be():
    first = "import warnings; warnings.simplefilter('ignore'); import chainer, chainer.testing"
    if subprocess.run([sys.executable, '-c', first], capture_output=True).returncode:
        pytest.skip('Chainer alone cannot be imported here')
    assert run(first, '''
        warnings.simplefilter('error')
        import fashion_models
        import numpy
        image = numpy.zeros((1, 1, 2, 2), 'f')
        print(chainer.functions.resize_images(image, (3, 3)).shape)
    ''', options=()) == '(1, 1, 3, 3)\n'


@pytest.mark.parametrize('name', sorted(compat.REPLACEMENTS))
def test_line_numbers_in_tracebacks_stay_right(name):
    for text, replacement in compat.REPLACEMENTS[name]:
        assert replacement.count('\n') == text.count('\n')


def test_another_chainer_is_refused():
    name = 'chainer.functions.array.resize_images'
    loader = types.SimpleNamespace(get_source=lambda name: 'something else\n')
    with pytest.raises(ImportError, match=r'resize_images is not that of Chainer 7\.8\.1'):
        compat._adapted_code(loader, name)


def test_resize_images():
    x = np.array([[[[0, 1], [2, 3]]]], 'f')
    y = F.resize_images(x, (3, 3))
    np.testing.assert_allclose(y.array, [[[[0, .5, 1], [1, 1.5, 2], [2, 2.5, 3]]]])


def test_as_strided_adds_up_the_gradient_of_what_it_repeats():
    x = chainer.Variable(np.arange(4, dtype='f'))
    windows = F.as_strided(x, (3, 2), (1, 1), 0)
    np.testing.assert_array_equal(windows.array, [[0, 1], [1, 2], [2, 3]])
    windows.grad = np.ones((3, 2), 'f')
    windows.backward()
    np.testing.assert_array_equal(x.grad, [1, 2, 2, 1])


@pytest.mark.parametrize(('requirements', 'met'), [
    (['numpy'], True), (['numpy>=1.26', 'chainer==7.8.1'], True), (['chainer>7.8.1'], False),
    (['numpy', 'chainer<7'], False), (['no-such-package'], False)])
def test_chainer_s_tests_for_what_is_installed(requirements, met):
    class Case:
        @chainer.testing.with_requires(*requirements)
        def with_them(self):
            pass

        @chainer.testing.without_requires(*requirements)
        def without_them(self):
            pass

    def skipped(method):
        return getattr(method, '__unittest_skip__', False)

    assert skipped(Case.with_them) is not met
    assert skipped(Case.without_them) is met


@pytest.mark.parametrize(('category', 'module', 'shown'), [
    (DeprecationWarning, 'chainer.links.connection.linear', False),
    (FutureWarning, 'chainer', False),
    (FutureWarning, 'chainermn.links', False),
    (RuntimeWarning, 'chainer.functions.math.exponential', True),   # about the user's numbers
    (UserWarning, 'chainer.training.extensions.evaluator', True),
    (FutureWarning, 'chainercv.links', True),
    (FutureWarning, 'sklearn', True),
    (DeprecationWarning, '__main__', True),
])
def test_only_chainer_s_noise_is_hidden(category, module, shown):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter('always')
        compat._silence()
        warnings.warn_explicit('words', category, 'file.py', 1, module=module)
    assert bool(caught) is shown


def test_experimental_features_are_not_announced():
    with warnings.catch_warnings():
        warnings.simplefilter('error')
        compat._silence()
        chainer.utils.experimental('a feature')
