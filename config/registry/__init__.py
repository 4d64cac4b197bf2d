"""The system administrator's tables at /admin/: registry rows to look up, to take away, and two of them to import.

Django's admin with django-import-export, cut down to lists: nothing is added, changed or deleted by a form here. What
an import changes goes through the registry's own verbs, which keep dated names and write events.
"""
