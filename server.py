"""WSGI entry: settings → services → app. `app` is what a WSGI server serves; `python server.py` is `ip-adapter serve`."""

from __future__ import annotations

from adapter import log, settings, wiring
from adapter.web import create_app

if __name__ == "__main__":
    from adapter.cli import main

    main(["serve"])
else:
    _settings = settings.load()
    log.configure(level=_settings.log_level, form=_settings.log_format)
    _services = wiring.build(_settings, helped=True)
    wiring.ready(_services)
    app = create_app(_services)
