/* Working through: the first tile without a category is under the keyboard, and after the last
 * one the next are asked for.
 *
 * In      li[data-pk] tiles with a label [data-verdict]; form[data-at-once]
 * Out     the keyboard's place; that form sent once
 * Fails   without this file a button takes the next
 * Not     here: keys of categories (categories.js)
 */
(() => {
  "use strict";
  window.addEventListener("load", () => {
    const form = document.querySelector("form[data-at-once]");
    if (form) {
      history.replaceState(null, "", location.pathname);
      form.requestSubmit();
      return;
    }
    const tiles = [...document.querySelectorAll(".queue__tiles li[data-pk]")];
    const open = tiles.find((tile) => !tile.querySelector("[data-verdict]")?.dataset.code);
    (open ?? tiles[0])?.querySelector("[data-item]")?.focus();
  });
})();
