"""Backup and restore of the whole portal, database and private files together (docs/deployment.md)."""
