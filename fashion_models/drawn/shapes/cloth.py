"""The paints of a product, and the side that is seen."""

import dataclasses

from fashion_models.drawn.paint import Paint


@dataclasses.dataclass(frozen=True)
class Cloth:
    """The paints of one product.

    Attributes:
        main: Most of it.
        trim: Collars, bands, laces.
        hardware: Buttons, zips, buckles.
        sole: The soles of shoes.
    """

    main: Paint
    trim: Paint
    hardware: Paint = Paint((190, 192, 196), 'metal')
    sole: Paint = Paint((240, 240, 238), 'rubber')

    @property
    def lining(self) -> Paint:
        """The inside, which lies in shadow."""
        return self.main.plain().toned(-0.38 if self.main.luma > 70 else -0.3)


@dataclasses.dataclass(frozen=True)
class Look:
    """Which side of a product is seen, and on whom.

    Attributes:
        gender (str): ``'female'`` or ``'male'``, for cut and size.
        back (bool): Whether it is seen from behind.
        worn (bool): Whether it is on a body, which hides its inside.
    """

    gender: str = 'female'
    back: bool = False
    worn: bool = False

    @property
    def male(self) -> bool:
        return self.gender == 'male'
