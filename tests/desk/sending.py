"""A form as the browser that shows it would send it."""

from bs4 import BeautifulSoup, Tag


def form_of(page: str) -> Tag:
    """Return the form of a page that is sent with what was typed into it."""
    found = BeautifulSoup(page, "html.parser")
    return found.select_one("form[data-guard]") or found.select_one("form[method=post]")


def controls(form: Tag) -> list[Tag]:
    """Return what of a form is sent, without the rows that only stand ready to be copied and without buttons."""
    return [
        control
        for control in form.select("input[name], textarea[name], select[name]")
        if control.find_parent("template") is None and control.get("type") not in ("submit", "button")
    ]


def data_of(form: Tag) -> dict[str, list[str]]:
    """Return what the form sends unchanged."""
    data: dict[str, list[str]] = {}
    for control in controls(form):
        values = data.setdefault(control["name"], [])
        if control.name == "select":
            chosen = control.select("option[selected]") or ([] if control.has_attr("multiple") else control("option"))
            values += [option.get("value", "") for option in (chosen if control.has_attr("multiple") else chosen[:1])]
        elif control.name == "textarea":
            values.append(control.get_text().removeprefix("\n"))
        elif control.get("type") not in ("radio", "checkbox") or control.has_attr("checked"):
            values.append(control.get("value", "on" if control.get("type") == "checkbox" else ""))
    data.pop("csrfmiddlewaretoken", None)
    return data


def sent(client, address: str, **changes):
    """Open the form at an address, change fields as a person does, and send it."""
    data = data_of(form_of(client.get(address).content.decode()))
    return client.post(address, data | changes)


def errors_of(response) -> dict:
    """Return what was refused, by the names of the fields as the page sends them."""
    found = dict(response.context["form"].errors)
    for rows in response.context.get("formsets") or ():
        for row in rows.forms:
            found |= {row.add_prefix(name): told for name, told in row.errors.items()}
    return found
