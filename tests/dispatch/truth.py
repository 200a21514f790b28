"""What a broken invariant is."""


class Broken(AssertionError):
    """An invariant did not hold."""

    def __init__(self, invariant: str, detail: object = "") -> None:
        super().__init__(f"{invariant}: {detail}")
        self.invariant = invariant


def hold(truth: object, invariant: str, detail: object = "") -> None:
    if not truth:
        raise Broken(invariant, detail)
