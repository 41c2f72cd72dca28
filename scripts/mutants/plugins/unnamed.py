"""The reader's name never reaches the database."""

from access import context

context.sign = lambda principal, transaction_start: ""
