"""What it takes to decode and scale a shop's pictures, in processor seconds.

::

    python experiments/benchmarks/decoding.py CATALOGUE --enlarge 4 -o decoding.json

Processor seconds do not depend on what else the machine does. Each picture is decoded in memory,
as a worker of ``embed --ray`` and a shard do; reading it from the disk or the network comes on top.
With ``--enlarge`` pictures are first scaled up, to the size that shops have, and saved as JPEG.

Time: a minute for 200 pictures and two sizes.
"""

import argparse
import io
import json
import pathlib
import time

import numpy as np
import PIL
from PIL import Image

from fashion_models.catalogue.decode import load_image
from fashion_models.catalogue.io import open_catalogue
from fashion_models.provenance import provenance

SIDES = 64, 256


def enlarged(content, times):
    """A picture in so many times its size, as the bytes of a JPEG."""
    image = Image.open(io.BytesIO(content)).convert('RGB')
    file = io.BytesIO()
    image.resize((times * image.width, times * image.height), Image.Resampling.BICUBIC).save(
        file, 'jpeg', quality=85)
    return file.getvalue()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition('\n')[0])
    parser.add_argument('catalogue', type=pathlib.Path)
    parser.add_argument('-o', '--output', type=pathlib.Path, required=True)
    parser.add_argument('--pictures', type=int, default=200)
    parser.add_argument('--enlarge', type=int, default=1)
    arguments = parser.parse_args()
    catalogue = open_catalogue(arguments.catalogue)
    paths = [path for product in catalogue.products for path in product.images]
    step = max(1, len(paths) // arguments.pictures)
    contents = [(catalogue.folder / path).read_bytes() for path in paths[::step]]
    if arguments.enlarge > 1:
        contents = [enlarged(content, arguments.enlarge) for content in contents]
    sizes = [load_image(io.BytesIO(content)).shape[:2] for content in contents]
    record = {
        'circumstances': provenance(), 'pillow': PIL.__version__,
        'catalogue': catalogue.header.name, 'pictures': len(contents), 'enlarge': arguments.enlarge,
        'mean_bytes': round(float(np.mean([len(content) for content in contents]))),
        'median_size': np.median(sizes, axis=0).tolist(), 'processor_seconds': {}}
    for side in SIDES:
        spent = []
        for content in contents:
            started = time.process_time()
            load_image(io.BytesIO(content), side)
            spent.append(time.process_time() - started)
        record['processor_seconds'][str(side)] = {
            'mean': float(np.mean(spent)), 'median': float(np.median(spent))}
    arguments.output.write_text(json.dumps(record, indent=1) + '\n')


if __name__ == '__main__':
    main()
