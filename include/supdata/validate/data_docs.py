"""Great Expectations' own page on a lot, for engineers: which expectation failed on how many rows, and on none of whose values.

As it comes, that page is made of styles and scripts from half a dozen outside hosts, and of the values that failed. Here it is
made from counts alone, its outside parts are taken out, and its own policy lets no browser load anything: it can be opened on a
machine that reaches nothing.
"""

import re
from html import escape
from pathlib import Path
from typing import Any

from supdata.config.models import Institution
from supdata.validate.additions import read_additions
from supdata.validate.judging import Enrolments, parameters
from supdata.validate.suite_file import read_suite

#: What an expectation's result may tell: numbers. Whatever else one holds, now or in a later version, is left out.
NUMBERS = frozenset(
    {
        *("element_count", "unexpected_count", "missing_count", "unexpected_percent"),
        *("missing_percent", "unexpected_percent_total", "unexpected_percent_nonmissing"),
    }
)
#: Elements that run, load or embed something.
_ACTIVE = re.compile(
    r"<(script|style|iframe|object|noscript)\b.*?</\1\s*>|<(?:script|link|img|meta|base|source)\b[^>]*>",
    re.DOTALL | re.IGNORECASE,
)
#: Addresses, but for those within the page.
_OUTSIDE = re.compile(r"""\s(?:href|src|srcset|action)\s*=\s*(?:"(?!#)[^"]*"|'(?!#)[^']*')""", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>(.*)</body>", re.DOTALL | re.IGNORECASE)

HEAD = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1a1a1a }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 }}
th, td {{ border: 1px solid #bbb; padding: .35rem .6rem; text-align: left; vertical-align: top }}
nav, .navbar, .modal, button {{ display: none }}
</style></head><body>
"""


def data_docs(enrolments: Enrolments, institution: Institution, suite_file: Path) -> str:
    """Return the page on `enrolments`, judged by the suite in `suite_file` and the institution's own beside it.

    Rules stand as the suite has them: what the institution's `rules` make of them is in the run's report. Raises FixConfig
    when a suite must be mended, RuleBroken when a rule cannot be run.
    """
    from supdata.validate.distinct import as_texts
    from supdata.validate.frame import make_frame
    from supdata.validate.reading import read_table
    from supdata.validate.suite import named_columns, validated

    suite = read_suite(suite_file).joined_by(read_additions(suite_file.parent, institution.uai).entries)
    frame = make_frame(read_table(enrolments).columns, institution, named_columns(suite))
    answer = validated(as_texts(frame), suite, parameters(institution))
    for one in answer.results:
        one.result = {name: value for name, value in one.result.items() if name in NUMBERS}
    return offline(_rendered(answer), f"{institution.name} ({institution.uai})")


def _rendered(answer: Any) -> str:
    from great_expectations.render.renderer import ValidationResultsPageRenderer  # noqa: TID251  # only where a page is made
    from great_expectations.render.view import DefaultJinjaPageView  # noqa: TID251

    return str(DefaultJinjaPageView().render(ValidationResultsPageRenderer().render(answer)))


def offline(page: str, title: str) -> str:
    """Return a page without all that runs, loads or leads elsewhere, under a policy that lets nothing be loaded."""
    body = _BODY.search(page)
    inner = _OUTSIDE.sub("", _ACTIVE.sub("", body[1] if body else page))
    return f"{HEAD.format(title=escape(title))}<h1>{escape(title)}</h1>\n{inner}\n</body></html>\n"
