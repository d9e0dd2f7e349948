"""Audit: what was done, by whom, to what; append-only."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The record."""

    name = "haven.audit"
    label = "audit"
