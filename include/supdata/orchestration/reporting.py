"""The report stage: the registrar's page and the rows to correct, from whatever the run folder holds."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from io import BytesIO
from typing import TypeVar

import msgspec

from supdata.errors import FixConfig
from supdata.orchestration.approval import decision_of
from supdata.orchestration.background import background_of
from supdata.orchestration.corrections import note_fates, runs_put_in, traces_of
from supdata.orchestration.corrections_drop import dropped_lists
from supdata.orchestration.past_runs import keep_summary, runs_before, summary_of
from supdata.orchestration.remembering import remember
from supdata.orchestration.run import Run
from supdata.orchestration.validation import RULINGS, suites_folder
from supdata.plan.windows import window_at
from supdata.reconcile.balance import Balance
from supdata.records.enrolment import Enrolment
from supdata.records.judgement import Judgement
from supdata.records.rows import UnreadableRow
from supdata.records.ruling import Ruling
from supdata.records.shipment import Departed, Receipt
from supdata.report.content import GivenBackFacts, RowRef
from supdata.report.facts import Course, Records, RunFacts, gather
from supdata.report.page import render_page
from supdata.report.tongue import ENGLISH, FRENCH
from supdata.report.worklist import work_lines
from supdata.report.worklist_files import write_csv, write_workbook
from supdata.validate.additions import read_additions
from supdata.validate.catalogue import RULES
from supdata.validate.rule import Rule
from supdata.validate.suggesting import MISSPELT, Suggester

Record = TypeVar("Record")

PAGE = "rapport.html"
ENGLISH_PAGE = "report.html"
BALANCE = "balance.json"
WORK_LIST = "a_corriger.csv"
WORK_BOOK = "a_corriger.xlsx"


def report_run(run: Run) -> str:
    """Write the report in both languages and the work list of a run, well ended or not; return the French page's address."""
    with run.stage("report") as result:
        rules = _rules(run)
        facts = _facts(run, rules)
        memory = remember(run, facts, work_lines(facts), result)
        summary = summary_of(run, facts)
        background = background_of(run, receipts_of(run), summary, runs_before(run, result), result)
        background = replace(background, no_longer=memory.no_longer, given_back=_given_back(run))
        facts = replace(facts, background=background)
        address = run.folder.write_bytes("report", PAGE, render_page(facts, FRENCH, rules).encode())
        run.folder.write_bytes("report", ENGLISH_PAGE, render_page(facts, ENGLISH, rules).encode())
        for name, write in ((WORK_LIST, write_csv), (WORK_BOOK, write_workbook)):
            rows = BytesIO()
            result.counts["to_correct"] = write(rows, memory.lines)
            run.folder.write_bytes("report", name, rows.getvalue())
        result.files += [PAGE, ENGLISH_PAGE, WORK_LIST, WORK_BOOK]
        keep_summary(run, facts, summary, result)
        note_fates(run, complete=not facts.partial and run.limit is None and "to_create" in facts.known)
    return address


def _facts(run: Run, rules: Mapping[str, Rule]) -> RunFacts:
    failed = run.folder.first_failure()
    balance = _balance(run)
    decision = decision_of(run)
    course = Course(
        institution=run.institution,
        run_id=run.run_id,
        run_date=run.day,
        counts=balance.counts if balance else None,
        differences=[str(one) for one in balance.differences] if balance else [],
        failed_stage=failed.stage if failed else None,
        failure=failed.error if failed else "",
        dry_run=run.dry_run,
        rulings=[*_left(run, "validate", RULINGS, Ruling), *_left(run, "plan", RULINGS, Ruling)],
        answer=decision.answer if decision else "",
        window=window_at(run.institution, run.started),
        readings=[reading for result in run.folder.results("extract") for reading in result.readings],
        partial=any(result.partial for result in run.folder.results("extract")),
    )
    return gather(course, _records(run), rules, _suggester(run))


def _records(run: Run) -> Records:
    return Records(
        judgements=_left(run, "validate", "judgements.jsonl", Judgement),
        findings=_left(run, "plan", "findings.jsonl", Judgement),
        enrolments=_enrolments(run),
        receipts=receipts_of(run),
        departed=_left(run, "plan", "departed.jsonl", Departed),
        unreadable=_left(run, "extract", "unreadable.jsonl", UnreadableRow),
    )


def _given_back(run: Run) -> GivenBackFacts:
    """Return what became of the corrections that this run has looked at, and of the lists it has found."""
    traces = traces_of(run)
    times = runs_put_in(run, traces) if traces else {}
    put_in = {RowRef(source, row): times[one.id] for one in traces for source, row in one.rows}
    refused = [(one.file, one.faults) for one in dropped_lists(run) if one.faults]
    fates = Counter(one.fate.value for one in traces)
    return GivenBackFacts(by_fate=fates, put_in=tuple(sorted(put_in.items())), refused=tuple(refused))


def _rules(run: Run) -> Mapping[str, Rule]:
    """Return the texts of all rules; of the catalogue's alone where the institution's own cannot be read."""
    try:
        return read_additions(suites_folder(), run.institution.uai).with_catalogue()
    except FixConfig:
        return RULES


def _suggester(run: Run) -> Suggester:
    """Return what proposes values; it knows the numbers that share a birth date with a misspelt one, and no others."""
    judgements = _left(run, "validate", "judgements.jsonl", Judgement)
    misspelt = {(one.source, one.row) for one in judgements if any(why.rule == MISSPELT for why in one.reasons)}
    births = {one.dateNaissance for one in _enrolments(run) if (one.source, one.row) in misspelt} if misspelt else set()
    known = [(one.dateNaissance, one.ine) for one in _enrolments(run) if one.dateNaissance in births] if births else []
    return Suggester(run.institution, known)


def _enrolments(run: Run) -> Iterable[Enrolment]:
    return _left(run, "normalise", "enrolments.jsonl", Enrolment)


def _balance(run: Run) -> Balance | None:
    if not run.folder.has("reconcile", BALANCE):
        return None
    return msgspec.json.decode(run.folder.read_bytes("reconcile", BALANCE), type=Balance)


def receipts_of(run: Run) -> Iterator[Receipt]:
    """Yield what the registry answered in this run, and the answers carried over from the ledger."""
    yield from _left(run, "plan", "waiting.jsonl", Receipt)
    for stage in ("push", "push_held"):
        for result in run.folder.results(stage):
            for name in result.files:
                yield from _left(run, stage, name, Receipt)


def _left(run: Run, stage: str, name: str, record: type[Record]) -> Iterable[Record]:
    """Return the records a stage has left, none when it did not get that far."""
    return run.folder.read(stage, name, record) if run.folder.has(stage, name) else ()
