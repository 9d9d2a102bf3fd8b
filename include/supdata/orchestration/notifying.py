"""Tells ops of what went wrong: notifiers for Airflow's callbacks, by e-mail and into a chat room.

Both are configured by an Airflow connection of a fixed name, and say nothing where there is none: an installation that wants
notices makes the connection, and no institution file has to be touched. The facts come from the run folder, which says more
than Airflow does; a task that left nothing there (it was killed, or never began) is told by what Airflow knows.

Airflow calls a DAG's notifiers once, from its DAG processor, and a call that dies there is gone. So a red run is told by its
own last task, which is tried again; the DAG's notifiers speak only where that task has not.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from airflow.sdk import BaseHook, BaseNotifier, Connection, Context
from airflow.sdk.exceptions import AirflowNotFoundException
from asgiref.sync import sync_to_async

from supdata.config.faults import InvalidInstitution
from supdata.config.loading import load_institution
from supdata.errors import SupdataError
from supdata.orchestration.links import run_link
from supdata.orchestration.metrics import count_notice
from supdata.orchestration.run_folder import RunFolder, StageResult, run_folder_root
from supdata.report.notices import Kind, Notice, parted, to_do_about

MAIL_CONNECTION = "supdata_mail"
WEBHOOK_CONNECTION = "supdata_webhook"
#: Under this name `deliver` counts the ways by which it has told of the red run it belongs to.
TOLD_RED = "red"


class MailNotifier(BaseNotifier):
    """Sends a notice to the `notices_to` addresses in the extra of the SMTP connection `supdata_mail`."""

    def __init__(self, config: str = "", stage: str = "") -> None:
        """Tell of red runs of the institution whose file is `config`; or of its task's own `stage`, whatever the school."""
        super().__init__()
        self.config = config
        self.stage = stage

    def notify(self, context: Context) -> None:
        """Send the notice of the run in `context`, unless the run has told of itself."""
        if self.stage or not _has_told(context, self.config):
            mail(failure_of(context, self.config, self.stage))


class WebhookNotifier(BaseNotifier):
    """Puts a notice into the chat room of the connection `supdata_webhook`."""

    def __init__(self, config: str = "", stage: str = "") -> None:
        """Tell of red runs of the institution whose file is `config`; or of its task's own `stage`, whatever the school."""
        super().__init__()
        self.config = config
        self.stage = stage

    def notify(self, context: Context) -> None:
        """Send the notice of the run in `context`, unless the run has told of itself."""
        if self.stage or not _has_told(context, self.config):
            post(failure_of(context, self.config, self.stage))


def notifiers(config: str = "", stage: str = "") -> list[Callable[[Context], None]]:
    """Return what a DAG calls when one of its runs is red, or a task that decides nothing over its run when it is."""
    return [MailNotifier(config, stage), WebhookNotifier(config, stage)]


async def tell_late(config: str, context: Mapping[str, Any]) -> None:
    """Tell ops that a run has not ended by its deadline: what Airflow calls with the run as its API shows it.

    In the triggerer: the same in an executor (SyncCallback) is refused every connection by Airflow 3.3's task API.
    """
    await sync_to_async(_tell_late)(config, context)


def _tell_late(config: str, context: Mapping[str, Any]) -> None:
    dag_id, run_id = str(context["dag_run"]["dag_id"]), str(context["dag_run"]["dag_run_id"])
    uai, school = _school(config)
    tell(
        Notice(
            kind=Kind.LATE,
            uai=uai,
            school=school,
            run_id=run_id,
            message="The run has not ended by its deadline (`watch.deadline_minutes`).",
            to_do="See in Airflow what it waits for: a file, a person's approval, or the registry.",
            link=run_link(dag_id, run_id),
        )
    )


def tell(notice: Notice) -> int:
    """Tell ops by every way there is, and return how many there are; one that fails keeps no other from being tried.

    Raises what the first way that failed has raised.
    """
    told, failed = 0, []
    for way in (mail, post):
        try:
            told += way(notice)
        except SupdataError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return told


def mail(notice: Notice) -> bool:
    """Send the notice by e-mail and return whether anybody is to be told that way."""
    from supdata.orchestration.mail import send_mail
    from supdata.report.webhooks import as_html

    connection = _connection(MAIL_CONNECTION)
    to = _addresses(connection.extra_dejson.get("notices_to")) if connection is not None else []
    if to:
        send_mail(MAIL_CONNECTION, to, notice.title, as_html(notice))
        count_notice(notice.uai, notice.kind)
    return bool(to)


def post(notice: Notice) -> bool:
    """Put the notice into the chat room and return whether there is one."""
    from supdata.orchestration.webhook import room_of, send

    connection = _connection(WEBHOOK_CONNECTION)
    if connection is not None:
        send(notice, room_of(connection, WEBHOOK_CONNECTION))
        count_notice(notice.uai, notice.kind)
    return connection is not None


def failure_of(context: Context, config: str, stage: str = "") -> Notice:
    """Return what is known of the red run in the `context` of a callback, or of its red `stage`."""
    uai, school = _school(config or _config_of(context))
    run_id, dag_id = str(context["run_id"]), context["dag"].dag_id
    failed = _left_behind(uai, run_id, stage)
    stage, error = (failed.stage, failed.error) if failed else _seen_by_airflow(context)
    return failure(uai, school, run_id=run_id, dag_id=dag_id, stage=stage, error=error)


def failure(uai: str, school: str, *, run_id: str, dag_id: str, stage: str, error: str) -> Notice:
    """Return the notice of a red run; `error` is what its first failed `stage` said of it, `Class: message`."""
    name, message = parted(error)
    return Notice(
        kind=Kind.FAILED,
        uai=uai,
        school=school,
        run_id=run_id,
        stage=stage,
        error=name,
        message=message,
        to_do=to_do_about(name),
        link=run_link(dag_id, run_id),
    )


def _has_told(context: Context, config: str) -> bool:
    """Whether the run's own `deliver` has told ops that it is red: a later try of `reconcile` makes it forget."""
    try:
        delivered = RunFolder(run_folder_root(), _school(config)[0], str(context["run_id"])).results("deliver")
    except (SupdataError, OSError):
        return False
    return any(one.counts.get(TOLD_RED) for one in delivered)


def _school(config: str) -> tuple[str, str]:
    """Return the school's UAI and name; of a file with faults, what its own name says."""
    try:
        institution = load_institution(Path(config))
    except (InvalidInstitution, SupdataError):
        return Path(config).stem, ""
    return institution.uai, institution.name


def _config_of(context: Context) -> str:
    """Return which file a task was given: one notifier then serves the tasks of all schools."""
    task = context["task"]
    return str(getattr(task, "config", "") or getattr(task, "op_kwargs", {}).get("config", ""))


def _left_behind(uai: str, run_id: str, stage: str) -> StageResult | None:
    """Return the first failure the run folder tells of, None where it tells of none or cannot be reached from here."""
    try:
        folder = RunFolder(run_folder_root(), uai, run_id)
        return next(iter(folder.results(stage)), None) if stage else folder.first_failure()
    except (SupdataError, OSError):
        return None


def _seen_by_airflow(context: Context) -> tuple[str, str]:
    """Return the task and, at most, the class of its error: the message of an error nobody foresaw may quote a student."""
    task = context.get("ti")
    error = context.get("exception")
    return (task.task_id if task is not None else "", type(error).__name__ if isinstance(error, BaseException) else "")


def _connection(name: str) -> Connection | None:
    try:
        return BaseHook.get_connection(name)
    except AirflowNotFoundException:
        return None


def _addresses(written: Any) -> list[str]:
    """Read a list of addresses, or one text with commas between them."""
    texts = written if isinstance(written, list) else str(written or "").split(",")
    return [text.strip() for text in texts if str(text).strip()]
