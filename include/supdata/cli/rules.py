"""`supdata rules`: the catalogue of quality rules as a table, as JSON for machines, or as the page `expectations/README.md`."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from supdata.config.faults import nearest_to
from supdata.errors import FixConfig
from supdata.records.states import Severity
from supdata.validate.additions import read_additions
from supdata.validate.catalogue import RULES
from supdata.validate.rule import Rule

EXPECTATIONS = Path("expectations")
#: What the table shows for a rule that compares whole rows.
WHOLE_ROW = "(row)"
COLOURS = {Severity.REJECT: "red", Severity.HOLD: "yellow", Severity.WARN: "cyan"}
INTRODUCTION = """\
# Quality rules

What every enrolment is checked for before it is declared. This page is made from the catalogue
(`include/supdata/validate/*_rules.py`) by `supdata rules --markdown`, and a test holds the two together: change a rule there,
then run `supdata rules --markdown > expectations/README.md`.

- `enrolment.json` is the Great Expectations suite that checks these rules, for every institution.
- `institutions/<uai>.json` adds the rules of one institution: same form, ids that begin with its UAI (`0751717J-…`), and in
  `meta` what the catalogue says of ours: `field`, `severity`, `title`, `explanation`, `fix`, `version`, `since`.
- An institution file (`dags/institutions/<uai>.yaml`) may make a rule stricter or, for a reason and a time, weaker: `rules`.
  *Essential* rules cannot be made weaker.

A row that breaks a *reject* rule is not declared; a *hold* rule makes it wait; a *warn* rule only says so. Up to its tolerance,
a share of the institution's rows, a rule only warns. Its version is raised whenever it judges a row differently than before.
"""


def rules(
    field: Annotated[list[str] | None, typer.Option(help="Only the rules on this field of the enrolment.")] = None,
    severity: Annotated[list[str] | None, typer.Option(help="Only the rules of this severity: reject, hold, warn.")] = None,
    institution: Annotated[str, typer.Option(help="Also the rules that the institution of this UAI adds.")] = "",
    rule_id: Annotated[list[str] | None, typer.Option("--id", help="Only this rule, with all its texts.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON list instead of a table.")] = False,
    as_page: Annotated[bool, typer.Option("--markdown", help="Print the page expectations/README.md.")] = False,
    expectations: Annotated[Path, typer.Option(help="The folder of suites.")] = EXPECTATIONS,
) -> None:
    """List the quality rules: what each one looks at, what it does to a row, and what it tells the registrar.

    --field, --severity and --id may be given several times. Exit code 2: an option names nothing that exists.
    """
    catalogue = read_additions(expectations, institution).with_catalogue() if institution else RULES
    chosen = choose(catalogue, fields=field or (), severities=severity or (), ids=rule_id or ())
    if as_json:
        typer.echo(as_machine_text(chosen))
    elif as_page:
        typer.echo(as_markdown(chosen), nl=False)
    elif rule_id:
        typer.echo("\n".join(map(_section, chosen)), nl=False)
    else:
        Console().print(_table(chosen))


def choose(
    catalogue: Mapping[str, Rule], *, fields: Collection[str], severities: Collection[str], ids: Collection[str]
) -> list[Rule]:
    """Return the rules that match every filter given, in the catalogue's order; an empty filter lets all pass.

    Raises FixConfig when a filter names what no rule has: an empty list would read as "no such rule is needed".
    """
    _refuse_unknown("--field", fields, {rule.field or WHOLE_ROW for rule in catalogue.values()})
    _refuse_unknown("--severity", severities, {str(severity) for severity in Severity})
    _refuse_unknown("--id", ids, set(catalogue))
    return [
        rule
        for rule in catalogue.values()
        if (not fields or (rule.field or WHOLE_ROW) in fields)
        and (not severities or rule.severity in severities)
        and (not ids or rule.id in ids)
    ]


def as_machine_text(chosen: Sequence[Rule]) -> str:
    """Return the rules as a JSON list, every attribute by its own name."""
    return json.dumps([_plain(rule) for rule in chosen], indent=2, ensure_ascii=False)


def as_markdown(chosen: Sequence[Rule]) -> str:
    """Return the rules as a page: what the folder holds, a table of all rules, then the texts of each."""
    head = "| rule | field | severity | tolerance | what is wrong |\n|---|---|---|---|---|\n"
    lines = [
        f"| [{rule.id}](#{rule.id.lower()}) | {_code(rule.field)} | {_weight(rule)} | {_tolerance(rule)} | {rule.english} |\n"
        for rule in chosen
    ]
    return "\n".join([INTRODUCTION, head + "".join(lines), *map(_section, chosen)])


def _refuse_unknown(option: str, given: Collection[str], known: Collection[str]) -> None:
    for word in given:
        if word not in known:
            near = nearest_to(word, known)
            remedy = f"Did you mean {near}?" if near else f"Known: {', '.join(sorted(known))}."
            raise FixConfig("Listing the rules", f"{option} {word} is that of no rule", remedy)


def _plain(rule: Rule) -> dict[str, Any]:
    return asdict(rule) | {"since": rule.since.isoformat()}


def _section(rule: Rule) -> str:
    facts = [
        f"field {_code(rule.field)}",
        _weight(rule),
        f"tolerance {_tolerance(rule)}",
        f"version {rule.version} since {rule.since.isoformat()}",
    ]
    english = f"\n**{rule.english}.** {rule.english_explanation}  \n*To do:* {rule.english_fix}\n"
    return (
        f"## {rule.id}\n\n"
        f"{' · '.join(facts)}  \n"
        f"Source: {rule.source}\n\n"
        f"**{rule.title}.** {rule.explanation}  \n"
        f"*À faire :* {rule.fix}\n" + (english if rule.english else "")
    )


def _table(chosen: Sequence[Rule]) -> Table:
    caption = "! essential: no institution can make it weaker"
    table = Table(title=f"Quality rules: {len(chosen)}", caption=caption, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for heading in ("rule", "field", "severity", "tolerates"):
        table.add_column(heading, no_wrap=True)
    table.add_column("what is wrong", overflow="fold")
    for rule in chosen:
        weight = f"[{COLOURS[rule.severity]}]{rule.severity}{'!' if rule.essential else ''}[/]"
        table.add_row(
            rule.id, rule.field or WHOLE_ROW, weight, _tolerance(rule) if rule.tolerance else "", rule.english or rule.title
        )
    return table


def _weight(rule: Rule) -> str:
    return f"{rule.severity}, essential" if rule.essential else str(rule.severity)


def _tolerance(rule: Rule) -> str:
    return f"{rule.tolerance:.3%}".replace(".000", "") if rule.tolerance else "none"


def _code(field: str) -> str:
    return f"`{field}`" if field else WHOLE_ROW
