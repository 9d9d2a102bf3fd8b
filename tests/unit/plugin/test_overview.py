import pytest

from supdata_plugin.overview import PAGE_SIZE, Choice, Column, Row, State, choose, tally
from unit.plugin.making import NIGHT, a_row, a_run, a_school, a_summary


def names(rows: list[Row], **choice: object) -> list[str]:
    return [row.school.name for row in choose(rows, Choice(**choice)).rows]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (a_row(a_school(broken=True), a_run("success")), State.BROKEN),
        (a_row(), State.NEVER),
        (a_row(run=a_run("running", asks=True)), State.WAITING),
        (a_row(run=a_run("queued")), State.RUNNING),
        (a_row(run=a_run("failed")), State.FAILED),
        (a_row(run=a_run("success")), State.SUCCESS),
    ],
)
def test_a_school_stands_where_its_most_urgent_fact_puts_it(row: Row, state: State) -> None:
    assert row.state is state


def test_a_count_that_the_run_did_not_establish_is_not_shown_as_zero() -> None:
    row = a_row(summary=a_summary(known=("read",), read=10, accepted=0, unchanged=0))
    assert (row.declared, row.rejected, row.held) == (None, None, None)
    assert a_row(summary=a_summary(read=10, rejected=1, accepted=2, unchanged=6)).declared == 8
    assert a_row(summary=a_summary(read=10, rejected=1)).rejected == 0.1
    assert a_row(summary=a_summary(read=0)).rejected is None


def test_a_search_passes_over_case_and_accents_and_wants_every_word() -> None:
    rows = [a_row(a_school("0751717J", "École Élémentaire")), a_row(a_school("0442953W", "Lycée Jean Moulin"))]
    assert names(rows, query="ecole ELEM") == ["École Élémentaire"]
    assert names(rows, query="moulin 0442") == ["Lycée Jean Moulin"]
    assert names(rows, query="moulin 0751") == []


def test_filters_keep_one_state_and_what_is_paused() -> None:
    rows = [a_row(a_school(name="a", paused=True)), a_row(a_school(name="b"), a_run("failed"))]
    assert names(rows, state=State.FAILED) == ["b"]
    assert names(rows, paused=True) == ["a"]


def test_an_unknown_figure_comes_last_in_either_order() -> None:
    rows = [
        a_row(a_school(name="none")),
        a_row(a_school(name="few"), summary=a_summary(accepted=1)),
        a_row(a_school(name="many"), summary=a_summary(accepted=9)),
    ]
    assert names(rows, column=Column.DECLARED) == ["few", "many", "none"]
    assert names(rows, column=Column.DECLARED, descending=True) == ["many", "few", "none"]


def test_schools_in_doubt_come_by_the_oldest_doubt() -> None:
    late = NIGHT.replace(day=28)
    rows = [a_row(a_school(name="late"), doubt=late), a_row(a_school(name="early"), doubt=NIGHT), a_row(a_school(name="sure"))]
    assert names(rows, column=Column.DOUBT) == ["early", "late", "sure"]


def test_a_page_beyond_the_last_is_the_last() -> None:
    rows = [a_row(a_school(name=f"{number:03}")) for number in range(PAGE_SIZE + 1)]
    shown = choose(rows, Choice(page=9))
    assert (shown.page, shown.pages, shown.total, [row.school.name for row in shown.rows]) == (2, 2, PAGE_SIZE + 1, ["050"])
    assert choose([], Choice(page=9)).page == 1


def test_the_tally_begins_with_what_is_most_urgent() -> None:
    rows = [a_row(run=a_run("success")), a_row(a_school(broken=True)), a_row(run=a_run("success"))]
    assert list(tally(rows).items()) == [(State.BROKEN, 1), (State.SUCCESS, 2)]
