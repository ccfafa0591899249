"""The JSON of the API: what requests hold and what answers look like."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from fashion_models.representation.ordering.order import DIVERSITY

#: Results that one answer holds, at most.
MOST = 500

#: Bounded, since each item that is wrong makes an error of a kilobyte.
Names = Annotated[list[str], Field(max_length=MOST)]
Where = Annotated[dict[str, str | Names], Field(
    description='Task to a label, or to several of which any will do',
    examples=[{'type': 'shoes', 'colour': ['Red', 'Pink']}])]
K = Annotated[int, Field(ge=1, le=MOST, description='How many products to return')]


class Body(BaseModel):
    """A request; what it does not know is an error, so that a misspelt name is noticed."""

    model_config = ConfigDict(extra='forbid')


class SearchBody(Body):
    id: str | None = Field(None, description='Find products similar to this one; or else send '
                                             'pictures of one')
    k: K = 10
    where: Where = {}
    other_groups: bool = Field(False, description="Leave out the product's own group, such as its "
                                                  'other colours')


class PicturesBody(Body):
    id: str | None = Field(None, description='A product of the catalogue; or else send pictures')


class OrderBody(Body):
    liked: Names = Field([], description='Ids of products that the shopper liked')
    disliked: Names = Field([], description='Ids of products that they did not like')
    lists: Names = Field([], description='Names of saved lists to order by, instead of likes')
    where: Where = {}
    diversity: float = Field(DIVERSITY, ge=0, lt=1, description='How much variety counts beside '
                                                                'relevance')
    k: K = 60


class ListBody(Body):
    name: str = Field(min_length=1, max_length=100)
    products: Names = Field(min_length=2, description='Ids, the first to go first')


class ListsOut(BaseModel):
    lists: dict[str, int] = Field(description='From the name of each list to its products')


class Product(BaseModel):
    id: str
    product: str = Field(description='The product; another id only where vectors are of listings')
    group: str = Field(description='Shared by the colourways of a design')
    title: str
    retailer: str
    labels: dict[str, str] = Field(description='Several labels of a task are joined by |')
    pictures: list[str] = Field(description='Addresses of its pictures on this server')


class Hit(Product):
    rank: int
    similarity: float = Field(description='Cosine, at most 1')


class Hits(BaseModel):
    query: str | None = Field(description='For a search by picture, its name in ?picture=… of the '
                                          'page of products')
    hits: list[Hit]


class Listed(Product):
    similarity: float | None = None


class Page(BaseModel):
    total: int
    offset: int
    products: list[Listed]
    facets: dict[str, dict[str, int]] | None = Field(
        None, description='How many products each label would give')


class ListingOut(BaseModel):
    retailer: str
    title: str
    description: str


class ProductDetails(Product):
    description: str
    listings: list[ListingOut] = Field(description='What each retailer says')


class Embedding(BaseModel):
    query: str | None
    vector: list[float] = Field(description='Of unit length')


class Placed(Product):
    rank: int
    relevance: float


class Order(BaseModel):
    diversity: float
    order: list[Placed]


class Colours(BaseModel):
    prominent: list[str]
    shares: dict[str, float] = Field(description='Of the product, the largest first')
    probabilities: dict[str, float] = Field(description='That it is the one colour')


class Health(BaseModel):
    status: Literal['ok']


class Version(BaseModel):
    version: str
    catalogue: str
    vectors: int
    per: str
    tasks: list[str]


class ErrorText(BaseModel):
    status: int
    message: str


class Error(BaseModel):
    error: ErrorText
