"""Our own expectations, made known to Great Expectations under the names that the suites use.

    expect_column_values_to_have_ine_key               family
    expect_column_values_to_have_uai_key
    expect_column_values_to_be_real_dates
    expect_column_pair_values_to_span_at_most           months
    expect_column_pair_key_to_have_one_value

Each is a metric around a function of `conditions` and an expectation around that metric. The classes are made when they are
first needed, not when this module is imported: Great Expectations takes seconds to import.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from supdata.validate import conditions

Condition = Callable[..., pd.Series]


@dataclass(frozen=True)
class Check:
    """One expectation: its class name, the condition behind it, and the arguments a suite gives it."""

    name: str
    condition: Condition
    arguments: tuple[str, ...] = ()


COLUMN_CHECKS = (
    Check("ExpectColumnValuesToHaveIneKey", conditions.ine_key, ("family",)),
    Check("ExpectColumnValuesToHaveUaiKey", conditions.uai_key),
    Check("ExpectColumnValuesToBeRealDates", conditions.real_date),
)
PAIR_CHECKS = (
    Check("ExpectColumnPairValuesToSpanAtMost", conditions.span_at_most, ("months",)),
    Check("ExpectColumnPairKeyToHaveOneValue", conditions.one_value_per_key),
)


@lru_cache(maxsize=1)
def register() -> None:
    """Make every expectation of this module known; once per process, since making a class registers it."""
    for check in COLUMN_CHECKS:
        _make_column_expectation(check)
    for check in PAIR_CHECKS:
        _make_pair_expectation(check)


def _chosen(check: Check, given: dict[str, Any]) -> dict[str, Any]:
    """Keep the suite's arguments out of all that Great Expectations hands to a metric."""
    return {name: given[name] for name in check.arguments}


def _make_column_expectation(check: Check) -> None:
    from great_expectations.execution_engine import PandasExecutionEngine  # noqa: TID251  # see the module's docstring
    from great_expectations.expectations.expectation import ColumnMapExpectation  # noqa: TID251
    from great_expectations.expectations.metrics.map_metric_provider import (  # noqa: TID251
        ColumnMapMetricProvider,
        column_condition_partial,
    )

    def holds(cls: type, column: pd.Series, **given: Any) -> pd.Series:  # noqa: ARG001  # called as a class method
        return check.condition(column, **_chosen(check, given))

    metric = f"column_values.supdata.{check.name}"
    members = {
        "condition_metric_name": metric,
        "condition_value_keys": check.arguments,
        "_pandas": column_condition_partial(engine=PandasExecutionEngine)(holds),
    }
    type(f"{check.name}Metric", (ColumnMapMetricProvider,), members)
    type(check.name, (ColumnMapExpectation,), _expectation(check, metric, {}))


def _make_pair_expectation(check: Check) -> None:
    from great_expectations.execution_engine import PandasExecutionEngine  # noqa: TID251
    from great_expectations.expectations.expectation import ColumnPairMapExpectation  # noqa: TID251
    from great_expectations.expectations.metrics.map_metric_provider import (  # noqa: TID251
        ColumnPairMapMetricProvider,
        column_pair_condition_partial,
    )

    def holds(cls: type, column_A: pd.Series, column_B: pd.Series, **given: Any) -> pd.Series:  # noqa: ARG001, N803
        return check.condition(column_A, column_B, **_chosen(check, given))

    metric = f"column_pair_values.supdata.{check.name}"
    members = {
        "condition_metric_name": metric,
        "condition_value_keys": check.arguments,
        "_pandas": column_pair_condition_partial(engine=PandasExecutionEngine)(holds),
    }
    type(f"{check.name}Metric", (ColumnPairMapMetricProvider,), members)
    # Without ignore_row_if among its success keys the expectation would never hand it on, and null rows would be judged.
    type(check.name, (ColumnPairMapExpectation,), _expectation(check, metric, {"ignore_row_if": str}))


def _expectation(check: Check, metric: str, fields: dict[str, object]) -> dict[str, object]:
    """Return the members of an expectation class; `object` lets an argument be a suite parameter."""
    return {
        "__doc__": check.condition.__doc__,
        "__annotations__": dict.fromkeys(check.arguments, object) | fields,
        "map_metric": metric,
        "success_keys": (*check.arguments, "mostly", *fields),
    }
