"""One asks, another one decides (invariant 11): the rule, for all that is risky."""

from hub.control.refusals import ChangeRefused, Refusal


def expect_another(asked_by: str, actor: str, *, what: str, place: str) -> None:
    """Return if `actor` is not the one who asked.

    Raises:
        ChangeRefused: `SECOND_PERSON`. `what` says what was asked for, and what to do.
    """
    if asked_by == actor:
        raise ChangeRefused(Refusal.SECOND_PERSON, what, place)
