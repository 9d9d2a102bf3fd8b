from datetime import timedelta

import msgspec

from supdata_plugin.school_page import duration, firing
from unit.plugin.making import NIGHT, a_run, a_summary


def test_rules_come_by_their_rows_beside_those_of_the_run_before() -> None:
    newest = msgspec.structs.replace(a_summary(), rules={"INE-KEY-RNIE": 3, "of the school's own": 9})
    before = msgspec.structs.replace(a_summary(), rules={"INE-KEY-RNIE": 5})
    own, known = firing([newest, before])
    assert (own.rule, own.title, own.rows, own.before) == ("of the school's own", "", 9, 0)
    assert (known.rule, known.rows, known.before) == ("INE-KEY-RNIE", 3, 5)
    assert known.title
    assert firing([newest])[0].before is None
    assert firing([]) == []


def test_a_run_under_way_has_no_duration_yet() -> None:
    assert duration(a_run("running", ended=None)) == ""
    assert duration(a_run(ended=NIGHT + timedelta(hours=1, minutes=2, seconds=3))) == "1:02:03"
