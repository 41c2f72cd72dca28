/*
 * Forms in which records are entered: what stands in them is kept on the server while somebody types, and the keyboard
 * does what the buttons do. Without this script the same form is sent and answered by the server alone.
 * Nothing is put into the browser's storage.
 */
(() => {
  "use strict";

  const form = document.querySelector("form[data-keep]");
  if (!form) return;
  const status = form.querySelector("[data-kept-status]");
  const AFTER_TYPING = 2000;
  const RETRY = [2000, 4000, 8000, 15000, 30000];
  let typing = null; // the timer that waits for typing to stop
  let retrying = null;
  let failures = 0;
  let sending = null; // what cuts off that which is on its way to the server
  let isChanged = false; // something stands in the form that the server does not have yet

  function say(words) {
    if (status.textContent !== words) status.textContent = words;
  }

  /** What stands in the form, as it would be sent, without files. */
  function body() {
    const data = new FormData(form);
    for (const [name, value] of [...data.entries()]) if (value instanceof File) data.delete(name);
    data.set("form", form.dataset.form);
    data.set("record", form.dataset.record);
    return data;
  }

  async function keep() {
    clearTimeout(typing);
    clearTimeout(retrying);
    if (sending || !isChanged || form.dataset.sent) return;
    sending = new AbortController();
    const { signal } = sending;
    isChanged = false;
    try {
      const answer = await fetch(form.dataset.keep, {
        method: "POST", body: body(), headers: { Accept: "application/json" }, redirect: "error",
        signal,
      });
      await told(answer);
    } catch {
      if (signal.aborted) isChanged = true;
      else again(status.dataset.failed);
    }
    sending = null;
    // Whoever cut it off, a form that is sent or a page that is left, sends what stands there.
    if (isChanged && !signal.aborted && !retrying && failures === 0) keep();
  }

  async function told(answer) {
    const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
    const said = isOurs ? await answer.json() : null;
    if (answer.ok) {
      failures = 0;
      retrying = null;
      say(said.told);
      document.dispatchEvent(new CustomEvent("parley:kept", { detail: said }));
      if (!isChanged) delete form.dataset.changed;
    } else if (said) {
      // Refused in words: trying again would be refused again.
      failures = 0;
      say(said.error.message);
    } else if (answer.status === 403 || answer.status === 401) {
      again(status.dataset.signedOut);
      document.dispatchEvent(new Event("parley:signed-out"));
    } else {
      again(status.dataset.failed);
    }
  }

  function again(words) {
    isChanged = true;
    say(words);
    clearTimeout(retrying);
    retrying = setTimeout(() => { retrying = null; keep(); }, RETRY[Math.min(failures, RETRY.length - 1)]);
    failures += 1;
  }

  function changed() {
    isChanged = true;
    clearTimeout(typing);
    typing = setTimeout(keep, AFTER_TYPING);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("focusout", () => keep());
  addEventListener("online", () => { failures = 0; keep(); });
  document.addEventListener("parley:signed-in", () => { failures = 0; keep(); });

  /* What is on its way when the form is sent would be told that it was saved already. */
  form.addEventListener("submit", () => sending?.abort());

  /* Leaving the page: the browser sends the last of it by itself. What is still on its way is cut off with the page, or
     worse, would arrive after it. */
  addEventListener("pagehide", () => {
    if (form.dataset.sent || !(isChanged || sending)) return;
    sending?.abort();
    navigator.sendBeacon(form.dataset.keep, body());
  });

  /* Keyboard. Each key does what a button does, so it can be found without knowing it. */
  const press = (selector) => {
    const button = document.querySelector(selector);
    if (!button) return false;
    button.click();
    return true;
  };
  const isOn = () => document.documentElement.dataset.keys !== "off";

  document.addEventListener("keydown", (event) => {
    if (!isOn() || event.isComposing) return;
    const control = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const isIn = event.target.closest?.("form") === form || !event.target.closest?.("form");
    let done = false;
    if (control && event.key.toLowerCase() === "s") {
      done = press("[data-save-draft]") || press("[data-submit]");
    } else if (control && event.key === "Enter" && isIn) {
      done = press("[data-submit]");
    } else if (event.altKey && !event.ctrlKey && !event.metaKey && event.code === "KeyC") {
      done = addRow("commitments") || addRow("claims");
    } else if (event.key === "?" && !event.target.matches?.("input, textarea, select, [contenteditable]")) {
      const link = document.querySelector(".keysec a");
      done = Boolean(link);
      if (link) location.assign(link.href);
    }
    if (done) event.preventDefault();
  });

  /** Add a row to a repeated part and go there, also where the section is still folded. */
  function addRow(prefix) {
    const set = document.getElementById(`set-${prefix}`);
    const button = set?.querySelector("[data-add-row]");
    if (!button) return false;
    const fold = set.closest("details");
    if (fold) fold.open = true;
    button.click();
    return true;
  }

  document.querySelector(".both")?.focus();
})();
