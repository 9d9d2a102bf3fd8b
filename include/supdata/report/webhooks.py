"""A notice in the shape in which each chat service takes it.

Slack and Mattermost: an incoming webhook, https://docs.slack.dev/messaging/formatting-message-text
Teams: a workflow that posts an adaptive card,
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using
Tchap: the client API of Matrix, https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes
`json` is the notice itself, for anything else.
"""

from html import escape
from typing import Any, Literal, assert_never, get_args

import msgspec

from supdata.report.notices import Notice

Shape = Literal["slack", "teams", "tchap", "json"]
SHAPES: tuple[Shape, ...] = get_args(Shape)


def payload(notice: Notice, shape: Shape) -> dict[str, Any]:
    """Return what is sent as JSON; every text in it is escaped as the service asks."""
    match shape:
        case "slack":
            return {"text": _slack(notice)}
        case "teams":
            return _teams(notice)
        case "tchap":
            return {
                "msgtype": "m.text",
                "body": as_text(notice),
                "format": "org.matrix.custom.html",
                "formatted_body": as_html(notice),
            }
        case "json":
            built: dict[str, Any] = msgspec.to_builtins(notice)
            return {"title": notice.title, **built}
        case _ as never:
            assert_never(never)


def as_text(notice: Notice) -> str:
    """Return the notice as lines of plain text."""
    lines = [notice.title, *(f"{name}: {value}" for name, value in notice.facts()), notice.link]
    return "\n".join(line for line in lines if line)


def as_html(notice: Notice) -> str:
    """Return the notice as a piece of HTML, for e-mail and for Matrix."""
    facts = "".join(f"<li><b>{escape(name)}</b>: {escape(value)}</li>" for name, value in notice.facts())
    link = f'<p><a href="{escape(notice.link)}">Open the run in Airflow</a></p>' if notice.link else ""
    return f"<p><b>{escape(notice.title)}</b></p><ul>{facts}</ul>{link}"


def _slack(notice: Notice) -> str:
    lines = [f"*{_mrkdwn(notice.title)}*", *(f"• {name}: {_mrkdwn(value)}" for name, value in notice.facts())]
    if notice.link:
        lines.append(f"<{_mrkdwn(notice.link)}|Open the run in Airflow>")
    return "\n".join(lines)


def _mrkdwn(text: str) -> str:
    """Escape what Slack reads as markup: a school's name must not mention everybody in the room."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(notice: Notice) -> dict[str, Any]:
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "weight": "Bolder", "wrap": True, "text": notice.title},
            {"type": "FactSet", "facts": [{"title": name, "value": value} for name, value in notice.facts()]},
        ],
    }
    if notice.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": "Open the run in Airflow", "url": notice.link}]
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}
