"""What is asked of Airflow's auth manager: of one that knows permissions on single DAGs, as FAB's, or of roles only."""

from types import SimpleNamespace
from typing import Any

import pytest
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity
from airflow.models.dag import DagModel
from fastapi import HTTPException

from supdata_plugin import access, schools
from supdata_plugin.access import all_visible, visible, visible_for
from supdata_plugin.rights import OF_EDITORS, OF_READERS, OF_REGISTRARS, Right
from unit.plugin.making import a_school

OURS, OTHERS = a_school(registrars=frozenset({"jean"})), a_school("0442953W")
JEAN, VERA = (SimpleNamespace(get_name=lambda name=name: name) for name in ("jean", "vera"))
#: What somebody is allowed: method, part of the DAG ("" for the DAG itself), DAG.
Allowed = set[tuple[str, str, str]]


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let an auth manager allow exactly what is given."""
    monkeypatch.setattr(schools, "schools", lambda session, dag_ids=None: [OURS, OTHERS])
    monkeypatch.setattr(schools, "school", lambda session, dag_id: {one.dag_id: one for one in (OURS, OTHERS)}.get(dag_id))
    monkeypatch.setattr(DagModel, "get_team_name", lambda dag_id, session: None)

    def given(*allowed: tuple[str, str, str]) -> None:
        monkeypatch.setattr(access, "get_auth_manager", lambda: manager_of(set(allowed)))

    return given


def manager_of(allowed: Allowed) -> Any:
    def is_authorized_dag(*, method: str, user: Any, access_entity: DagAccessEntity | None = None, details: Any = None) -> bool:
        details = details and details.id
        part = access_entity.name if access_entity else ""
        return any((method, part) == (given, of) and details in {None, dag_id} for given, of, dag_id in allowed)

    def get_authorized_dag_ids(*, user: Any, method: str, session: Any) -> set[str]:
        return {dag_id for given, part, dag_id in allowed if (given, part) == (method, "")}

    return SimpleNamespace(is_authorized_dag=is_authorized_dag, get_authorized_dag_ids=get_authorized_dag_ids)


def seen(user: Any) -> dict[str, frozenset[Right]]:
    return {one.school.dag_id: one.rights for one in all_visible(user, None)}  # type: ignore[arg-type] # no database is asked


def test_a_permission_on_one_dag_shows_that_school_and_no_other(allow: Any) -> None:
    allow(("GET", "", OURS.dag_id), ("GET", "RUN", OURS.dag_id))
    assert seen(VERA) == {OURS.dag_id: OF_READERS}
    assert visible(OURS.dag_id, VERA, None).rights == OF_READERS  # type: ignore[arg-type]
    with pytest.raises(HTTPException) as refused:
        visible(OTHERS.dag_id, VERA, None)  # type: ignore[arg-type]
    assert refused.value.status_code == 404


def test_who_may_read_a_dag_but_not_its_runs_sees_no_report(allow: Any) -> None:
    allow(("GET", "", OURS.dag_id))
    assert seen(VERA) == {}
    with pytest.raises(HTTPException):
        visible(OURS.dag_id, VERA, None)  # type: ignore[arg-type]


def test_the_file_itself_is_for_who_may_read_code(allow: Any) -> None:
    read = (("GET", "", OURS.dag_id), ("GET", "RUN", OURS.dag_id))
    allow(*read, ("PUT", "", OURS.dag_id), ("GET", "CODE", OURS.dag_id))
    assert visible(OURS.dag_id, VERA, None).rights == OF_EDITORS | {Right.CONFIG}  # type: ignore[arg-type]
    assert seen(VERA) == {OURS.dag_id: OF_EDITORS}


def test_a_registrar_of_one_school_needs_no_permission_and_has_none_on_another(allow: Any) -> None:
    allow()
    assert seen(JEAN) == {OURS.dag_id: OF_REGISTRARS}
    found = visible(OURS.dag_id, JEAN, None)  # type: ignore[arg-type]
    assert visible_for(Right.WORK_LIST)(found) is found
    with pytest.raises(HTTPException) as refused:
        visible_for(Right.LOOK)(found)
    assert refused.value.status_code == 403


def test_an_unknown_school_is_refused_in_the_words_for_one_that_is_not_yours(allow: Any) -> None:
    allow()
    said = set()
    for dag_id in ("supdata_none", OTHERS.dag_id):
        with pytest.raises(HTTPException) as refused:
            visible(dag_id, VERA, None)  # type: ignore[arg-type]
        said.add((refused.value.status_code, refused.value.detail))
    assert len(said) == 1
