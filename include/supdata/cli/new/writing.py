"""The draft of an institution file as YAML, with a comment on each decision and on each doubt; and what to run next."""

from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from supdata.cli.language import say
from supdata.cli.new.answers import Answers
from supdata.cli.new.deciding import Draft
from supdata.cli.new.recognising import Decision
from supdata.cli.new.sampling import Sample
from supdata.config.presets import preset_data

SCHEMA = "institution.schema.json"
QUESTION = "# QUESTION: "


def as_yaml(draft: Draft, answers: Answers, sample: Sample) -> str:
    """Return the file's text."""
    parts = [*_part("columns", draft.columns), *_part("states", draft.states)]
    return "\n".join([*_head(draft, answers, sample), *parts, *_tail(answers)])


def head_questions(answers: Answers) -> list[str]:
    """Return what a person must still say of the institution itself."""
    asked = [] if answers.name else [f"name: {say('how is the establishment called?')}"]
    return [*asked, *([] if answers.contact else [f"contact: {say('which e-mail address does the registrar have?')}"])]


def _head(draft: Draft, answers: Answers, sample: Sample) -> Iterator[str]:
    yield f"# yaml-language-server: $schema={SCHEMA}"
    yield "# " + say("Drafted from a sample. `supdata schema > {schema}` here lets an editor complete it.", schema=SCHEMA)
    yield from (f"{QUESTION}{one}" for one in head_questions(answers))
    yield f'uai: "{answers.uai}"'
    yield f"name: {_inline(answers.name or answers.uai)}"
    yield f"contact: {_inline(answers.contact or 'scolarite@example.invalid')}"
    yield f"year: {{start: {answers.year}-09-01, end: {answers.year + 1}-08-31}} # " + say("the current one: correct its days")
    if draft.preset:
        yield f"preset: {draft.preset}"
    yield "source:"
    for key, value in draft.source.items():
        yield f"  {key}: {_inline(value)}"
        if key == "format":
            yield from (f"    # {name}: {why}" for name, why in sample.why.items() if name in value)
        if key in {"path", "parameters"}:
            yield "    # " + say("to be corrected: the sample does not tell")


def _part(name: str, decisions: Mapping[str, Decision]) -> Iterator[str]:
    told = {key: one for key, one in decisions.items() if one.section != {}}
    yield from (f"{QUESTION}{name}.{key}: {one.question}" for key, one in decisions.items() if key not in told)
    yield from [f"{name}:"] if told else []
    for key, one in told.items():
        if one.question:
            yield f"  {QUESTION}{one.question}"
        comment = f" # {one.why}" if one.why else ""
        yield f"  {_inline(key)}: {_inline(one.section)}{comment}"


def _tail(answers: Answers) -> Iterator[str]:
    yield f"registry: {{connection: supdata_{answers.uai.lower()}}}"
    yield ""


def _inline(value: Any) -> str:
    """Return a value on one line of YAML, quoted where YAML would read it otherwise."""
    if value is None:
        return "~"
    text: str = yaml.safe_dump(value, default_flow_style=True, width=float("inf"), allow_unicode=True, sort_keys=False)
    return text.removesuffix("\n").removesuffix("\n...").strip()


def connection_commands(draft: Draft, answers: Answers) -> list[str]:
    """Return the commands that make both connections, with words in capitals where a secret or an address goes."""
    known: Any = preset_data(draft.preset)["source"] if draft.preset else draft.source
    name = draft.source["connection"]
    source = {
        "sftp": f"airflow connections add {name} --conn-type sftp --conn-host HOST --conn-login USER --conn-password PASSWORD "
        """--conn-extra '{"host_key": "HOST_KEY"}'""",
        "rest": f"airflow connections add {name} --conn-type http --conn-schema https --conn-host HOST --conn-login USER "
        "--conn-password PASSWORD",
        "database": f"airflow connections add {name} --conn-type {'oracle' if draft.preset == 'apogee-oracle' else 'postgres'} "
        "--conn-host HOST --conn-schema DATABASE --conn-login USER --conn-password PASSWORD",
    }[known["kind"]]
    registry = f"airflow connections add supdata_{answers.uai.lower()} --conn-type supdata --conn-host https://REGISTRY"
    return [source, f"{registry} --conn-password X_API_KEY"]
