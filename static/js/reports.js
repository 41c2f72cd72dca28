/* While a report is made: says each step aloud once, not every per cent. The page's part itself comes by htmx. */
(() => {
  "use strict";

  const step = () => document.querySelector("#run [data-step]")?.dataset.step;
  let said = step();

  document.addEventListener("htmx:afterSwap", () => {
    const now = step();
    const region = document.getElementById("announce");
    if (!now || now === said || !region) return;
    said = now;
    region.textContent = now;
  });
})();
