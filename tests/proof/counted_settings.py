"""The portal's settings with a password hash that costs nothing and counts in a file how often it was really asked."""

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["tests.proof.counted.Counted"]
