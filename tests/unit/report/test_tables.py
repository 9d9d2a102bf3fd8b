"""The figures of a run."""

from collections.abc import Callable

from supdata.records.counts import Counts
from supdata.report.content import RunFacts
from supdata.report.tables import LINES, lines, shares


def test_every_line_is_a_state_of_the_balance() -> None:
    states = {state for state, *_ in LINES}
    # The registrar is shown what was accepted, not what was planned, which of two runs has sent it, nor what was checked.
    unshown = {"to_create", "to_update", "to_close", "superseded", "looked_up", "missing"}
    assert states == set(Counts.__struct_fields__) - unshown


def test_the_parts_add_up_to_what_was_received(gathered: Callable[..., RunFacts]) -> None:
    parts = shares(gathered())
    assert [(part.kind, part.figure) for part in parts] == [("done", "3"), ("wait", "2"), ("stop", "6"), ("twin", "1")]
    assert abs(sum(part.percent for part in parts) - 100) < 0.1


def test_no_bar_is_drawn_of_parts_that_do_not_add_up(gathered: Callable[..., RunFacts]) -> None:
    assert shares(gathered(counts=Counts(read=12, valid=11, accepted=11))) == ()
    assert shares(gathered(counts=Counts())) == ()
    assert shares(gathered(failed_stage="plan")) == ()


def test_a_figure_that_is_not_known_is_not_a_zero(gathered: Callable[..., RunFacts]) -> None:
    by_name = {line.name: line for line in lines(gathered(failed_stage="plan"))}
    assert by_name["Acceptées par le registre"].figure == "non connu"
    assert not by_name["Acceptées par le registre"].empty
    assert by_name["Lignes reçues"].figure == "12"
