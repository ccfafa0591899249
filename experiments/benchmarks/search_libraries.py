"""The libraries that are compared, each behind the same four functions."""

import numpy as np

from fashion_models.representation.search.neighbours import exact_search

BLOCK = 20_000


def blocks(vectors):
    """Yields first row and (b, d) float32 of consecutive blocks."""
    for start in range(0, len(vectors), BLOCK):
        yield start, np.asarray(vectors[start:start + BLOCK], np.float32)


class Exact:
    """The package's own exact search, for comparison: nothing to build."""

    efforts = (1,)
    vectors = None

    def build(self, vectors):
        pass

    def save(self, file):
        file.touch()

    def load(self, file):
        pass

    def search(self, query, count, effort):
        return exact_search(self.vectors, query[np.newaxis], count)[0][0]


class Faiss:
    """An index that faiss makes of a description, in which ``{cells}`` stands for 4 sqrt(n)."""

    def __init__(self, description, parameter, efforts):
        self.description = description
        self.parameter = parameter
        self.efforts = efforts

    def build(self, vectors):
        import faiss
        n, size = vectors.shape
        cells = 2 ** round(np.log2(4 * np.sqrt(n)))
        # Of unit vectors the nearest are the most similar; unlike scalar products, distances also
        # survive that PCA moves the origin.
        self.index = faiss.index_factory(
            size, self.description.format(cells=cells), faiss.METRIC_L2)
        rows = np.random.default_rng(0).choice(n, min(n, 50 * cells), replace=False)
        self.index.train(np.asarray(vectors[np.sort(rows)], np.float32))
        for _, block in blocks(vectors):
            self.index.add(block)

    def save(self, file):
        import faiss
        faiss.write_index(self.index, str(file))

    def load(self, file):
        import faiss
        faiss.omp_set_num_threads(1)
        self.index = faiss.read_index(str(file))
        self.space = faiss.ParameterSpace()

    def search(self, query, count, effort):
        if self.parameter:
            self.space.set_index_parameter(self.index, self.parameter, effort)
        return self.index.search(query[np.newaxis], count)[1][0]


class Usearch:
    """HNSW of usearch, on vectors of a lesser precision."""

    efforts = (64, 128, 256, 512)

    def __init__(self, dtype):
        self.dtype = dtype

    def _empty(self, size):
        from usearch.index import Index
        return Index(ndim=size, metric='ip', dtype=self.dtype, connectivity=16, expansion_add=128)

    def build(self, vectors):
        self.index = self._empty(vectors.shape[1])
        for start, block in blocks(vectors):
            self.index.add(np.arange(start, start + len(block)), block, threads=0)

    def save(self, file):
        self.index.save(str(file))

    def load(self, file):
        from usearch.index import Index
        self.index = Index.restore(str(file))

    def search(self, query, count, effort):
        self.index.expansion_search = effort
        return self.index.search(query, count, threads=1).keys.astype(np.int64)


class Hnswlib:
    """HNSW of hnswlib, float32."""

    efforts = (64, 128, 256, 512)

    def __init__(self, size=1024):
        self.size = size

    def build(self, vectors):
        import hnswlib
        self.index = hnswlib.Index('ip', vectors.shape[1])
        self.index.init_index(len(vectors), M=16, ef_construction=128)
        for start, block in blocks(vectors):
            self.index.add_items(block, np.arange(start, start + len(block)))

    def save(self, file):
        self.index.save_index(str(file))

    def load(self, file):
        import hnswlib
        self.index = hnswlib.Index('ip', self.size)
        self.index.load_index(str(file))
        self.index.set_num_threads(1)

    def search(self, query, count, effort):
        self.index.set_ef(effort)
        return self.index.knn_query(query, count)[0][0].astype(np.int64)


PROBES = 'nprobe', (8, 16, 32, 64, 128)
WIDTHS = 'efSearch', (64, 128, 256, 512)

#: From the name in the table to what makes the candidate.
CANDIDATES = {
    'exact': Exact,
    'faiss IVF, SQ8': lambda: Faiss('IVF{cells},SQ8', *PROBES),
    'faiss PCA128, IVF, SQ8': lambda: Faiss('PCA128,IVF{cells},SQ8', *PROBES),
    'faiss PCA64, IVF, SQ8': lambda: Faiss('PCA64,IVF{cells},SQ8', *PROBES),
    'faiss PCA128, IVF, PQ64': lambda: Faiss('PCA128,IVF{cells},PQ64', *PROBES),
    'faiss PCA128, SQ8, no cells': lambda: Faiss('PCA128,SQ8', None, (1,)),
    'faiss PCA128, HNSW32, SQ8': lambda: Faiss('PCA128,HNSW32_SQ8', *WIDTHS),
    'usearch HNSW, f16': lambda: Usearch('f16'),
    'usearch HNSW, i8': lambda: Usearch('i8'),
    'hnswlib HNSW, f32': Hnswlib,
}
