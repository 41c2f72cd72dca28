"""Every action is allowed to everybody, as far as Python is asked."""

from access import permissions

permissions.may = lambda action, reader=None: True
