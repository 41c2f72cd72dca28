"""The second lock: the reader's labels as constants in every query on a classified model."""

from django.db import models
from django.db.models.expressions import Expression

from access.context import current_reader


class ReadableLabel(Expression):
    """``label_id IN (constants)``, resolved when the statement is compiled.

    A queryset built at import time (in a form field, a viewset) therefore carries nobody's rights. Raises NoReader
    outside ``acting_as``.
    """

    conditional = True

    def __init__(self, column):
        super().__init__(output_field=models.BooleanField())
        self.column = column

    def get_source_expressions(self):
        return [self.column]

    def set_source_expressions(self, expressions):
        (self.column,) = expressions

    def as_sql(self, compiler, connection):
        if connection.alias == "owner":  # migrations only; the web and the worker have no such connection
            return "TRUE", []
        labels = current_reader().labels
        if not labels:
            return "FALSE", []
        column, params = compiler.compile(self.column)
        return f"{column} IN ({', '.join(map(str, labels))})", params


class ClassifiedQuerySet(models.QuerySet):
    """Querysets of classified models; apps add their own methods on top."""

    def readable(self):
        return self.filter(ReadableLabel(models.F("label")))


class ClassifiedManager(models.Manager.from_queryset(ClassifiedQuerySet)):
    """Default and base manager of every classified model."""

    use_in_migrations = False

    def get_queryset(self):
        return super().get_queryset().readable()
