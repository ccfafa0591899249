"""The JSON of the reviews: labels and pairs to look at, and decisions on them."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from fashion_models.serve.schema import Body, Product

#: Answers that one request may hold, and the pairs that they decide on.
MOST, MOST_PAIRS = 500, 2000

Who = Annotated[str, Field(min_length=1, max_length=60, pattern=r'\S',
                           description='The reviewer who decides')]
Seen = Annotated[str | None, Field(
    description='Id of the decision on it that the reviewer has seen; if somebody else has decided '
                'since, nothing is written')]


class Decided(BaseModel):
    id: str
    who: str
    when: str
    answer: str
    label: str = Field('', description='What is right, where the answer is a label')


class Outcome(BaseModel):
    product: str = Field('', description='Of a decision on a label')
    task: str = ''
    a: str = Field('', description='Of a decision on a pair')
    b: str = ''
    decision: Decided


class Doubt(BaseModel):
    number: int = Field(description='Its place; ask for what comes after it')
    product: Product
    task: str
    label: str
    suggested: str
    p_label: float | None
    p_suggested: float | None
    decision: Decided | None


class Doubts(BaseModel):
    total: int = Field(description='Labels that the filters leave, decided or not')
    decided: int
    doubts: list[Doubt]


class LabelAnswer(Body):
    product: str
    task: str
    before: str = Field(description='The label that was looked at')
    answer: Literal['right', 'suggested', 'other', 'cannot tell']
    label: str = Field('', max_length=200, description='With the answer "other": the right one')
    seen: Seen = None


class LabelAnswers(Body):
    who: Who
    answers: list[LabelAnswer] = Field(min_length=1, max_length=MOST)


class Side(Product):
    description: str


class PairOut(BaseModel):
    number: int
    probability: float
    similarity: float
    known: bool = Field(description='Whether the catalogue has them as one product already')
    sides: list[Side]
    decision: Decided | None


class Pairs(BaseModel):
    searching: bool = Field(description='Whether they are still being looked for; ask again')
    total: int
    decided: int
    pairs: list[PairOut]


class GroupOut(BaseModel):
    number: int
    members: list[Side]
    decided: bool = Field(description='Whether every pair of them has been decided on')
    decisions: list[Outcome] = Field(description='On pairs of them')


class Groups(BaseModel):
    searching: bool
    total: int
    decided: int
    groups: list[GroupOut]


class PairAnswer(Body):
    ids: list[str] = Field(min_length=2, max_length=MOST, description=(
        'Two items, or several of which every pair is answered'))
    answer: Literal['same', 'colourway', 'different']
    apart: list[str] = Field([], max_length=MOST, description=(
        'Items that do not belong to these: different from each of them, unless that is decided '
        'already; what others have decided unseen is a conflict'))
    seen: list[str] = Field([], max_length=10_000, description=(
        'Ids of the decisions on these pairs that the reviewer has seen; if somebody else has '
        'decided since, nothing is written on that pair'))


class PairAnswers(Body):
    who: Who
    answers: list[PairAnswer] = Field(min_length=1, max_length=MOST)


class Saved(BaseModel):
    saved: list[Outcome] = Field(description='On the disk')
    conflicts: list[Outcome] = Field(description='Not saved: what others decided meanwhile')


class UndoBody(Body):
    who: Who
    kind: Literal['label', 'pair']


class Undone(BaseModel):
    undone: list[Outcome]
    left: list[Outcome] = Field(description='Earlier decisions on the same things, which count '
                                            'again')
