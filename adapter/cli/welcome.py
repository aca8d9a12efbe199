"""What `run` says first: where to look, and one curl to try. contract.md, 'Set-up'."""

from __future__ import annotations

import orjson

from adapter.events import schemas
from adapter.settings import Settings


def text(settings: Settings) -> str:
    """Return where things are, and the curl that tells the whole story."""
    base = settings.base_url
    token = "" if settings.token is None else " -H 'Authorization: Bearer '\"$ADAPTER_TOKEN\""
    event = orjson.dumps(schemas.example("ip.need.identified"), option=orjson.OPT_INDENT_2).decode()
    return f"""ip-adapter runs on {base} (Ctrl-C stops it all)

  {base}/messages        messages sent and received
  {base}/fhir/metadata   the case in FHIR R4
  {base}/schemas/events  every event type, with an example
  {base}/docs            the API; {base}/console to look around
  {settings.exchange}/   the folders where messages leave and arrive; epj/ is for the record

Try this in another terminal (an official fictive patient needs a plan and a coordinator):

curl -i {base}/events{token} -H 'Content-Type: application/cloudevents+json' --data-binary @- <<'JSON'
{event}
JSON

A simulated municipality ({settings.manner}) receipts it, answers, and appoints a coordinator within ten seconds:
curl -s {base}/messages{token}
"""
