"""Files and answers as schools' systems give them, carried to enrolments and compared line by line."""

from fnmatch import fnmatch
from io import BytesIO
from pathlib import PurePosixPath

import pytest
import requests
from requests.adapters import BaseAdapter
from urllib3 import HTTPResponse

from golden.cases import Case, dropped_files
from supdata.config.rest_source import RestSource
from supdata.config.sftp_source import SftpSource
from supdata.extract.files import read_file
from supdata.extract.rest import read_rest


@pytest.mark.parametrize("case", dropped_files(), ids=lambda case: case.name)
def test_a_dropped_file_becomes_the_enrolments_written_beside_it(case: Case) -> None:
    source, columns = case.institution.source, case.institution.columns
    assert isinstance(source, SftpSource)
    assert fnmatch(case.file.name, PurePosixPath(source.path).name)
    with case.file.open("rb") as stream:
        wanted, optional = columns.source_columns(), columns.alternatives()
        rows = list(read_file(stream, case.file.name, source.format, wanted, optional=optional))
    assert case.outcome(rows) == case.expected()


def test_there_is_a_dropped_file_of_each_format() -> None:
    sources = [case.institution.source for case in dropped_files()]
    assert {source.format.type for source in sources if isinstance(source, SftpSource)} == {
        "csv",
        "fixed",
        "xlsx",
        "xml",
        "json",
        "jsonl",
    }


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


@pytest.mark.parametrize("case", dropped_files(), ids=lambda case: case.name)
def test_no_name_of_a_student_gets_past_extraction(case: Case) -> None:
    text = (case.folder / "expected.jsonl").read_text(encoding="utf-8")
    names = (
        "LEF",
        "Zo",
        "Martin",
        "Durand",
        "rue",
        "Éloi",
        "ÉLOI",
        "Sœur",
        "Haÿ",
        "BERNARD",
        "LEROY",
        "HOTE",
        "Ornano",
        "Petit",
    )
    assert not any(name in text for name in names)
