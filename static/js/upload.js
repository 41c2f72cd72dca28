/*
 * A file is sent as soon as it is chosen, so that neither an error elsewhere in the form nor the end of a session loses
 * it; the form then only names it. Without this script the file is sent with the form.
 */
(() => {
  "use strict";

  const sending = new WeakMap(); // by control, the request that is under way

  document.addEventListener("change", (event) => {
    const control = event.target;
    const box = control.closest("[data-upload]");
    if (!box) return;
    if (control.type === "file" && control.files.length) send(box, control);
    else if (control.matches("[data-upload-clear] input") && control.checked) forget(box, control);
  });

  async function send(box, control) {
    const told = box.querySelector("[data-upload-told]");
    const field = box.closest(".fld");
    const stop = new AbortController();
    sending.get(control)?.abort();
    sending.set(control, stop);
    const body = new FormData();
    body.set("file", control.files[0]);
    body.set("csrfmiddlewaretoken", control.form.elements.csrfmiddlewaretoken.value);
    told.textContent = box.dataset.sending;
    let answer = null;
    let said = null;
    try {
      answer = await fetch(box.dataset.upload, { method: "POST", body, signal: stop.signal, headers: { Accept: "application/json" } });
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) said = await answer.json();
    } catch {
      if (stop.signal.aborted) return;
    }
    if (sending.get(control) !== stop) return;
    sending.delete(control);
    field?.classList.toggle("err", Boolean(said?.error));
    if (answer?.ok && said) {
      show(told, said.name, said.told);
      keep(box, control, said.id);
      control.value = ""; // it is kept, and need not be sent again with the form
    } else if (said?.error) {
      told.textContent = said.error.message;
      keep(box, control, "");
      control.value = "";
    } else {
      told.textContent = box.dataset.failed;
      if (answer?.status === 403) document.dispatchEvent(new Event("parley:signed-out"));
    }
  }

  function show(told, name, more) {
    const strong = document.createElement("b");
    const dim = document.createElement("span");
    strong.textContent = name;
    dim.textContent = more;
    dim.className = "dim";
    told.replaceChildren(strong, " ", dim);
  }

  function forget(box, control) {
    sending.get(box.querySelector("input[type=file]"))?.abort();
    box.querySelector("[data-upload-told]").textContent = "";
    keep(box, control, "");
    control.checked = false;
  }

  /** Name the file in the form, which keeps what stands in it. */
  function keep(box, control, id) {
    const kept = box.querySelector("[data-upload-kept]");
    kept.value = id;
    box.querySelector("[data-upload-clear]").hidden = !id;
    control.form.dispatchEvent(new Event("input", { bubbles: true }));
  }
})();
