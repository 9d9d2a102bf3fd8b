"""Who hears of the runs outside Airflow: registrars and ops by e-mail, ops in a chat room, and a listener of metrics."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from integration.receiving import ChatService, Mailbox, chat_service, mailbox, text_of
from supdata.sandbox.local.airflow_api import AirflowApi, Connection

#: The path of a webhook is a secret: whoever has it can write into the room.
ROOM = "/services/T0000000/B0000000/secretpathofthewebhook"
MAIL_PASSWORD = "made"
#: The university wants everything by every way; its runs are late after the shortest time that can be said.
DELIVERED = """\
delivery:
  mail: {to: [registrar@universite-paris.example]}
  sftp: {connection: sftp_0751717j, folder: /retour}
watch: {deadline_minutes: 1}
"""
#: PEGASE's school has a return folder that does not exist, and an administrator for a registrar.
HALF_DELIVERED = """\
registrars: [admin]
delivery:
  mail: {}
  sftp: {connection: sftp_0751717j, folder: /nowhere}
"""


@dataclass
class Outside:
    """What has been heard, nothing where nobody listens; `settings` tell Airflow of it, and to write down all it can."""

    chat: ChatService = field(default_factory=ChatService)
    box: Mailbox = field(default_factory=Mailbox)
    port: int = 0
    metrics: list[str] = field(default_factory=list)

    @property
    def settings(self) -> Mapping[str, str]:
        return {
            "AIRFLOW__METRICS__STATSD_ON": "True",
            "AIRFLOW__METRICS__STATSD_HOST": "127.0.0.1",
            "AIRFLOW__METRICS__STATSD_PORT": str(self.port),
            "AIRFLOW__METRICS__STATSD_INFLUXDB_ENABLED": "True",
            "AIRFLOW__LOGGING__LOGGING_LEVEL": "DEBUG",
            # A machine that stands still for a minute must not lose a notice: Airflow ends who takes longer, and tells nobody.
            "AIRFLOW__DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "300",
        }

    def connect(self, api: AirflowApi) -> None:
        """Make Airflow's connections to them."""
        plain = {"from_email": "supdata@example.org", "notices_to": "ops@example.org", "disable_ssl": True, "disable_tls": True}
        login = ("127.0.0.1", self.box.port, "supdata", MAIL_PASSWORD)
        api.create_connection(Connection("supdata_mail", "smtp", *login, extra=json.dumps(plain)))
        host = f"http://127.0.0.1:{self.chat.port}"
        api.create_connection(Connection("supdata_webhook", "http", host, password=ROOM, extra=json.dumps({"shape": "slack"})))

    def notices(self) -> list[str]:
        """Return what was said in the chat room."""
        return [str(one.body["text"]) for one in list(self.chat.posted)]

    def letters(self, to: str) -> list[str]:
        """Return the e-mails to one address, whole."""
        return [text_of(message) for message in list(self.box.messages) if to in message["To"]]

    def text(self) -> str:
        """Return all that was heard."""
        letters = [text_of(message) for message in list(self.box.messages)]
        return "\n".join([*self.notices(), *letters, *list(self.metrics)])


@contextmanager
def outside() -> Iterator[Outside]:
    with chat_service() as chat, mailbox() as box, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.5)
        heard = Outside(chat, box, listener.getsockname()[1])
        over = threading.Event()
        thread = threading.Thread(target=_listen, args=(listener, heard.metrics, over))
        thread.start()
        try:
            yield heard
        finally:
            over.set()
            thread.join(10)


def _listen(listener: socket.socket, metrics: list[str], over: threading.Event) -> None:
    while not over.is_set():
        try:
            metrics.append(listener.recv(65_535).decode(errors="replace"))
        except TimeoutError:
            continue
