from pathlib import Path

import msgspec
import pytest

from supdata.config.loading import load_institution
from supdata.config.models import Institution
from supdata_plugin import health
from supdata_plugin.health import Health, connections_of
from unit.plugin.making import NIGHT, a_summary

INSTITUTIONS = Path(__file__).parents[3] / "dags" / "institutions"


@pytest.fixture
def institution(monkeypatch: pytest.MonkeyPatch) -> Institution:
    monkeypatch.setattr(health, "_is_there", lambda name: name.startswith("sftp"))
    return load_institution(INSTITUTIONS / "0751717J.yaml")


def test_a_connection_that_no_run_has_used_says_so(institution: Institution) -> None:
    source, registry = connections_of(institution, [])
    assert (source.used, source.there, source.health) == ("source", True, Health.UNUSED)
    assert (registry.used, registry.there, registry.health) == ("registry", False, Health.UNUSED)


def test_a_connection_did_as_the_last_run_that_used_it_met_it(institution: Institution) -> None:
    """The last run had nothing to send: what the registry was like is told by the one before."""
    pushed = msgspec.structs.replace(a_summary(accepted=3), ended=NIGHT.replace(day=26))
    refused = msgspec.structs.replace(a_summary(), failed_stage="extract", error="AccessRefused", state="failed")
    source, registry = connections_of(institution, [refused, pushed])
    assert (source.health, source.error, source.at) == (Health.FAILED, "AccessRefused", NIGHT)
    assert (registry.health, registry.error, registry.at) == (Health.WORKED, "", NIGHT.replace(day=26))


def test_a_push_that_was_refused_speaks_for_the_registry_and_not_for_the_source(institution: Institution) -> None:
    refused = msgspec.structs.replace(a_summary(), failed_stage="push", error="AccessRefused", state="failed")
    source, registry = connections_of(institution, [refused])
    assert (source.health, registry.health) == (Health.WORKED, Health.FAILED)
