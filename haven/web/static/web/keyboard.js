/* Keyboard: everything can be done without a mouse.
 *
 * In      [data-grid] holding [data-item]s; a[data-back]; a[rel=next|prev]; [data-search];
 *         [data-dialog="id"]; [data-close]; [data-key="m"]
 * Out     focus moves, links and buttons are pressed; nothing is stored or sent
 * Fails   without this file every page still works by Tab and Enter
 * Not     here: what a key means in one part; a page marks its buttons with data-key
 */
(() => {
  "use strict";

  const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=button]):not([type=submit]), textarea, select, [contenteditable=true]";
  const right = () => (document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight");
  const left = () => (document.documentElement.dir === "rtl" ? "ArrowRight" : "ArrowLeft");
  const itemsOf = (grid) => [...grid.querySelectorAll("[data-item]")].filter((item) => item.offsetParent);

  /* One item of a grid is in the tab order, as in any list that arrows walk through. */
  function prepare(root) {
    const grids = root.matches?.("[data-grid]") ? [root] : root.querySelectorAll("[data-grid]");
    for (const grid of grids) {
      const items = itemsOf(grid);
      const current = items.find((item) => item.tabIndex === 0 && item.hasAttribute("tabindex"));
      for (const item of items) item.tabIndex = item === (current ?? items[0]) ? 0 : -1;
    }
  }

  function focusItem(grid, item) {
    if (!item) return;
    for (const other of itemsOf(grid)) other.tabIndex = other === item ? 0 : -1;
    item.focus();
    item.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /* Items in one row share their top edge; a step up or down keeps the column nearest. */
  function vertical(items, from, steps) {
    const rows = [];
    for (const item of items) {
      const top = Math.round(item.getBoundingClientRect().top);
      const last = rows.at(-1);
      if (last && Math.abs(last.top - top) < 8) last.items.push(item);
      else rows.push({ top, items: [item] });
    }
    const row = rows.findIndex((candidate) => candidate.items.includes(from));
    const target = rows[Math.min(rows.length - 1, Math.max(0, row + steps))];
    if (!target || target === rows[row]) return null;
    const middle = (box) => (box.left + box.right) / 2;
    const x = middle(from.getBoundingClientRect());
    return target.items.reduce((best, item) =>
      Math.abs(middle(item.getBoundingClientRect()) - x) < Math.abs(middle(best.getBoundingClientRect()) - x) ? item : best);
  }

  function rowsOnScreen(from) {
    return Math.max(1, Math.floor(window.innerHeight / Math.max(1, from.getBoundingClientRect().height)) - 1);
  }

  function turn(relation) {
    const link = document.querySelector(`a[rel~="${relation}"]`);
    if (!link) return false;
    link.click();
    return true;
  }

  function moveInGrid(event, grid, from) {
    const items = itemsOf(grid);
    const at = items.indexOf(from);
    const steps = {
      [right()]: () => items[at + 1],
      [left()]: () => items[at - 1],
      ArrowDown: () => vertical(items, from, 1),
      ArrowUp: () => vertical(items, from, -1),
      Home: () => items[0],
      End: () => items.at(-1),
      PageDown: () => vertical(items, from, rowsOnScreen(from)),
      PageUp: () => vertical(items, from, -rowsOnScreen(from)),
    };
    if (!(event.key in steps)) return false;
    const target = steps[event.key]();
    if (target) focusItem(grid, target);
    else if (event.key === "PageDown" || event.key === right()) turn("next");
    else if (event.key === "PageUp" || event.key === left()) turn("prev");
    return true;
  }

  function enterGrid(event) {
    if (!["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].includes(event.key)) return false;
    if (document.activeElement !== document.body && document.activeElement?.id !== "main") return false;
    const grid = document.querySelector("[data-grid]");
    if (!grid) return false;
    focusItem(grid, itemsOf(grid).find((item) => item.tabIndex === 0) ?? itemsOf(grid)[0]);
    return true;
  }

  function escape(event) {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      return true;
    }
    if (event.target.matches(TYPING)) {
      event.target.blur();
      return true;
    }
    const back = document.querySelector("a[data-back]");
    back?.click();
    return Boolean(back);
  }

  // On a keyboard without Latin letters the key is told by its place.
  function letter(event) {
    const isLatin = /^[a-z]$/i.test(event.key) || !/^Key[A-Z]$/.test(event.code);
    return isLatin ? event.key : event.code.slice(3).toLowerCase();
  }

  function press(key) {
    const target = [...document.querySelectorAll("[data-key]")].find(
      (candidate) => candidate.dataset.key === key && candidate.offsetParent && !candidate.disabled);
    if (!target) return false;
    if (target.matches(TYPING)) target.focus();
    else target.click();
    return true;
  }

  function onKey(event) {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return; /* a dialog has its own keys */
    if (event.key === "Escape") {
      if (escape(event)) event.preventDefault();
      return;
    }
    if (event.target.matches(TYPING)) return;
    if (event.key === "/") {
      const search = document.querySelector("[data-search]");
      if (search) {
        search.focus();
        search.select?.();
        event.preventDefault();
      }
      return;
    }
    const item = event.target.closest("[data-item]");
    const grid = item?.closest("[data-grid]");
    if ((grid && moveInGrid(event, grid, item)) || enterGrid(event) || press(letter(event))) event.preventDefault();
  }

  function onClick(event) {
    const opener = event.target.closest("[data-dialog]");
    const dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
      return;
    }
    const closer = event.target.closest("[data-close]");
    if (closer) closer.closest("dialog")?.close();
    if (event.target.matches?.("dialog[open]")) event.target.close(); /* the dark around it */
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  }

  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  document.addEventListener("focusin", (event) => {
    const item = event.target.closest?.("[data-item]");
    const grid = item?.closest("[data-grid]");
    if (grid && item.tabIndex !== 0) for (const other of itemsOf(grid)) other.tabIndex = other === item ? 0 : -1;
  });
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.elt ?? document.body));
  prepare(document.body);
})();
