"""The portal's settings with connections that are kept and never asked whether they live: a control."""

from config.settings import *  # noqa: F403
from config.settings import DATABASES

DATABASES["default"]["CONN_HEALTH_CHECKS"] = False
