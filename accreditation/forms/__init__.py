"""Forms, one file a subject: they validate and never write."""
