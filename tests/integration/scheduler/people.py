"""Who may log in to the shared Airflow beside its admin, and two schools' registrars, who have no role there at all."""

import json

import requests

from integration.scheduler.operating import Operator

REGISTRAR, OTHER_REGISTRAR, NOBODY = "jean.martin", "marie.petit", "noe.blanc"
#: By login; with an empty role the simple auth manager lets somebody in and allows them nothing.
PEOPLE = {"admin": "admin", "vera": "viewer", "ursula": "user", "oscar": "op", REGISTRAR: "", OTHER_REGISTRAR: "", NOBODY: ""}


def password_of(operator: Operator, login: str) -> str:
    """Return the password that Airflow has made for a person."""
    passwords = json.loads((operator.stack.airflow.home / "passwords.json").read_text(encoding="utf-8"))
    return str(passwords[login])


def session_of(operator: Operator, login: str) -> requests.Session:
    """Return a session of somebody who is logged in, as a browser has it: by Airflow's cookie. Nobody's, when `login` is ""."""
    session = requests.Session()
    session.trust_env = False
    if login:
        body = {"username": login, "password": password_of(operator, login)}
        answer = session.post(f"{operator.stack.airflow.url}/auth/token", json=body, timeout=60)
        session.cookies.set("_token", answer.json()["access_token"])
    return session
