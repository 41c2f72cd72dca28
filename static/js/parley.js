/*
 * Parley's own script. It only makes things quicker: every page reads, filters
 * and submits without it. No record text is ever put into browser storage.
 */
(() => {
  "use strict";

  const root = document.documentElement;
  const small = matchMedia("(max-width: 720px)");
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const text = (name) => document.getElementById("announce")?.dataset[name] ?? "";

  /** Say something to a screen reader without moving focus. */
  function announce(message) {
    const region = document.getElementById("announce");
    if (region) region.textContent = message;
  }

  /* Theme: the form works alone (a POST that sets a cookie); here it acts at once. */
  function applyTheme(theme) {
    root.dataset.theme = theme;
    const media = { dark: "all", light: "not all", system: "(prefers-color-scheme: dark)" };
    all("link[data-dark]").forEach((link) => { link.media = media[theme]; });
    all("[data-theme-form] button").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.value === theme));
    });
  }

  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-theme-form]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
    applyTheme(event.submitter.value);
    form.closest("details[open]")?.removeAttribute("open");
  });

  /* Menus that open: Escape and a click elsewhere close them. */
  document.addEventListener("click", (event) => {
    all("details.pop[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    });
    const sheet = document.querySelector(".side:target");
    if (sheet && !sheet.contains(event.target)) location.hash = "main";
  });

  function closeOnEscape() {
    all("details.pop[open]").forEach((menu) => {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    });
    if (document.querySelector(".side:target")) location.hash = "main";
  }

  /* Charts: one tab stop each; arrows, Home and End move between the points. */
  function rove(event, point) {
    const points = all("[data-rove]", point.closest("svg"));
    const here = points.indexOf(point);
    const forward = getComputedStyle(root).direction === "rtl" ? -1 : 1;
    const steps = { ArrowRight: forward, ArrowLeft: -forward, Home: -here, End: points.length - 1 - here };
    if (!(event.key in steps)) return;
    event.preventDefault();
    const next = points[Math.min(points.length - 1, Math.max(0, here + steps[event.key]))];
    point.setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  }

  document.addEventListener("keydown", (event) => {
    const here = document.activeElement;
    if (here?.matches?.("[data-rove]")) rove(event, here);
    if (event.key === "Escape") closeOnEscape();

    const typing = here?.matches?.("input, textarea, select, [contenteditable]");
    const singleKeys = root.dataset.keys !== "off"; // WCAG 2.1.4: a reader can turn them off
    const slash = singleKeys && event.key === "/" && !typing && !event.altKey && !event.ctrlKey && !event.metaKey;
    const palette = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
    const search = document.querySelector("[data-search]");
    if ((slash || palette) && search?.offsetParent) {
      event.preventDefault();
      search.focus();
      search.select();
    }
  });

  /* Filters: folded away on small screens, open on wide ones. */
  function foldFilters() {
    all("details.fold").forEach((fold) => { fold.open = !small.matches; });
  }

  /* Copy link. */
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const what = button.dataset.copy || location.href.split("#")[0];
    try {
      await navigator.clipboard.writeText(what);
      const told = button.dataset.copied || text("copied");
      announce(told);
      const label = button.querySelector("[data-copy-label]");
      if (label) {
        const before = label.textContent;
        label.textContent = told;
        setTimeout(() => { label.textContent = before; }, 2000);
      }
    } catch {
      announce(text("notCopied"));
    }
  });

  /* Password: show what is typed. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-reveal]");
    if (!button) return;
    const input = document.getElementById(button.dataset.reveal);
    const show = input.type === "password";
    input.type = show ? "text" : "password";
    button.textContent = show ? button.dataset.hide : button.dataset.show;
    button.setAttribute("aria-pressed", String(show));
  });

  /* Forms: warn before text is lost, and submit once. */
  document.addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.matches("[data-guard]")) form.dataset.changed = "yes";
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !form.matches("[data-guard]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });

  addEventListener("beforeunload", (event) => {
    if (all("[data-guard][data-changed]").some((form) => !form.dataset.sent)) event.preventDefault();
  });

  addEventListener("pageshow", () => {
    all("[data-guard][data-sent]").forEach((form) => delete form.dataset.sent);
  });

  /* Repeated entries: add one from the form set's own empty form. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-add-row]");
    if (!button) return;
    const set = button.closest("[data-formset]");
    const total = set.querySelector("input[name$='-TOTAL_FORMS']");
    const rows = set.querySelector("[data-rows]");
    const holder = document.createElement("div");
    holder.innerHTML = set
      .querySelector("template")
      .innerHTML.replaceAll("__prefix__", total.value)
      .replaceAll("__number__", String(rows.children.length + 1));
    const row = holder.firstElementChild;
    total.value = String(Number(total.value) + 1);
    rows.append(row);
    window.htmx?.process(row);
    row.querySelector(".fld :is(input, select, textarea)")?.focus();
  });

  /* htmx: keep addresses short, and say how many results there are after a change. */
  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches?.("form.filters")) return;
    const values = event.detail.parameters;
    for (const name of Object.keys(values)) {
      if (values[name] === "" || values[name] === null) delete values[name];
    }
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    enhance(event.target);
    if (event.target.matches?.("[data-focus-first]")) {
      event.target.querySelector("form :is(input:not([type=hidden]), select:not([hidden]), textarea)")?.focus();
    }
    const count = event.target.querySelector?.("[data-count]");
    if (count) announce(count.textContent.trim());
  });

  document.addEventListener("htmx:responseError", () => announce(text("failed")));
  document.addEventListener("htmx:sendError", () => announce(text("failed")));

  /** What only makes sense with a script is hidden until now; what it replaces goes. */
  function enhance(part) {
    all("form[data-auto] [data-apply]", part).forEach((button) => { button.hidden = true; });
    all("[data-needs-script]", part).forEach((element) => { element.hidden = false; });
  }

  enhance(document);
  foldFilters();
  small.addEventListener("change", foldFilters);
  document.querySelector(".esum")?.focus();
})();
