/* Review: "x" chooses the row or face under the keyboard, "a" all on the page or none. */
(() => {
  "use strict";
  const boxes = () => [...document.querySelectorAll("[data-choose]")];

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    // The place counts where the keyboard has no Latin letters, as in keyboard.js.
    const isLatin = /^[a-z]$/i.test(event.key) || !/^Key[A-Z]$/.test(event.code);
    const key = isLatin ? event.key : event.code.slice(3).toLowerCase();
    if (key === "x") {
      const box = event.target.closest("[data-row]")?.querySelector("[data-choose]");
      if (!box) return;
      box.click();
      event.preventDefault();
    } else if (key === "a" && boxes().length) {
      const all = boxes().every((box) => box.checked);
      for (const box of boxes()) box.checked = !all;
      event.preventDefault();
    }
  });
})();
