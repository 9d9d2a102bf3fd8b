"""Who somebody is and what they may see, asked of Airflow's auth manager; what follows from it stands in `rights`."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity, DagDetails
from airflow.api_fastapi.common.db.common import SessionDep
from airflow.api_fastapi.core_api.security import GetUserDep
from airflow.models.dag import DagModel
from fastapi import Depends, HTTPException, Path, status

from supdata_plugin import schools
from supdata_plugin.rights import Right, rights_of
from supdata_plugin.schools import School


@dataclass(frozen=True)
class Visible:
    """A school that somebody may see something of, who that is, and what."""

    school: School
    login: str
    rights: frozenset[Right]

    def may(self, right: str) -> bool:
        """Whether `right` is among the rights."""
        return right in self.rights


#: An id out of an address: PostgreSQL has no text with a NUL in it, and Airflow none that is longer.
Id = Annotated[str, Path(max_length=250, pattern=r"^[^\x00]+$")]


def all_visible(user: GetUserDep, session: SessionDep) -> list[Visible]:
    """Return every school of which `user` may see something, and what; an empty list is an answer."""
    manager = get_auth_manager()
    reads_runs = manager.is_authorized_dag(method="GET", access_entity=DagAccessEntity.RUN, user=user)
    readable = manager.get_authorized_dag_ids(user=user, method="GET", session=session) if reads_runs else set()
    editable = manager.get_authorized_dag_ids(user=user, method="PUT", session=session) if readable else set()
    login = user.get_name()
    found = (
        Visible(one, login, rights_of(one, login, reads=one.dag_id in readable, edits=one.dag_id in editable))
        for one in schools.schools(session)
    )
    return [one for one in found if one.rights]


def visible(dag_id: Id, user: GetUserDep, session: SessionDep) -> Visible:
    """Return the school of the DAG in the address.

    Raises 404 when there is none, and in the same words when `user` may see nothing of it.
    """
    school = schools.school(session, dag_id)
    rights = _rights(school, user, session) if school else frozenset()
    if school is None or not rights:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "There is no such school, or it is not yours to see.")
    return Visible(school, user.get_name(), rights)


def visible_for(right: Right) -> Callable[[Visible], Visible]:
    """Return the dependency that lets in whoever has `right` on the school of the address; others get a 403."""

    def require(found: Annotated[Visible, Depends(visible)]) -> Visible:
        if right not in found.rights:
            raise HTTPException(status.HTTP_403_FORBIDDEN, "This is not yours to see.")
        return found

    return require


def _rights(school: School, user: Any, session: Any) -> frozenset[Right]:
    team = DagModel.get_team_name(school.dag_id, session=session)
    details = DagDetails(id=school.dag_id, team_name=team)
    allows = get_auth_manager().is_authorized_dag
    reads = allows(method="GET", user=user, details=details) and allows(
        method="GET", access_entity=DagAccessEntity.RUN, user=user, details=details
    )
    edits = reads and allows(method="PUT", user=user, details=details)
    rights = rights_of(school, user.get_name(), reads=reads, edits=edits)
    reads_code = reads and allows(method="GET", access_entity=DagAccessEntity.CODE, user=user, details=details)
    return rights | {Right.CONFIG} if reads_code else rights


AllVisible = Annotated[list[Visible], Depends(all_visible)]
