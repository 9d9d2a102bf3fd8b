"""What an answer of the registry means for one record: pure and total, whatever bytes come back.

The published contract knows 200, 400, 401, 404 and 500. What stands between us and the registry knows more: pages of proxies,
429, empty bodies, a 200 that holds `null`. Only an answer in the registry's own shape settles a record; all others leave it
`ambiguous`, or `not_attempted` where the registry certainly did not take it.
"""

import re
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any

import msgspec

from supdata.config.models import WireCodes
from supdata.records.states import Outcome
from supdata.registry.words import clean_words

#: The fields that a 200 repeats. regime, cursus, diplome and niveauDiplome are not echoed: no round trip can check them.
ECHOED = ("ine", "dateNaissance", "dateDebutInscription", "dateFinInscription", "statut", "codeCommune", "uai")
#: Refusals of one record. 409 and 422 are not in the contract; in the registry's shape they can mean nothing else.
REFUSALS = frozenset({400, 409, 422})
_IDENTIFIER = re.compile(r"[\w.:-]{1,64}", re.ASCII)


class Again(StrEnum):
    """Whether the same call may be made again in the same run."""

    #: The answer is final, or repeating it at once would most likely write a second row.
    NO = "no"
    #: The registry did not take the record: nothing can be written twice.
    SAFE = "safe"
    #: The registry may have taken the record: the school's policy for ambiguous records decides.
    RISKY = "risky"


class Answer(msgspec.Struct, frozen=True):
    """What became of one call. `status` is 0 when no answer came; `words` hold no INE, birth date or key."""

    outcome: Outcome
    status: int
    id_inscription: str = ""
    words: str = ""
    again: Again = Again.NO
    retry_after_seconds: float | None = None


def labels_by_code(codes: WireCodes) -> dict[str, str]:
    """Return the label of each wire code of `statut`; two labels sent as one code cannot be told apart, and have none."""
    sent = list(codes.statut.values())
    return {code: label for label, code in codes.statut.items() if sent.count(code) == 1}


def expected_echo(body: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, str]:
    """Return what an acceptance of `body` repeats: the fields as sent, and for `statut` the label of its code.

    `labels` are those of `labels_by_code`; a `statut` without one is left out.
    """
    echo = {name: body[name] for name in ECHOED if name in body}
    if "statut" in echo:
        label = labels.get(echo.pop("statut"))
        if label is not None:
            echo["statut"] = label
    return echo


def read_answer(
    status: int,
    content_type: str,
    body: bytes,
    *,
    sent: Mapping[str, str],
    echo: Mapping[str, str],
    now: datetime,
    retry_after: str | None = None,
    secrets: Collection[str] = (),
) -> Answer:
    """Read one HTTP answer to the declaration of `sent`; `echo` is what an acceptance would repeat (`expected_echo`).

    Never raises. `now` turns a Retry-After given as a date into seconds. 401 and 403 read as not attempted: stopping is the
    caller's part.
    """
    document = _document(content_type, body)
    if 200 <= status < 300 and document is not None and isinstance(document.get("inscription"), dict):
        return _read_acceptance(status, document["inscription"], echo, sent)
    words = clean_words(_words(document, content_type), sent=sent, secrets=secrets)
    wait = seconds_to_wait(retry_after, now)
    if 200 <= status < 300:  # most likely written all the same: asking again at once would write it twice
        return Answer(Outcome.AMBIGUOUS, status, words=words or "réponse sans inscription")
    if status == 429 or (status == 503 and wait is not None):
        return Answer(Outcome.NOT_ATTEMPTED, status, words=words, again=Again.SAFE, retry_after_seconds=wait)
    if status >= 500 or status == 408 or status < 200:
        return Answer(Outcome.AMBIGUOUS, status, words=words, again=Again.RISKY, retry_after_seconds=wait)
    return Answer(_refusal(status, document), status, words=words)


def unreachable() -> Answer:
    """Return the answer of a call that found nobody: no connection, so nothing was sent."""
    return Answer(Outcome.NOT_ATTEMPTED, 0, words="connexion impossible", again=Again.SAFE)


def unanswered(how: str) -> Answer:
    """Return the answer of a call whose request left and whose answer never came; `how` is a few words of ours."""
    return Answer(Outcome.AMBIGUOUS, 0, words=how, again=Again.RISKY)


def seconds_to_wait(retry_after: str | None, now: datetime) -> float | None:
    """Return the seconds a Retry-After header asks for; None when it is neither a number nor an HTTP date (RFC 9110)."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])  # 30 years: beyond any bound a caller sets
    try:
        moment = parsedate_to_datetime(text)
        return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _document(content_type: str, body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in `body`; None for anything else, whatever the content type claims."""
    found = _decoded(body) if content_type == "application/json" else None  # UTF-8, as nearly every answer is
    if found is None:
        found = _decoded(_text(content_type, body))
    return found if isinstance(found, dict) else None


def _decoded(text: str | bytes) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _text(content_type: str, body: bytes) -> str:
    """Return the body as text, whatever it holds."""
    charset = content_type.lower().partition("charset=")[2].split(";")[0].strip(" \"'") or "utf-8-sig"
    try:
        return body.decode(charset, errors="replace")
    except (LookupError, ValueError):
        return body.decode("utf-8-sig", errors="replace")


def _read_acceptance(status: int, found: Mapping[str, Any], echo: Mapping[str, str], sent: Mapping[str, str]) -> Answer:
    """Read the `inscription` of a 2xx. A wrong one is not asked again in the same run: the row is most likely there."""
    identifier = _scalar(found.get("id_inscription"), "")
    if not _IDENTIFIER.fullmatch(identifier) or "ine" not in found:
        return Answer(Outcome.AMBIGUOUS, status, words="réponse sans id_inscription ou sans ine")
    if different := _differences(found, echo, sent):
        return Answer(Outcome.AMBIGUOUS, status, words="champs renvoyés autrement : " + ", ".join(different))
    return Answer(Outcome.ACCEPTED, status, id_inscription=identifier)


def _differences(found: Mapping[str, Any], echo: Mapping[str, str], sent: Mapping[str, str]) -> list[str]:
    """Return the echoed fields that are neither what was expected nor what was sent; a field not repeated says nothing."""
    if echo.items() <= found.items():
        return []  # what is equal as it stands needs no reading
    return [
        name
        for name, expected in echo.items()
        if name in found and _scalar(found[name], expected) not in {expected, sent.get(name, expected)}
    ]


def _scalar(value: object, expected: str) -> str:
    """Return a JSON value as the text it stands for, "" for what is none.

    The contract types `dateNaissance` as an object, which is how PHP writes a date ({"date": "1999-09-01 00:00:00.000000"});
    a code that comes back as a number has lost its leading zeros.
    """
    if isinstance(value, dict):
        value = value.get("date")
    if isinstance(value, int) and not isinstance(value, bool):
        return format(value, "x") if abs(value) >= 10**18 else str(value).zfill(len(expected))
    if not isinstance(value, str):
        return ""
    is_date_time = len(expected) == 10 and expected[4:5] == "-" and value[10:11] in {"T", " "}
    return value[:10] if is_date_time else value.strip()


def _refusal(status: int, document: dict[str, Any] | None) -> Outcome:
    """Return what a 3xx or 4xx means; a page that is not the registry's own must not read as 'unknown student'."""
    own = document is not None and isinstance(document.get("message"), str) and "details" in document
    if status == 404:
        return Outcome.UNKNOWN_STUDENT if own else Outcome.AMBIGUOUS
    if status in REFUSALS:
        return Outcome.REFUSED if own else Outcome.AMBIGUOUS
    return Outcome.NOT_ATTEMPTED


def _words(document: dict[str, Any] | None, content_type: str) -> str:
    """Return the registry's message and parameter, or a few words on an answer that is not the registry's."""
    if document is None:
        return f"réponse illisible ({content_type.partition(';')[0].strip() or 'sans type'})"
    details = document.get("details")
    parameter = details.get("parameter") if isinstance(details, dict) else details
    values = parameter if isinstance(parameter, list) else [parameter]
    said = ", ".join(value for value in values if isinstance(value, str) and value)
    message = document.get("message")
    return " : ".join(part for part in (message, said) if isinstance(part, str) and part)
