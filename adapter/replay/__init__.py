"""Replay: scenarios through the same way in, each in its own store on its own clock, compared with golden files.

contract.md, 'Command line' and 'Fixtures: scenario folders'; docs/scenarios.md.
"""

from __future__ import annotations

from adapter.replay.compare import bless, differences
from adapter.replay.junit import junit
from adapter.replay.local import run
from adapter.replay.outcome import Difference, Ran
from adapter.replay.places import Databases
from adapter.replay.profile import Profile
from adapter.replay.remote import post

__all__ = ["Databases", "Difference", "Profile", "Ran", "bless", "differences", "junit", "post", "run"]
