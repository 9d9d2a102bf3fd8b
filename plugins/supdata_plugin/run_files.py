"""The files of a run that a page shows or hands out: which ones is fixed, and where they stand is derived, never asked for."""

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass

from supdata.orchestration.reporting import ENGLISH_PAGE, PAGE, WORK_BOOK, WORK_LIST
from supdata.orchestration.run_folder import RunFolder, run_folder_root
from supdata.records.uai import is_valid_uai
from supdata_plugin.schools import School

STAGE = "report"
#: The style sheet in the head of a report, which comes before anything that a school's data could have a say in.
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


@dataclass(frozen=True)
class WorkList:
    """A form in which the rows to correct are handed out."""

    file: str
    media_type: str


WORK_LISTS = {
    "xlsx": WorkList(WORK_BOOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": WorkList(WORK_LIST, "text/csv; charset=utf-8"),
}


def folder_of(school: School, run_id: str) -> RunFolder | None:
    """Return the folder of one of a school's runs; None for a school without a UAI, which has never run.

    `run_id` is one that Airflow's database has for this school: nothing is looked for under a name that was only asked for.
    """
    return RunFolder(run_folder_root(), school.uai, run_id) if is_valid_uai(school.uai) else None


def has_report(folder: RunFolder | None) -> bool:
    """Whether the run has left a report."""
    return folder is not None and folder.has(STAGE, PAGE)


def forms_of(folder: RunFolder | None) -> list[str]:
    """Return the forms in which the run has left its rows to correct."""
    return [name for name, form in WORK_LISTS.items() if folder is not None and folder.has(STAGE, form.file)]


def report_of(folder: RunFolder | None, language: str = "fr") -> bytes | None:
    """Return the report's page, None when none has been written; in French where it was not written in another language."""
    if folder is None or not folder.has(STAGE, PAGE):
        return None
    english = language == "en" and folder.has(STAGE, ENGLISH_PAGE)
    return folder.read_bytes(STAGE, ENGLISH_PAGE if english else PAGE)


def work_list_of(folder: RunFolder | None, form: WorkList) -> bytes | None:
    """Return the rows to correct in a form, None when they have not been written in it."""
    return folder.read_bytes(STAGE, form.file) if folder and folder.has(STAGE, form.file) else None


def report_policy(page: bytes) -> str:
    """Return the content policy of a report: its own style sheet, known by its hash, and nothing else; no script, no form.

    The page comes from a run folder and not from these templates, so that the browser is told to treat it as a stranger's.
    """
    style = _STYLE.search(page, 0, page.find(b"<body"))
    allowed = f"style-src 'sha256-{b64encode(hashlib.sha256(style[1]).digest()).decode()}'; " if style else ""
    return f"default-src 'none'; {allowed}img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'; sandbox"
