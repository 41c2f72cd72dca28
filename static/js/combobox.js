/*
 * A select with data-combobox becomes an input with a list: the ARIA Authoring Practices' combobox with manual
 * selection. The select stays, hidden, and is what the form sends. What is typed is looked for at once among the
 * select's own options and then, at data-find, among everything the reader may see, in every spelling. Where there is
 * data-create, the last option makes a new record in a dialog. Nothing is kept in the browser.
 */
(() => {
  "use strict";

  const PAUSE = 80; // milliseconds after the last key before the server is asked
  const MOST = 20; // as many as the server answers
  const words = document.getElementById("combobox-words")?.dataset ?? {};
  const all = new WeakMap(); // select -> Combobox
  let made = 0;

  const say = (template, value) => (template ?? "").replace("%s", () => value);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().trim();

  function element(name, attributes = {}, ...children) {
    const node = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => node.setAttribute(key, value));
    node.append(...children);
    return node;
  }

  /** Fetch from the house, as a script; what is no answer of the page asked for is an error. */
  async function ask(url, options = {}) {
    const answer = await fetch(url, { redirect: "error", ...options });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer;
  }

  class Combobox {
    constructor(select) {
      this.select = select;
      this.multiple = select.multiple;
      this.options = [];
      this.active = -1;
      this.build();
      this.sync();
      this.listen();
    }

    build() {
      const { select } = this;
      const id = select.id || `combobox-${(made += 1)}`;
      const label = document.querySelector(`label[for="${CSS.escape(id)}"]`);
      if (label && !label.id) label.id = `${id}-label`;
      select.id = `${id}-select`;
      const hasFocus = document.activeElement === select;
      select.hidden = true;
      this.input = element("input", {
        id,
        type: "text",
        class: "in",
        role: "combobox",
        autocomplete: "off",
        spellcheck: "false",
        "aria-autocomplete": "list",
        "aria-expanded": "false",
        "aria-controls": `${id}-list`,
        "aria-describedby": [select.getAttribute("aria-describedby"), `${id}-note`].filter(Boolean).join(" "),
      });
      if (select.getAttribute("aria-invalid")) this.input.setAttribute("aria-invalid", "true");
      if (select.required) this.input.setAttribute("aria-required", "true");
      select.required = false;
      this.input.disabled = select.disabled;
      const empty = [...select.options].find((option) => option.value === "");
      if (empty) this.input.placeholder = empty.text;
      this.list = element("ul", { id: `${id}-list`, class: "lb", role: "listbox", hidden: "" });
      if (label) this.list.setAttribute("aria-labelledby", label.id);
      else this.list.setAttribute("aria-label", select.getAttribute("aria-label") ?? "");
      this.clear = element("button", { type: "button", class: "cb-clear", tabindex: "-1", hidden: "" }, "×");
      this.clear.setAttribute("aria-label", say(words.clear, label?.firstChild?.textContent.trim() ?? ""));
      this.note = element("p", { id: `${id}-note`, class: "cb-note hint", hidden: "" });
      this.status = element("span", { class: "vh", role: "status" });
      this.chips = element("span", { class: "cb-chips", role: "group", "aria-label": words.chosenOnes ?? "" });
      this.box = element("div", { class: this.multiple ? "in token" : "cb-one" });
      if (this.multiple) this.input.classList.remove("in");
      this.box.append(...(this.multiple ? [this.chips, this.input] : [this.input, this.clear]));
      this.frame = element("div", { class: "combo" }, this.box, this.list, this.note, this.status);
      select.before(this.frame);
      select.parentElement.querySelector(":scope > [data-without-script]")?.remove();
      if (hasFocus) this.input.focus(); // of a row that has just been added
    }

    /** Show what the select holds. */
    sync() {
      const chosen = [...this.select.selectedOptions].filter((option) => option.value !== "");
      if (this.multiple) {
        this.chips.replaceChildren(...chosen.map((option) => this.chip(option)));
        this.chips.hidden = !chosen.length;
      } else {
        this.input.value = chosen[0]?.text ?? "";
        this.clear.hidden = !chosen.length;
      }
      this.tell("");
    }

    chip(option) {
      const remove = element("button", { type: "button", "aria-label": say(words.remove, option.text) }, "×");
      remove.addEventListener("click", () => {
        this.choose(option, false);
        this.status.textContent = say(words.removed, option.text);
        this.input.focus();
      });
      return element("span", {}, option.text, remove);
    }

    get chosenText() {
      return this.multiple ? "" : (this.select.selectedOptions[0]?.value && this.select.selectedOptions[0].text) || "";
    }

    /** What is typed and not chosen yet. */
    get typed() {
      const text = this.input.value.trim();
      return text === this.chosenText.trim() ? "" : text;
    }

    listen() {
      const { input } = this;
      input.addEventListener("input", () => this.search());
      input.addEventListener("click", () => this.isOpen || this.open());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => this.leave());
      this.box.addEventListener("pointerdown", (event) => {
        if (event.target === this.box || event.target === this.chips) {
          event.preventDefault();
          input.focus();
        }
      });
      this.clear.addEventListener("click", () => {
        this.choose(null);
        input.focus();
      });
      this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus
      this.list.addEventListener("click", (event) => {
        const item = event.target.closest("[role=option]");
        if (item) this.take([...this.list.children].indexOf(item));
      });
      this.select.addEventListener("change", () => this.sync());
    }

    key(event) {
      const { key } = event;
      const steps = { ArrowDown: 1, ArrowUp: -1 };
      if (event.altKey && event.code === "KeyN") {
        if (!this.select.dataset.create) return;
        this.create();
      } else if (event.altKey && key === "ArrowDown") {
        this.open();
      } else if (event.altKey && key === "ArrowUp") {
        this.close();
      } else if (key in steps) {
        if (this.isOpen) this.move(this.active + steps[key]);
        else this.open(key === "ArrowDown" ? 0 : -1);
      } else if (key === "Enter") {
        if (!this.isOpen || (this.active < 0 && !this.typed)) return;
        if (this.active >= 0) this.take(this.active);
      } else if (key === "Escape") {
        if (this.isOpen) this.close();
        else if (this.typed) this.sync(), (this.input.value = this.chosenText);
        else return;
        event.stopPropagation();
      } else if (this.isOpen && this.active >= 0 && (key === "Home" || key === "End")) {
        this.move(key === "Home" ? 0 : this.options.length - 1);
      } else if (key === "Backspace" && this.multiple && !this.input.value && this.select.selectedOptions.length) {
        const last = [...this.select.selectedOptions].at(-1);
        this.choose(last, false);
        this.status.textContent = say(words.removed, last.text);
      } else return;
      event.preventDefault();
    }

    get isOpen() {
      return !this.list.hidden;
    }

    own() {
      return [...this.select.options]
        .filter((option) => option.value !== "" && !(this.multiple && option.selected))
        .map((option) => ({ value: option.value, text: option.text, note: "" }));
    }

    open(at = null) {
      const chosen = this.multiple ? "" : this.select.value;
      this.show(this.typed ? this.among(this.typed) : this.own());
      const here = this.options.findIndex((option) => option.value === chosen && chosen !== "");
      if (here >= 0) this.move(here);
      else if (at !== null) this.move(at);
      if (this.typed) this.find(this.typed);
    }

    close() {
      this.list.hidden = true;
      this.active = -1;
      this.input.setAttribute("aria-expanded", "false");
      this.input.removeAttribute("aria-activedescendant");
    }

    among(typed) {
      const parts = plain(typed).split(/\s+/);
      return this.own().filter((option) => parts.every((part) => plain(option.text).includes(part))).slice(0, MOST);
    }

    search() {
      this.tell("");
      clearTimeout(this.waiting);
      this.asking?.abort();
      if (!this.typed) {
        this.show(this.own());
        return;
      }
      this.show(this.among(this.typed));
      this.waiting = setTimeout(() => this.find(this.typed), PAUSE);
    }

    async find(typed) {
      const { find } = this.select.dataset;
      if (!find || !typed) return;
      this.asking?.abort();
      this.asking = new AbortController();
      try {
        const answer = await ask(`${find}?q=${encodeURIComponent(typed)}`, { signal: this.asking.signal });
        const { options } = await answer.json();
        if (typed !== this.typed || !this.isOpen) return;
        const taken = this.multiple ? new Set([...this.select.selectedOptions].map((option) => option.value)) : null;
        this.show(taken ? options.filter((option) => !taken.has(option.value)) : options);
      } catch (error) {
        if (error.name !== "AbortError") this.status.textContent = words.failed ?? "";
      }
    }

    /** List the options, and last how to make a new one. The active one stays active. */
    show(found) {
      const before = this.options[this.active]?.value;
      const { create } = this.select.dataset;
      this.options = create ? [...found, { value: "", isNew: true }] : found;
      this.list.replaceChildren(...this.options.map((option, index) => this.item(option, index)));
      if (!this.options.length) {
        this.list.append(element("li", { role: "option", "aria-disabled": "true" }, words.none ?? ""));
      }
      this.list.hidden = false;
      this.input.setAttribute("aria-expanded", "true");
      this.active = -1;
      this.input.removeAttribute("aria-activedescendant");
      const still = before ? this.options.findIndex((option) => option.value === before) : -1;
      if (still >= 0) this.move(still);
      const told = found.length ? say(words.found, found.length) : words.none;
      this.status.textContent = told + (this.typed && found.length >= MOST ? ` ${words.narrow}` : "");
    }

    item(option, index) {
      const item = element("li", { id: `${this.input.id}-option-${index}`, role: "option", "aria-selected": "false" });
      if (option.isNew) {
        item.className = "new";
        item.append(
          element("span", {}, this.typed ? say(words.add, this.typed) : words.addNew),
          element("kbd", { "aria-hidden": "true" }, "Alt N"),
        );
      } else {
        item.append(element("bdi", {}, option.text));
        if (option.note) item.append(element("bdi", { class: "dim" }, option.note));
      }
      return item;
    }

    move(to) {
      if (!this.options.length) return;
      const items = [...this.list.children];
      items[this.active]?.setAttribute("aria-selected", "false");
      this.active = (to + items.length) % items.length;
      const item = items[this.active];
      item.setAttribute("aria-selected", "true");
      item.scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", item.id);
    }

    take(index) {
      const option = this.options[index];
      if (!option) return;
      if (option.isNew) this.create();
      else this.choose(option);
    }

    /** Choose an option, or take one of several out again; null chooses none. */
    choose(chosen, isIn = true) {
      let option = null;
      if (chosen) {
        option = [...this.select.options].find(({ value }) => value === chosen.value);
        if (!option) option = new Option(chosen.text, chosen.value);
        // Several stand in the order in which they were chosen: the form sends them as they stand.
        if (this.multiple ? isIn : !option.isConnected) this.select.append(option);
      }
      if (this.multiple) {
        if (option) option.selected = isIn;
        this.input.value = "";
      } else this.select.value = option?.value ?? "";
      this.close();
      this.sync();
      if (option && isIn) this.status.textContent = say(words.chosen, option.text);
      ["input", "change"].forEach((name) => this.select.dispatchEvent(new Event(name, { bubbles: true })));
    }

    /** Leaving: what is exactly an option's text is chosen, nothing typed chooses none, anything else is told. */
    leave() {
      clearTimeout(this.waiting);
      this.close();
      if (!this.multiple && !this.input.value.trim() && this.select.value) this.choose(null);
      if (!this.typed) return;
      const exact = this.own().find((option) => plain(option.text) === plain(this.typed));
      if (exact) this.choose(exact);
      else this.tell(say(words.unresolved, this.typed));
    }

    tell(message) {
      this.note.textContent = message;
      this.note.hidden = !message;
    }

    /** Make a new record in a dialog, with what was typed as its name, marked as the form says. */
    async create() {
      this.close();
      const name = this.typed;
      const given = new URLSearchParams({ name });
      const marking = this.select.form?.elements;
      if (marking) {
        const data = new FormData(this.select.form);
        ["level", "compartments"].forEach((key) => data.getAll(key).forEach((value) => given.append(key, value)));
      }
      try {
        const answer = await ask(`${this.select.dataset.create}?${given}`);
        openDialog(this, await answer.text());
      } catch {
        this.tell(words.failed ?? "");
        this.status.textContent = words.failed ?? "";
      }
    }
  }

  function openDialog(combobox, html) {
    const dialog = element("dialog", { class: "dlg cb-new", "aria-labelledby": `${combobox.input.id}-new` });
    dialog.innerHTML = html; // a page of this house
    dialog.querySelector("h2").id = `${combobox.input.id}-new`;
    document.body.append(dialog);
    const form = dialog.querySelector("form");
    dialog.addEventListener("close", () => {
      dialog.remove();
      combobox.input.focus();
      combobox.leave();
      combobox.close();
    });
    form.querySelector("[data-close]").addEventListener("click", () => dialog.close());
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (form.dataset.sending) return;
      form.dataset.sending = "yes";
      try {
        const answer = await ask(form.action, { method: "POST", body: new FormData(form) });
        const told = await answer.json();
        if (told.option) {
          combobox.choose(told.option);
          dialog.close();
        } else showErrors(form, told.errors);
      } catch {
        showErrors(form, { __all__: [words.failed ?? ""] });
      } finally {
        delete form.dataset.sending;
      }
    });
    upgrade(dialog);
    window.htmx?.process(dialog);
    dialog.showModal();
    (form.querySelector("input:not([type=hidden]), select:not([hidden]), textarea") ?? form).focus();
  }

  /** Put what was refused beside its field, as the server does on a page. */
  function showErrors(form, errors) {
    form.querySelectorAll("[data-refused]").forEach((node) => node.remove());
    form.querySelectorAll(".fld.err").forEach((node) => node.classList.remove("err"));
    form.querySelectorAll("[aria-invalid]").forEach((node) => node.removeAttribute("aria-invalid"));
    let first = null;
    Object.entries(errors).forEach(([name, messages]) => {
      const named = form.elements[name];
      const field = named instanceof RadioNodeList ? named[0] : named;
      const control = all.get(field)?.input ?? field;
      const place = control?.closest?.(".fld");
      const told = messages.map((message) => element("p", { class: "fmsg", "data-refused": "", role: "alert" }, message));
      if (!place) {
        form.querySelector("h2").after(...told);
        return;
      }
      place.classList.add("err");
      place.querySelector("label, legend").after(...told);
      told[0].id = `${control.id}-refused`;
      control.setAttribute("aria-invalid", "true");
      control.setAttribute("aria-describedby", told[0].id);
      first ??= control;
    });
    first?.focus();
  }

  function upgrade(part) {
    part.querySelectorAll("select[data-combobox]").forEach((select) => {
      if (!all.has(select)) all.set(select, new Combobox(select));
    });
  }

  // Before any other listener of the form: what is typed and not chosen would be lost.
  window.addEventListener(
    "submit",
    (event) => {
      const unresolved = [...event.target.querySelectorAll("select[data-combobox]")]
        .map((select) => all.get(select))
        .find((combobox) => combobox && !combobox.select.disabled && combobox.typed);
      if (!unresolved) return;
      unresolved.leave();
      if (!unresolved.typed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      unresolved.input.focus();
      unresolved.status.textContent = unresolved.note.textContent;
    },
    true,
  );

  upgrade(document);
  new MutationObserver((changes) => {
    changes.forEach((change) => change.addedNodes.forEach((node) => node.querySelectorAll && upgrade(node)));
  }).observe(document.body, { childList: true, subtree: true });
})();
