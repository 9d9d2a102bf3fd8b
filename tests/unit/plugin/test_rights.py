"""The table of who may do what with a school, by Airflow's permission on its DAG and by the names in its file."""

import pytest

from supdata_plugin.rights import Right, rights_of
from unit.plugin.making import a_school

READER = {Right.LOOK, Right.REPORT}
EDITOR = READER | {Right.WORK_LIST, Right.CORRECT, Right.OPERATE}
REGISTRAR = {Right.REPORT, Right.WORK_LIST, Right.CORRECT, Right.SIGN_OFF}


@pytest.mark.parametrize(
    ("login", "reads", "edits", "rights"),
    [
        ("nobody", False, False, set()),
        ("vera", True, False, READER),
        ("oscar", True, True, EDITOR),
        ("jean", False, False, REGISTRAR),
        ("JEAN", False, False, set()),
        ("jean", True, False, READER | REGISTRAR),
        ("jean", True, True, EDITOR | REGISTRAR),
        ("oscar", False, True, set()),
    ],
)
def test_rights_come_from_the_dag_s_permission_and_from_the_file(
    login: str, reads: bool, edits: bool, rights: set[Right]
) -> None:
    assert rights_of(a_school(registrars=frozenset({"jean"})), login, reads=reads, edits=edits) == rights
