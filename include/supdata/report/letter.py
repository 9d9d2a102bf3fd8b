"""The e-mail to the registrar: how many, since when, and where the report is; never who.

French unless the school wants English; both tell the same facts.
"""

from dataclasses import dataclass
from datetime import datetime
from html import escape

from supdata.config.models import Institution
from supdata.records.summary import RunSummary
from supdata.report.delivering import Letter
from supdata.report.french import counted, long_date
from supdata.report.situation import MISHAPS, OTHER_MISHAP


@dataclass(frozen=True)
class Words:
    """An e-mail: its subject and its text as paragraphs, the last of which is where the report is."""

    subject: str
    paragraphs: tuple[str, ...]
    link: str
    link_text: str

    def html(self) -> str:
        """Return it as HTML; every text is escaped."""
        body = "".join(f"<p>{escape(one)}</p>" for one in self.paragraphs)
        return f'{body}<p><a href="{escape(self.link)}">{escape(self.link_text)}</a><br>{escape(self.link)}</p>'


def write_letter(
    institution: Institution, run: RunSummary, letter: Letter, *, since: datetime | None, link: str, language: str
) -> Words:
    """Return the e-mail about `run`; `since` is when the first of what is to be corrected was found."""
    days = max((run.ended - since).days, 0) if since else 0
    write = _english if language == "en" else _french
    return write(institution, run, letter, days, link)


def _declared(run: RunSummary) -> int:
    """Return how many enrolments of the source the registry holds after the run."""
    return run.counts.get("accepted", 0) + run.counts.get("unchanged", 0)


def _french(institution: Institution, run: RunSummary, letter: Letter, days: int, link: str) -> Words:
    again = "Rappel : " if letter is Letter.REMINDER else ""
    if run.state != "success":
        mishap = MISHAPS.get(run.failed_stage, OTHER_MISHAP)
        subject = f"SupData {institution.uai} : le passage du {long_date(run.ended.date())} n’a pas abouti"
        text: tuple[str, ...] = (mishap.happened, mishap.consequence, mishap.remedy)
    elif run.to_correct:
        subject = f"{again}SupData {institution.uai} : {counted(run.to_correct, 'ligne')} à corriger"
        text = (
            f"{again}{_left(run.to_correct)} à corriger dans votre logiciel de scolarité{_depuis(days)}.",
            f"{counted(_declared(run), 'inscription déclarée', 'inscriptions déclarées')} au registre national, sur "
            f"{counted(run.counts.get('read', 0), 'ligne lue', 'lignes lues')}.",
        )
    else:
        subject = f"SupData {institution.uai} : rien à corriger"
        text = (f"{counted(_declared(run), 'inscription déclarée', 'inscriptions déclarées')} au registre national.",)
    closing = "Ce message ne contient aucune donnée d’étudiant ; la liste des lignes à corriger se trouve avec le rapport."
    return Words(subject, (institution.name, *text, closing), link, "Ouvrir le rapport")


def _left(rows: int) -> str:
    one = rows < 2
    verbs = "n’a pas été déclarée et est" if one else "n’ont pas été déclarées et sont"
    return f"{counted(rows, 'ligne')} de vos données {verbs}"


def _depuis(days: int) -> str:
    return f", depuis {counted(days, 'jour')} pour la plus ancienne" if days else ""


def _english(institution: Institution, run: RunSummary, letter: Letter, days: int, link: str) -> Words:
    again = "Reminder: " if letter is Letter.REMINDER else ""
    if run.state != "success":
        subject = f"SupData {institution.uai}: the run of {run.ended.date():%-d %B %Y} did not complete"
        text: tuple[str, ...] = (
            f"The run stopped at the stage `{run.failed_stage or 'reconcile'}`.",
            "What the registry has accepted stands; the rest is sent when the run is taken up again.",
            "The technical team sees it too.",
        )
    elif run.to_correct:
        subject = f"{again}SupData {institution.uai}: {_rows(run.to_correct, 'row')} to correct"
        read = run.counts.get("read", 0)
        since = f", the oldest for {_rows(days, 'day')}" if days else ""
        text = (
            f"{again}{_rows(run.to_correct, 'row')} of your data not declared, to be corrected in your system{since}.",
            f"{_rows(_declared(run), 'enrolment')} declared to the national registry, of {_rows(read, 'row')} read.",
        )
    else:
        subject = f"SupData {institution.uai}: nothing to correct"
        text = (f"{_rows(_declared(run), 'enrolment')} declared to the national registry.",)
    closing = "This message holds no student's data; the list of rows to correct is beside the report."
    return Words(subject, (institution.name, *text, closing), link, "Open the report")


def _rows(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
