"""E-mail through Airflow's SMTP connection; what keeps one from being sent, in words that quote nobody."""

import smtplib
import ssl
from collections.abc import Sequence

from airflow.providers.smtp.hooks.smtp import SmtpHook
from airflow.sdk.exceptions import AirflowException

from supdata.errors import AccessRefused, FixConfig, TryLater
from supdata.orchestration.connections import find_connection


def send_mail(connection: str, to: Sequence[str], subject: str, html: str) -> None:
    """Send one message to all of `to` through the SMTP connection `connection`; its extra's `from_email` is the sender.

    Raises AccessRefused when the server refuses the login, FixConfig when it refuses the message or the connection is missing
    or says no sender, TryLater when it is away.
    """
    attempted = f"Sending an e-mail through the connection `{connection}`"
    if not find_connection(connection).extra_dejson.get("from_email"):
        raise FixConfig(attempted, "it says no sender", 'Add {"from_email": "…"} to its extra.')
    try:
        _send(SmtpHook(smtp_conn_id=connection), to, subject, html)
    except smtplib.SMTPAuthenticationError:
        raise AccessRefused(attempted, "the server refused user or password", "Correct the connection.") from None
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPNotSupportedError):
        remedy = "Correct the address in the institution file, or `from_email` in the connection's extra."
        raise FixConfig(attempted, "the server refused the sender or a recipient", remedy) from None
    except ssl.SSLCertVerificationError:
        raise FixConfig(attempted, "the server's certificate is not valid", "Correct the connection's host.") from None
    except (smtplib.SMTPException, OSError, AirflowException):  # the last is how the hook says that the line broke
        raise TryLater(attempted, "the server does not answer, or not now", "It is tried again.") from None


def _send(hook: SmtpHook, to: Sequence[str], subject: str, html: str) -> None:
    try:
        with hook:
            hook.send_email_smtp(to=list(to), subject=subject, html_content=html)
    finally:
        left_open = hook._smtp_client  # noqa: SLF001 - of a login that is refused the hook itself forgets the line
        if isinstance(left_open, smtplib.SMTP):
            left_open.close()
