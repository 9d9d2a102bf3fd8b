"""Files and answers as schools' systems give them, carried to enrolments and compared line by line."""

from io import BytesIO

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from golden.cases import Case
from supdata.config.rest_source import RestSource
from supdata.config.sftp_source import SftpSource
from supdata.extract.files import read_file
from supdata.extract.rest import read_rest


@pytest.mark.parametrize(
    ("case", "file"),
    [(Case("sftp_apogee"), "inscriptions_20261001.csv"), (Case("sftp_spreadsheet"), "etudiants.txt")],
    ids=lambda value: getattr(value, "name", ""),
)
def test_a_dropped_file_becomes_the_enrolments_written_beside_it(case: Case, file: str) -> None:
    source = case.institution.source
    assert isinstance(source, SftpSource)
    with (case.folder / file).open("rb") as stream:
        rows = list(read_file(stream, file, source.format, case.institution.columns.source_columns()))
    assert case.outcome(rows) == case.expected()


class Pages(BaseAdapter):
    """A server that answers a login with a token, and a page with the file of its number."""

    def __init__(self, case: Case) -> None:
        super().__init__()
        self._folder = case.folder

    def send(self, request: requests.PreparedRequest, *args: object, **options: object) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 200
        page = (request.url or "").partition("page=")[2].partition("&")[0]
        content = (self._folder / f"page-{page}.json").read_bytes() if request.method == "GET" else b"token"
        answer.raw = HTTPResponse(BytesIO(content), preload_content=False)
        return answer

    def close(self) -> None:
        """Nothing is open."""


def test_the_pages_of_an_api_become_the_enrolments_written_beside_them() -> None:
    case = Case("rest_pegase")
    source = case.institution.source
    assert isinstance(source, RestSource)
    with requests.Session() as session:
        session.mount("https://", Pages(case))
        wanted = case.institution.columns.source_columns()
        rows = list(read_rest(session, "https://ins.example", "user", "made", source, wanted))
    assert case.outcome(rows) == case.expected()


@pytest.mark.parametrize("case", [Case("sftp_apogee"), Case("sftp_spreadsheet")], ids=lambda case: case.name)
def test_no_name_of_a_student_gets_past_extraction(case: Case) -> None:
    wanted = case.institution.columns.source_columns()
    assert not {"LIB_NOM_PAT_IND", "LIB_PR1_IND", "Nom", "Adresse"} & set(wanted)
    text = (case.folder / "expected.jsonl").read_text(encoding="utf-8")
    assert not any(name in text for name in ("LEF", "Zo", "Martin", "Durand", "rue"))
