"""Run a suite of expectations over a frame, and return the positions of the rows that break each rule.

Great Expectations is asked for row positions and nothing else: any other form of result holds the offending values. What it
would pass over in silence is an error here: an expectation it does not know (it logs and drops it), one that raised (its result
is empty, as if no row were bad), one that it did not answer.
"""

import logging
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import pandas as pd

from supdata.errors import FixConfig, RuleBroken
from supdata.validate.catalogue import SUITE_RULES
from supdata.validate.coded import Mask, Numbers, marked
from supdata.validate.custom import register
from supdata.validate.distinct import as_texts, distinct_rows
from supdata.validate.remembering import configurations_remembered
from supdata.validate.suite_file import Entry, SuiteFile
from supdata.validate.vocabulary import COLUMN_ARGUMENTS

log = logging.getLogger(__name__)

#: Positions only (the frame has a plain RangeIndex), all of them, and no value.
RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "partial_unexpected_count": 0,
    "return_unexpected_index_query": False,
}

#: Expectations that judge a row by the others: they must be shown every row.
COMPARING_ROWS = frozenset(
    {
        "expect_column_values_to_be_unique",
        "expect_compound_columns_to_be_unique",
        "expect_column_values_to_be_increasing",
        "expect_column_values_to_be_decreasing",
        "expect_column_value_z_scores_to_be_less_than",
    }
)


def broken_rows(frame: pd.DataFrame, suite: SuiteFile, parameters: Mapping[str, object]) -> dict[str, Numbers]:
    """Return, by rule, the positions in `frame` of the rows that break it; `parameters` fill the suite's `$PARAMETER`s.

    Great Expectations is shown each combination of values once, in the columns that an expectation looks at together: a
    university has some thousands of them. A suite that compares rows with each other is shown all.

    Raises RuleBroken when an expectation was not evaluated, whatever the cause.
    """
    groups = _groups(suite, frame)
    if _compares_rows(suite):
        shown, which = as_texts(frame), [np.arange(len(frame))] * len(groups)
    else:
        shown, which = distinct_rows(frame, groups)
    results = list(validated(shown, suite, parameters).results)
    group_of = {name: number for number, group in enumerate(groups) for name in group}
    broken: dict[str, Mask] = defaultdict(lambda: np.zeros(len(frame), dtype=bool))
    for one in results:
        bad = marked(np.array(one.result.get("unexpected_index_list") or (), dtype=np.int64), len(shown))
        group = group_of[next(iter(_columns(one.expectation_config.kwargs)))]
        broken[one.expectation_config.meta["rule"]] |= bad[which[group]]
    return {rule: np.flatnonzero(mask) for rule, mask in broken.items()}


def named_columns(suite: SuiteFile) -> set[str]:
    """Return the columns that the suite's expectations look at."""
    return {name for entry in suite.expectations for name in _columns(entry.kwargs)}


def _compares_rows(suite: SuiteFile) -> bool:
    return any(entry.type in COMPARING_ROWS for entry in suite.expectations)


def _columns(kwargs: Mapping[str, Any]) -> Iterator[str]:
    for name in COLUMN_ARGUMENTS:
        given = kwargs.get(name, [])
        yield from [given] if isinstance(given, str) else given


def _groups(suite: SuiteFile, frame: pd.DataFrame) -> list[list[str]]:
    """Return the columns of `frame` that the suite names, those together that some expectation looks at together."""
    groups: list[set[str]] = []
    for entry in suite.expectations:
        together = set(_columns(entry.kwargs))
        together = together.union(*(group for group in groups if group & together))
        groups = [group for group in groups if not group & together] + [together]
    return [named for group in groups if (named := [name for name in frame.columns if name in group])]


def validated(frame: pd.DataFrame, suite: SuiteFile, parameters: Mapping[str, object]) -> Any:
    """Return Great Expectations' answer on all rows of `frame`; raises RuleBroken when an expectation was not evaluated."""
    import great_expectations  # noqa: TID251  # seconds of CPU, only where a suite runs
    from great_expectations.exceptions import GreatExpectationsError  # noqa: TID251

    # Its own log tells of some 200 steps a run, and prints what made an expectation fail, values included.
    logging.getLogger("great_expectations").setLevel(logging.CRITICAL)
    register()
    context = great_expectations.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False, "metric_calculations": False}
    asset = context.data_sources.add_pandas("enrolments").add_dataframe_asset("frame")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    try:
        with configurations_remembered():
            answer = batch.validate(_loaded(suite), result_format=RESULT_FORMAT, expectation_parameters=dict(parameters))
    except GreatExpectationsError as error:  # a parameter that nothing fills in
        raise RuleBroken(f"Running the suite {suite.name}", str(error), "Mend the expectation that asks for it.") from error
    _refuse_silence(suite, list(answer.results))
    return answer


def _loaded(suite: SuiteFile) -> Any:
    """Return the suite as Great Expectations has it; one by one, since given a whole suite it drops what it does not know."""
    from great_expectations import ExpectationSuite  # noqa: TID251

    return ExpectationSuite(name=suite.name, expectations=[_expectation(entry) for entry in suite.expectations])


def _expectation(entry: Entry) -> Any:
    from great_expectations.exceptions import GreatExpectationsError  # noqa: TID251
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration  # noqa: TID251

    try:
        return ExpectationConfiguration(**msgspec.to_builtins(entry)).to_domain_obj()
    except (GreatExpectationsError, ValueError) as error:  # an unknown type; pydantic's error on wrong arguments
        whose = RuleBroken if entry.meta.rule in SUITE_RULES else FixConfig  # an institution's own rule is its file's to mend
        raise whose(f"Loading the expectation of {entry.meta.rule}", str(error), "Mend its type or arguments.") from error


def _refuse_silence(suite: SuiteFile, results: list[Any]) -> None:
    """Raise RuleBroken unless every expectation answered, without raising, on every row."""
    counted = [one.expectation_config.meta["rule"] for one in results if _answered(one)]
    silent = [entry.meta.rule for entry in suite.expectations]
    for rule in counted:
        silent.remove(rule)
    if silent:
        log.error("validate.rules_not_evaluated rules=%s", ",".join(sorted(set(silent))))
        raise RuleBroken(
            f"Running the suite {suite.name}",
            f"these rules were not evaluated: {', '.join(sorted(set(silent)))}",
            "Check the types and arguments of their expectations.",
        )


def _answered(one: Any) -> bool:
    """Whether an expectation ran and named every offending row: one that raised, or was refused a metric, counts none."""
    if one.exception_info.get("raised_exception") is not False or "element_count" not in one.result:
        return False
    return len(one.result.get("unexpected_index_list") or ()) == int(one.result["unexpected_count"])
