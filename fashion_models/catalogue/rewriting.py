"""A catalogue as the source of another one, in which some products are changed."""

from fashion_models.catalogue.importers.source import Source
from fashion_models.catalogue.importers.tree import FolderTree
from fashion_models.catalogue.io import IMAGES_FOLDER, Catalogue


class Rewriting(Source):
    """A catalogue, open to be written anew; what changes is up to the subclass.

    Args:
        catalogue: The catalogue. Its header and the paths of its images stay as they are.

    Attributes:
        catalogue (Catalogue): The same.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(FolderTree(catalogue.folder, anywhere=True))
        self.catalogue = catalogue
        self.header = catalogue.header
        below = f'{IMAGES_FOLDER}/'
        if all(image.startswith(below) for product in catalogue.products
               for image in product.images):
            self.strip = below
