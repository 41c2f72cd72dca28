/*
 * Before a long form is sent: does the house answer, and is its reader still signed in? If there is no connection the
 * form stays as it is, instead of an error page of the browser taking its place; if they were signed out they sign in
 * again in a small window. Without this script the server holds what was typed (templates/account/signed_out.html).
 */
(() => {
  "use strict";

  const channel = new BroadcastChannel("parley-session");

  /* The small window: say that somebody signed in, and close. */
  if (document.querySelector("[data-signed-in-again]")) {
    channel.postMessage("signed-in");
    setTimeout(() => window.close(), 500);
    return;
  }

  const dialog = document.getElementById("signed-out");
  if (!dialog) return;
  const unsent = document.getElementById("not-sent");
  const PATIENCE = 10_000; // milliseconds for an answer
  let waiting = null; // the button with which the form was to be sent

  async function state() {
    const answer = await fetch(dialog.dataset.state, {
      headers: { Accept: "application/json" }, signal: AbortSignal.timeout(PATIENCE),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }

  /** Signing in renews the token that every form carries. */
  function renew(token) {
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => { input.value = token; });
  }

  // Before any other listener: parley.js marks a form as sent.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[method=post][data-guard]")) return;
    if (form.dataset.asked) {
      delete form.dataset.asked;
      return;
    }
    if (form.dataset.sent || form.dataset.asking) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.asking = "yes";
    unsent.hidden = true;
    const button = event.submitter;
    let found = null;
    let isCutOff = false;
    try {
      found = await state();
    } catch (error) {
      // It answers, but does not say: send the form, and it will. Nothing answers: the form stays.
      isCutOff = error instanceof TypeError || error.name === "TimeoutError";
    }
    delete form.dataset.asking;
    if (isCutOff) {
      (form.querySelector(".save") ?? form).append(unsent);
      unsent.hidden = false;
      return;
    }
    if (found && !found.signed_in) {
      waiting = button;
      dialog.showModal();
      return;
    }
    if (found) renew(found.csrf_token);
    form.dataset.asked = "yes";
    form.requestSubmit(button);
  }, true);

  // Found out while somebody types: static/js/entry.js.
  document.addEventListener("parley:signed-out", () => {
    if (!dialog.open && !dialog.dataset.offered) dialog.showModal();
    dialog.dataset.offered = "yes";
  });

  dialog.querySelector("[data-sign-in]").addEventListener("click", (event) => {
    event.preventDefault();
    open(event.currentTarget.href, "parley-sign-in", "popup,width=520,height=760");
  });
  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());

  channel.addEventListener("message", async () => {
    const found = await state().catch(() => null);
    if (!found?.signed_in) return;
    renew(found.csrf_token);
    delete dialog.dataset.offered;
    document.dispatchEvent(new Event("parley:signed-in"));
    if (!dialog.open) return;
    dialog.close();
    waiting?.focus();
    const region = document.getElementById("announce");
    if (region) region.textContent = dialog.dataset.back;
  });
})();
