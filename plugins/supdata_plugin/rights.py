"""Who may see what of a school: Airflow's permission on its DAG, and beside it the registrars whom its file names.

A registrar need not have any permission in Airflow, and should not: no auth manager can show one school's report without the
logs, the code and the tasks of its DAG, and the simple one knows no permission on a single DAG at all. So the school's file
names its `registrars` by login, the DAG carries the names as tags, and these pages give exactly those people what a registrar
needs.
"""

from enum import StrEnum

from supdata_plugin.schools import School


class Right(StrEnum):
    """What one may do with one school."""

    #: Its page: runs in figures, rules, configuration, connections by name.
    LOOK = "look"
    #: The institution file itself, which Airflow counts as code.
    CONFIG = "config"
    #: The report of a run, without a value of any student.
    REPORT = "report"
    #: The list of rows to correct: it holds INE and birth dates.
    WORK_LIST = "work_list"
    #: Give a corrected list back.
    CORRECT = "correct"
    #: Confirm a batch, in the name of the school.
    SIGN_OFF = "sign_off"
    #: The buttons that start, pause and replay; what they call is Airflow's own API, which decides again by itself.
    OPERATE = "operate"


OF_READERS = frozenset({Right.LOOK, Right.REPORT})
OF_EDITORS = OF_READERS | {Right.WORK_LIST, Right.CORRECT, Right.OPERATE}
OF_REGISTRARS = frozenset({Right.REPORT, Right.WORK_LIST, Right.CORRECT, Right.SIGN_OFF})


def rights_of(school: School, login: str, *, reads: bool, edits: bool) -> frozenset[Right]:
    """Return what the person `login` may do with a school whose DAG they may read or edit in Airflow."""
    none: frozenset[Right] = frozenset()
    of_staff = (OF_EDITORS if edits else OF_READERS) if reads else none
    return of_staff | (OF_REGISTRARS if login in school.registrars else none)
