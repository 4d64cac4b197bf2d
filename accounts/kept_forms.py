"""A form that was submitted after the session had ended: kept through the new sign-in, offered once more.

The fields travel signed through the sign-in page and only come back to the person who typed them.
Files cannot be kept; passwords and codes are not.
"""

from django.core import signing

from accounts.sign_in import is_own_address

SALT = "accounts.kept_form"
MAX_AGE = 12 * 60 * 60
MAX_CHARACTERS = 60_000
SECRET_NAMES = ("password", "code", "csrf", "token")


def seal(request, user_pk, posting_pk) -> str:
    """The posted fields, signed for this person; "" when there is nothing to keep."""
    fields = [
        (name, values)
        for name, values in request.POST.lists()
        if not any(word in name.casefold() for word in SECRET_NAMES)
    ]
    size = sum(len(value) for _, values in fields for value in values)
    if "password" in request.path or not fields or size > MAX_CHARACTERS:
        return ""
    kept = {
        "user": str(user_pk),
        "posting": posting_pk,
        "path": request.get_full_path(),
        "fields": fields,
        "files": bool(request.FILES),
    }
    return signing.dumps(kept, salt=SALT, compress=True)


def unseal(request, token: str, user) -> dict | None:
    """What was sealed, if it is this person's, lately, and leads to our own site."""
    try:
        kept = signing.loads(token, salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return None
    if kept["user"] != str(user.pk) or not is_own_address(request, kept["path"]):
        return None
    return kept


def visible_values(kept: dict) -> list[str]:
    """What the person will recognise as typed: words, not keys and marks."""
    values = [value for _, row in kept["fields"] for value in row]
    return [value for value in values if len(value) > 1 and not value.isascii()]
