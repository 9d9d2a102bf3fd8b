"""The registrar's report: one French page that stands alone, for a screen, a telephone or an A4 sheet.

It holds row numbers and the school's own student numbers, never an INE, a birth date or any other value of a row: it is the
page that gets printed and passed on. Values are in the work list only.
"""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from supdata.config.models import Institution
from supdata.config.sftp_source import SftpSource
from supdata.report.content import RunFacts, Weight
from supdata.report.french import counted, file_read, long_date, number
from supdata.report.situation import headline, held, light, mishap, missing, postponed, steps
from supdata.report.tables import lines, shares

#: How many rows of a group are named on the page; the work list names them all.
ROWS_SHOWN = 20
SPREADSHEET = "Le numéro de ligne est celui que montre un tableur."
LINE = "Le numéro de ligne est celui de la ligne du fichier."
RECORD = "Le numéro de ligne est le rang de l’inscription dans le fichier."
ROW_NOTES = {
    "csv": SPREADSHEET,
    "xlsx": SPREADSHEET,
    "fixed": LINE,
    "jsonl": LINE,
    "xml": RECORD,
    "json": RECORD,
    "rest": "Le numéro de ligne est le rang dans la réponse de votre logiciel.",
    "database": "Le numéro de ligne est le rang dans le résultat de la requête.",
}


def render_page(facts: RunFacts) -> str:
    """Return the page as HTML; every text that is not ours is escaped, and no other resource is referred to."""
    return _template().render(
        facts=facts,
        counts=facts.counts,
        light=light(facts),
        headline=headline(facts),
        steps=steps(facts),
        mishap=mishap(facts),
        lines=lines(facts),
        shares=shares(facts),
        blocking=facts.groups_of(Weight.BLOCKING),
        waiting=facts.groups_of(Weight.WAITING),
        checks=facts.groups_of(Weight.CHECK),
        information=facts.groups_of(Weight.INFORMATION),
        sources=_sources(facts),
        row_note=_row_note(facts.institution),
        files_read=[file_read(one) for one in facts.readings],
        rows_shown=ROWS_SHOWN,
        held=held(facts),
        postponed=postponed(facts),
        missing=missing(facts),
    )


def _row_note(institution: Institution) -> str:
    source = institution.source
    return ROW_NOTES[source.format.type if isinstance(source, SftpSource) else source.kind]


def _sources(facts: RunFacts) -> tuple[str, ...]:
    """Return the sources that the page speaks of: with one, row numbers need no source beside them."""
    return tuple(sorted({row.source for group in facts.groups for row in group.rows}))


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("supdata.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(number=number, counted=counted, long_date=long_date)
    return environment.get_template("rapport.html.j2")
