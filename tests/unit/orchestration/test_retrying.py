import pytest
from airflow.sdk import RetryAction

from supdata.errors import AccessRefused, BalanceBroken, EmptySource, FixConfig, RuleBroken, TryLater
from supdata.orchestration.retrying import RETRY_POLICY

WORDS = ("Doing it", "it did not work", "Mend it.")


@pytest.mark.parametrize("error", [TryLater(*WORDS), ConnectionResetError(), TimeoutError()])
def test_what_may_pass_by_itself_is_tried_again(error: Exception) -> None:
    assert RETRY_POLICY.evaluate(error, 1, 3).action is RetryAction.RETRY


@pytest.mark.parametrize("error", [kind(*WORDS) for kind in (FixConfig, AccessRefused, EmptySource, RuleBroken, BalanceBroken)])
def test_what_needs_a_person_is_not_tried_again(error: Exception) -> None:
    assert RETRY_POLICY.evaluate(error, 1, 3).action is RetryAction.FAIL


@pytest.mark.parametrize("error", [ValueError("x"), KeyError("x")])
def test_an_unforeseen_error_is_not_tried_again(error: Exception) -> None:
    assert RETRY_POLICY.evaluate(error, 1, 3).action is RetryAction.FAIL
