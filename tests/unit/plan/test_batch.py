"""An approval is of one batch: whatever is not exactly that is not sent."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from supdata.errors import RunStopped
from supdata.plan.batch import HeldBatch, check_release, digest
from supdata.records.shipment import Planned
from supdata.records.states import Action


def a_planned(number: int, **body: str) -> Planned:
    return Planned(
        source="inscriptions.csv", row=number, sisId="", key=f"{number:032x}", content="a" * 32, action=Action.UPDATE,
        body={"ine": f"{number:09d}FJ", **body},
    )  # fmt: skip


def held_batch(chunks: dict[str, list[Planned]]) -> HeldBatch:
    return HeldBatch(chunks={name: digest(chunk) for name, chunk in chunks.items()})


CHUNKS = {"held-0001": [a_planned(2), a_planned(3)], "held-0002": [a_planned(4)]}
BATCH = held_batch(CHUNKS)


@pytest.mark.parametrize("name", list(CHUNKS))
def test_a_chunk_of_the_approved_batch_is_released(name: str) -> None:
    check_release(BATCH, approved=BATCH.hash, chunk=name, records=CHUNKS[name])


def test_a_plan_made_since_is_refused_and_says_what_to_do() -> None:
    newer = held_batch({**CHUNKS, "held-0002": [a_planned(5)]})
    with pytest.raises(RunStopped, match=r"approval is for the batch .* now holds the batch .*Clear `approve`"):
        check_release(newer, approved=BATCH.hash, chunk="held-0001", records=CHUNKS["held-0001"])


@pytest.mark.parametrize("name", ["held-0002", "held-0003"])
def test_records_that_are_not_the_approved_chunk_s_are_refused_without_naming_anybody(name: str) -> None:
    with pytest.raises(RunStopped, match="not those of the approved batch") as raised:
        check_release(BATCH, approved=BATCH.hash, chunk=name, records=CHUNKS["held-0001"])
    assert "FJ" not in str(raised.value)


@given(
    number=st.sampled_from([2, 3]),
    change=st.sampled_from(
        [{"row": 9}, {"key": "b" * 32}, {"content": "b" * 32}, {"action": Action.CREATE}, {"body": {"ine": "x"}}]
    ),
)
def test_any_change_of_a_record_is_another_batch(number: int, change: dict[str, object]) -> None:
    changed = [msgspec.structs.replace(one, **change) if one.row == number else one for one in CHUNKS["held-0001"]]
    assert held_batch({**CHUNKS, "held-0001": changed}).hash != BATCH.hash
    with pytest.raises(RunStopped):
        check_release(BATCH, approved=BATCH.hash, chunk="held-0001", records=changed)


def test_the_hash_outlives_the_run_folder_s_files() -> None:
    kept = msgspec.json.decode(msgspec.json.encode(BATCH), type=type(BATCH))
    records = [msgspec.json.decode(msgspec.json.encode(one), type=Planned) for one in CHUNKS["held-0001"]]
    check_release(kept, approved=BATCH.hash, chunk="held-0001", records=records)
