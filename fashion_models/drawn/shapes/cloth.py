"""What a product is made of, and from where it is seen."""

import dataclasses

from fashion_models.drawn.paint import Paint


@dataclasses.dataclass(frozen=True)
class Cloth:
    """The paints of one product.

    Attributes:
        main: Of most of it.
        trim: Of collars, bands, laces, linings that show.
        hardware: Of buttons, zips, buckles.
        sole: Of shoes' soles.
    """

    main: Paint
    trim: Paint
    hardware: Paint = Paint((190, 192, 196), 'metal')
    sole: Paint = Paint((240, 240, 238), 'rubber')

    @property
    def lining(self) -> Paint:
        """The inside, in shadow."""
        return self.main.plain().toned(-0.38 if self.main.luma > 70 else -0.3)


@dataclasses.dataclass(frozen=True)
class Look:
    """How a product is looked at.

    Attributes:
        gender (str): ``'female'`` or ``'male'``, for cut and size.
        back (bool): Seen from behind.
        worn (bool): On a body, so nothing shows of its inside.
    """

    gender: str = 'female'
    back: bool = False
    worn: bool = False

    @property
    def male(self) -> bool:
        return self.gender == 'male'
