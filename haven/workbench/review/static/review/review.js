/* Review: "x" chooses the row or face under the keyboard, "a" all on the page or none. */
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("[data-choose]")];

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    if (event.key === "x") {
      const box = event.target.closest("[data-row]")?.querySelector("[data-choose]");
      if (!box) return;
      box.click();
      event.preventDefault();
    } else if (event.key === "a" && boxes().length) {
      const all = boxes().every((box) => box.checked);
      for (const box of boxes()) box.checked = !all;
      event.preventDefault();
    }
  });
})();
