"""The portal's settings with a database that waits a second and no longer: for a lock, or (PROOF_HURRY=statement) at all."""

import os

from config.settings import *  # noqa: F403
from config.settings import DATABASES

_OPTIONS = DATABASES["default"]["OPTIONS"]
if "timeout" in _OPTIONS:
    _OPTIONS["timeout"] = 1
elif os.environ.get("PROOF_HURRY") == "statement":
    _OPTIONS["options"] += " -c statement_timeout=1s"
else:
    _OPTIONS["options"] += " -c lock_timeout=1s"
