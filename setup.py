"""Package metadata; ``make install`` does the whole set-up."""

import pathlib
import re

from setuptools import find_packages, setup

HERE = pathlib.Path(__file__).parent


def version():
    # Read, not imported: at this time the package's dependencies need not be there.
    text = (HERE / 'fashion_models' / '__init__.py').read_text(encoding='utf-8')
    return re.search(r"^__version__ = '(.+)'$", text, re.MULTILINE).group(1)


#: What single commands need: each says so where it is missing.
EXTRAS = {
    'analysis': ['scikit-learn>=1.4', 'openTSNE>=1.0.1'],
    'audit': ['cleanlab>=2.6'],
    'fashion-gen': ['h5py>=3.10'],
    'search': ['faiss-cpu>=1.8'],
    # Chainer's exporter uses onnx.mapping, which 1.19 removed.
    'onnx': ['onnx>=1.16,<1.19', 'onnxruntime>=1.17'],
}

setup(
    name='fashion-models',
    version=version(),
    description='Deep learning for fashion catalogues, in Chainer: '
                'one representation for all images of a product',
    packages=find_packages(include=['fashion_models', 'fashion_models.*']),
    package_data={
        'fashion_models': ['recipes/*.toml'],
        'fashion_models.representation.duplicates': ['duplicates.json'],
    },
    python_requires='>=3.11,<3.14',
    install_requires=[
        'chainer==7.8.1',
        # The combinations that Chainer was tried with: docs/compatibility.rst.
        'numpy>=1.26,<2.6',
        'filelock>=3.12',
        'matplotlib>=3.8',
        'pillow>=10.3',
        'tqdm>=4.60',
    ],
    extras_require=EXTRAS | {
        'all': sorted({package for packages in EXTRAS.values() for package in packages}),
        # CuPy 14 no longer has cuDNN; 10 and 11 confuse the devices of several GPUs.
        'cuda11': ['cupy-cuda11x>=12,<14'],
        'cuda12': ['cupy-cuda12x>=12,<14'],
        # The oneDNN library, for convolutions on a CPU; it needs the system's libgomp.
        'engine': ['onednn-cpu-gomp==2023.2.0; '
                   'sys_platform == "linux" and platform_machine == "x86_64"'],
        'test': ['pytest>=8', 'pytest-timeout>=2.3', 'hypothesis>=6.100', 'packaging'],
        'lint': ['ruff>=0.6'],
        'docs': ['sphinx>=7.2'],
        # What the benchmark measures the engine against.
        'peers': ['torch>=2.4', 'onnxruntime>=1.17', 'onnx>=1.16,<1.19'],
    },
    entry_points={'console_scripts': ['fashion-models = fashion_models.cli:main']},
)
