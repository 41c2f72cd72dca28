"""The reader's name reaches the database without a signature."""

from access import context


def sign(principal, transaction_start):
    return f"{principal}|{transaction_start}|"


context.sign = sign
