"""A message as its receiver sees it: page, plain text or PDF of the stored bytes. docs/decisions/0022; RFC 9110 § 12.5.1."""

from __future__ import annotations

from typing import Final, cast

from adapter.errors import AdapterError
from adapter.kith import rendering
from adapter.kith.rendering import Format, Lang, letters
from adapter.kith.rendering.html import css
from adapter.model import Message
from adapter.web import answers
from adapter.web.answers import Answer
from adapter.web.call import Answers, Call, Param, Route
from adapter.web.parameters import flag, one
from adapter.xmlsafe import Limits

STYLE: Final = "/docs/message.css"
_CSP: Final = ("Content-Security-Policy", "default-src 'none'; style-src 'self'; sandbox")
_VARY: Final = ("Vary", "Accept")
_MEDIA: Final[dict[Format, str]] = {
    "html": answers.HTML,
    "text": "text/plain; charset=utf-8",
    "pdf": "application/pdf",
}
_ASKED: Final[dict[str, Format]] = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/*": "html",
    "*/*": "html",
    "text/plain": "text",
    "application/pdf": "pdf",
}

PARAMS: Final = (
    Param(name="format", text="html, text or pdf; without it Accept decides", schema={"type": "string", "enum": list(rendering.FORMATS)}),
    Param(name="lang", text="Language of the labels, bokmål (nb) without it", schema={"type": "string", "enum": list(rendering.LANGUAGES)}),
    Param(name="unmasked", text="Whether name and numbers of the patient are shown", schema={"type": "boolean"}),
)  # fmt: skip


def wanted(call: Call) -> Format:
    """Return the form that is asked for. Raises EventError IPK-E026."""
    asked = cast("Format | None", one(call.params(), "format"))
    return asked or accepted(call.headers().get("accept", ""))


def letter(call: Call, found: Message) -> Answer:
    """Return a letter to print: PDF, or plain text."""
    laid_out = letters.document(found.body, limits=call.services.settings.limits())
    format_ = wanted(call)
    return answers.raw(rendering.write(laid_out, format_), media=_MEDIA[format_], headers=(_CSP, _VARY))


def shown(call: Call, found: Message) -> Answer:
    """Return a message laid out; one that cannot be read says so. Raises EventError IPK-E026."""
    params = call.params()
    format_ = wanted(call)
    lang = cast("Lang", one(params, "lang") or "nb")
    laid_out = _laid_out(
        found.body, lang, unmasked=flag(params, "unmasked"), allowed=call.services.settings.limits()
    )
    body = rendering.write(laid_out, format_, style=STYLE)
    return answers.raw(body, media=_MEDIA[format_], headers=(_CSP, _VARY))


def _laid_out(body: bytes, lang: Lang, *, unmasked: bool, allowed: Limits) -> rendering.Document:
    try:
        return rendering.document(body, lang=lang, unmasked=unmasked, limits=allowed)
    except AdapterError:
        return rendering.unreadable(lang)


def accepted(accept: str) -> Format:
    """Return the form that a caller likes best, a page where none is named."""
    items = [item.partition(";") for item in accept.lower().split(",")]
    known = [
        (_quality(params), _ASKED[media.strip()]) for media, _, params in items if media.strip() in _ASKED
    ]
    best = max((quality for quality, _ in known), default=0.0)
    return next((format_ for quality, format_ in known if quality and quality == best), "html")


def _quality(params: str) -> float:
    for each in params.split(";"):
        name, _, value = each.partition("=")
        if name.strip().lower() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0


def style(call: Call) -> Answer:  # noqa: ARG001 (every view takes the call)
    """Return the style sheet of messages."""
    return answers.raw(css().encode(), media="text/css; charset=utf-8")


STYLE_ROUTE: Final = Route(
    method="GET", path=STYLE, view=style, summary="Style sheet of messages shown", cached=True,
    answers=Answers(media="text/css", texts={200: "Style sheet of messages shown"}),
)  # fmt: skip
