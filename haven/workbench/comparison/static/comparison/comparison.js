/* Comparing: in a row of the checklist the keys 1 to 4 answer, and the next row follows.
 * Arrow up and down walk through the rows. Without this file Tab and arrows do all of it. */
(() => {
  "use strict";
  const rows = () => [...document.querySelectorAll("[data-feature]")];
  const enter = (row) => (row.querySelector("input:checked") ?? row.querySelector("input"))?.focus();

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches("textarea, select, input:not([type=radio])")) return;
    const all = rows();
    const here = event.target.closest("[data-feature]");
    const at = all.indexOf(here);
    if (/^[1-4]$/.test(event.key) && all.length) {
      const row = here ?? all[0];
      const choice = row.querySelectorAll("input[type=radio]")[Number(event.key) - 1];
      if (!choice) return;
      choice.checked = true;
      const next = all[all.indexOf(row) + 1];
      if (next) enter(next);
      else document.querySelector(".checklist textarea")?.focus();
      event.preventDefault();
    } else if (here && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const next = all[at + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) enter(next);
      event.preventDefault();
    }
  });
})();
