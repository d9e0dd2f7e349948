/* People: the faces of a group by key and by drag.
 *
 * In      .face[data-row] with [data-choose]; [data-on-focused] buttons; [data-target] buttons
 * Out     a face is chosen before a key acts on it; a drop presses the target's button
 * Fails   without this file the boxes and buttons do all of it
 * Not     here: the keys themselves (web/keyboard.js presses data-key), choosing (review.js)
 */
(() => {
  "use strict";
  const chosen = () => document.querySelectorAll("#faces [data-choose]:checked");
  const letter = (event) => (/^[a-z]$/i.test(event.key) || !/^Key[A-Z]$/.test(event.code) ? event.key : event.code.slice(3).toLowerCase());
  let place = null; // where the keyboard was before the faces were drawn anew
  let dragged = null;

  /* Before web/keyboard.js presses a button: without a choice the face in focus is meant. */
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const face = event.target.closest?.("#faces .face");
    const key = letter(event);
    if (face && !chosen().length && (key === "m" || document.querySelector(`#faces [data-on-focused][data-key="${CSS.escape(key)}"]`))) {
      const box = face.querySelector("[data-choose]");
      if (box) box.checked = true;
    }
    if (key === "m" && chosen().length && !event.target.matches("input:not([type=checkbox]), textarea")) {
      document.querySelector("[data-target]")?.focus();
      event.preventDefault();
    }
  }, true);

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("#faces .face") ?? null;
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", "");
    dragged.classList.add("is-dragged");
    document.getElementById("group").classList.add("dragging");
  });
  document.addEventListener("dragend", () => {
    dragged?.classList.remove("is-dragged");
    document.getElementById("group")?.classList.remove("dragging");
    dragged = null;
  });
  document.addEventListener("dragover", (event) => {
    const target = dragged && event.target.closest?.("[data-target]");
    for (const other of document.querySelectorAll(".is-over")) other.classList.toggle("is-over", other === target);
    if (!target) return;
    target.classList.add("is-over");
    event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const target = dragged && event.target.closest?.("[data-target]");
    if (!target) return;
    event.preventDefault();
    dragged.querySelector("[data-choose]").checked = true;
    target.click();
  });

  /* The keyboard stays where it was, though the face there may be gone. */
  const tiles = () => [...document.querySelectorAll("#faces [data-item]")];
  document.addEventListener("htmx:beforeSwap", () => {
    const tile = document.activeElement.closest?.("#faces [data-item]") ?? chosen()[0]?.closest(".face").querySelector("[data-item]");
    place = tile ? { id: tile.id, at: tiles().indexOf(tile) } : null;
  });
  document.addEventListener("htmx:afterSettle", () => {
    if (!place) return;
    const tile = document.getElementById(place.id) ?? tiles()[Math.min(place.at, tiles().length - 1)];
    place = null;
    if (!tile) return;
    for (const other of tiles()) other.tabIndex = other === tile ? 0 : -1;
    tile.focus();
  });
})();
