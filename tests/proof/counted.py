"""A password hash that writes one byte into the file PROOF_HASHES for every real check of a password."""

import os

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class Counted(PBKDF2PasswordHasher):
    algorithm = "counted"
    iterations = 1

    def verify(self, password, encoded):
        if path := os.environ.get("PROOF_HASHES"):
            with open(path, "ab") as file:
                file.write(b".")
        return super().verify(password, encoded)
