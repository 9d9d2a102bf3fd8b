"""How a school's DAG is called and tagged, and how it is told from others by that.

The api-server need not have the DAG folder: of a DAG it knows the id, the tags and the display name in Airflow's database.
"""

from collections.abc import Iterable

TAG = "supdata"
BROKEN_TAG = "config-error"
REGISTRAR_TAG = "registrar:"
_SEPARATOR = " · "


def display_name(uai: str, name: str) -> str:
    """Return what Airflow's pages call a school's DAG; `uai` is the name of its file where that is broken."""
    return f"{uai}{_SEPARATOR}{name}"


def parts_of(shown: str | None) -> tuple[str, str] | None:
    """Return UAI and name out of a display name, None when it is not one of ours."""
    uai, separator, name = (shown or "").partition(_SEPARATOR)
    return (uai, name) if separator else None


def is_school(tags: Iterable[str], shown: str | None) -> bool:
    """Whether a DAG is one that an institution file has made, sound or not."""
    return TAG in tags and parts_of(shown) is not None


def registrar_tags(logins: Iterable[str]) -> list[str]:
    """Return the tags that name a school's registrars."""
    return [f"{REGISTRAR_TAG}{login}" for login in logins]


def registrars_of(tags: Iterable[str]) -> frozenset[str]:
    """Return the logins of a school's registrars."""
    return frozenset(tag.removeprefix(REGISTRAR_TAG) for tag in tags if tag.startswith(REGISTRAR_TAG))
