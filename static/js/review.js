/*
 * Reviewing by keyboard: J and K move, M says that the field matches, Q opens its question. Each key does what a button or
 * a link does; without this script all of them are forms and links. Single keys can be turned off (WCAG 2.1.4).
 */
(() => {
  "use strict";

  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const items = [...sheet.querySelectorAll("[data-item]")];
  const sources = [...document.querySelectorAll("[data-source]")];
  const isOn = () => document.documentElement.dataset.keys !== "off";
  let here = -1;
  let shown = 0;

  /** Show one source of several. */
  function show(number) {
    if (sources.length < 2) return;
    shown = (number + sources.length) % sources.length;
    sources.forEach((source, place) => { source.hidden = place !== shown; });
  }

  /** Make an item the current one, and show a source that it rests on, if there is one. */
  function go(number, focus = true) {
    if (!items.length) return;
    items[here]?.classList.remove("cur");
    items[here]?.removeAttribute("aria-current");
    here = Math.min(items.length - 1, Math.max(0, number));
    const item = items[here];
    item.classList.add("cur");
    item.setAttribute("aria-current", "true");
    if (focus) item.focus();
    const about = item.dataset.about;
    const found = sources.findIndex((source) => source.dataset.about.split(" ").includes(about));
    if (found >= 0) show(found);
  }

  /** Open the question of the current item, where it is written. */
  function ask() {
    const link = items[here]?.querySelector("[data-query]");
    if (!link) return false;
    location.hash = link.hash;
    document.querySelector(link.hash)?.querySelector("textarea")?.focus();
    return true;
  }

  function press(selector) {
    const button = items[here]?.querySelector(selector);
    button?.click();
    return Boolean(button);
  }

  sheet.addEventListener("focusin", (event) => {
    const number = items.indexOf(event.target.closest("[data-item]"));
    if (number >= 0 && number !== here) go(number, false);
  });
  sheet.addEventListener("click", (event) => {
    const link = event.target.closest("[data-query]");
    if (!link) return;
    event.preventDefault();
    go(items.indexOf(link.closest("[data-item]")), false);
    ask();
  });
  document.addEventListener("click", (event) => {
    const step = event.target.closest("[data-step]");
    if (!step) return;
    const forward = step.dataset.step;
    show(shown + Number(forward));
    sources[shown].querySelector(`[data-step="${forward}"]`)?.focus();
  });

  document.addEventListener("keydown", (event) => {
    if (!isOn() || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target.matches?.("input, textarea, select, [contenteditable]")) return;
    const acts = { j: () => go(here + 1), k: () => go(here - 1), m: () => press("[data-matches]"), q: ask };
    const act = acts[event.key.toLowerCase()];
    if (!act) return;
    event.preventDefault();
    act();
  });

  show(0);
  const named = items.findIndex((item) => `#${item.id}` === decodeURIComponent(location.hash));
  const open = items.findIndex((item) => item.dataset.state === "open");
  if (named >= 0) go(named);
  else if (open >= 0) go(open, false);
  document.querySelector(".both")?.focus();
})();
