"""The registrar's report: one page that stands alone, for a screen, a telephone or an A4 sheet; in French, and in English.

It holds row numbers and the school's own student numbers, never an INE, a birth date or any other value of a row: it is the
page that gets printed and passed on. Values are in the work list only.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from supdata.config.models import Institution
from supdata.config.sftp_source import SftpSource
from supdata.report.content import Group, RunFacts, Weight
from supdata.report.english import catalogue
from supdata.report.files_read import file_read
from supdata.report.in_english import in_english
from supdata.report.outlook import dates, given_back, since_last_time
from supdata.report.rule_texts import UNKNOWN_RULE, RuleText
from supdata.report.situation import headline, held, light, mishap, missing, postponed, steps
from supdata.report.tables import lines, shares
from supdata.report.tongue import ENGLISH, FRENCH, Tongue
from supdata.report.trend import trend
from supdata.report.whereabouts import whereabouts

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
NO_RULES: Mapping[str, RuleText] = MappingProxyType({})


def render_page(facts: RunFacts, tongue: Tongue = FRENCH, rules: Mapping[str, RuleText] = NO_RULES) -> str:
    """Return the page as HTML; every text that is not ours is escaped, and no other resource is referred to.

    `rules` give the texts of a page in English; those of a French one are in the facts already.
    """
    if tongue is ENGLISH:
        facts = in_english(facts, rules)
    blocking = facts.groups_of(Weight.BLOCKING)
    fixable, unknown = _parted(blocking)
    return _template(tongue.code).render(
        facts=facts,
        counts=facts.counts,
        light=light(facts),
        headline=headline(facts, tongue),
        steps=steps(facts, tongue),
        mishap=mishap(facts),
        lines=lines(facts, tongue),
        shares=shares(facts, tongue),
        blocking=blocking,
        fixable=fixable,
        unknown=unknown,
        links=_links(fixable, unknown),
        waiting=facts.groups_of(Weight.WAITING),
        checks=facts.groups_of(Weight.CHECK),
        information=facts.groups_of(Weight.INFORMATION),
        sources=_sources(facts),
        row_note=tongue.say(_row_note(facts.institution)),
        files_read=[file_read(one, tongue) for one in facts.readings],
        rows_shown=ROWS_SHOWN,
        held=held(facts, tongue),
        postponed=postponed(facts, tongue),
        missing=missing(facts, tongue),
        since=since_last_time(facts, rules, tongue),
        dates=dates(facts, tongue),
        given_back=given_back(facts, tongue),
        trend=trend(facts, tongue),
        whereabouts=lambda finding: whereabouts(facts.institution, finding.names, tongue),
    )


def _parted(groups: tuple[Group, ...]) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
    """Return what is to be put right in the school's data, and apart from it the students that the registry does not know."""
    unknown = tuple(group for group in groups if group.finding.rule == UNKNOWN_RULE)
    return tuple(group for group in groups if group not in unknown), unknown


def _links(fixable: tuple[Group, ...], unknown: tuple[Group, ...]) -> dict[Group, str]:
    """Return where on the page each group is told."""
    return {
        **{group: f"corriger-{number}" for number, group in enumerate(fixable, start=1)},
        **{group: f"inconnus-{number}" for number, group in enumerate(unknown, start=1)},
    }


def _row_note(institution: Institution) -> str:
    source = institution.source
    return ROW_NOTES[source.format.type if isinstance(source, SftpSource) else source.kind]


def _sources(facts: RunFacts) -> tuple[str, ...]:
    """Return the sources that the page speaks of: with one, row numbers need no source beside them."""
    return tuple(sorted({row.source for group in facts.groups for row in group.rows}))


def make_ready() -> None:
    """Read and compile what every page is made of, in both languages: half a second of CPU, once per process."""
    catalogue()
    for tongue in (FRENCH, ENGLISH):
        _template(tongue.code)


@cache
def _template(code: str) -> Template:
    tongue = FRENCH if code == "fr" else ENGLISH
    environment = Environment(
        loader=PackageLoader("supdata.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(number=tongue.number, counted=tongue.counted, long_date=tongue.long_date)
    environment.globals.update(t=tongue.say, code=code)
    return environment.get_template("rapport.html.j2")
