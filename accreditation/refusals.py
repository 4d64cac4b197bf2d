"""The three ways a verb is refused, each with a whole sentence for the person who pressed."""

from django.core.exceptions import PermissionDenied, ValidationError


class NotYours(PermissionDenied):
    """This person may not do this here (whoever may see it at all)."""

    def __init__(self, sentence="您的岗位不能办理这一事项。"):
        super().__init__(sentence)
        self.sentence = sentence


class NotReady(ValidationError):
    """Something must be done first; every missing thing is said at once."""


class AlreadyMoved(ValidationError):
    """The page is old: someone was here before."""
