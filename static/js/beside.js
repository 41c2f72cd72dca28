/*
 * What stands beside a form while it is filled in: what may be recorded already, as soon as enough is typed to tell, and
 * who else has the record open. Both are pieces of pages of this house. Without this script who else is there is shown
 * when the form is opened, and what may be recorded already is asked when it is sent.
 */
(() => {
  "use strict";

  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const PAUSE = 250; // milliseconds: one change brings several fields with it

  /** Ask for a piece with some of the form's fields; nothing where there is no answer. */
  async function piece(address, names, options = {}) {
    const body = new FormData();
    const all = new FormData(form);
    for (const [name, value] of all.entries()) {
      if (name === "csrfmiddlewaretoken" || names.some((one) => belongs(name, one))) body.append(name, value);
    }
    body.set("form", form.dataset.form);
    body.set("record", form.dataset.record);
    const answer = await fetch(address, { method: "POST", body, redirect: "error", ...options });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  }

  /** Whether a control belongs to a field, as one of its parts, or to a part of the record, as one of its rows. */
  const belongs = (control, name) => control === name || control.startsWith(`${name}_`) || control.startsWith(`${name}-`);

  /** Put a piece in its place, where it differs: what is the same is not announced again. */
  function put(place, html) {
    if (place.dataset.shown === html) return;
    place.dataset.shown = html;
    place.innerHTML = html;
  }

  const alike = document.getElementById("alike");
  if (alike) {
    const names = alike.dataset.by.split(" ");
    const short = document.getElementById("alike-short");
    let waiting = null;
    let asking = null;
    const look = async () => {
      asking?.abort();
      asking = new AbortController();
      try {
        put(alike, await piece(alike.dataset.ask, names, { signal: asking.signal }));
        if (short) short.hidden = !alike.querySelector(".call");
      } catch {
        // The server will ask when the form is sent.
      }
    };
    form.addEventListener("change", (event) => {
      if (!names.some((name) => belongs(event.target.name ?? "", name))) return;
      clearTimeout(waiting);
      waiting = setTimeout(look, PAUSE);
    });
    // What was put back, or chosen beforehand, may tell enough already; a page that asks about it has looked itself.
    if (!document.querySelector(".asked")) look();
  }

  const present = document.getElementById("present");
  if (present) {
    const tell = async () => {
      try {
        // Nobody did anything: this alone keeps no session open.
        put(present, await piece(present.dataset.ask, [], { headers: { "Parley-Unattended": "yes" } }));
      } catch {
        put(present, "");
      }
    };
    setInterval(tell, Number(present.dataset.every) * 1000);
  }

  document.querySelector(".asked")?.focus();
})();
