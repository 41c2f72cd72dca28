"""Where people are reminded by mail."""

from access.models import MailAddress, User


def mail_address_of(user: User) -> str:
    """Return the address as far as the reader may see it; empty where there is none."""
    found = MailAddress.objects.filter(user=user).values_list("address", flat=True).first()
    return found or ""


def keep_mail_address(user: User, address: str) -> None:
    """Keep where somebody is reminded, or forget it; the policy refuses all but that person and administrators."""
    if address:
        MailAddress.objects.update_or_create(user=user, defaults={"address": address})
    else:
        MailAddress.objects.filter(user=user).delete()
