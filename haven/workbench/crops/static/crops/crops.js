/* A box around an object: drawn with a mouse or a finger, moved with keys, or written as numbers.
 *
 * In      #drawing with #drawing-over above [data-ground]; fieldsets [data-box] whose four inputs
 *         [data-side] hold percent of the picture; buttons [data-draw] that choose one
 * Out     the numbers; boxes over the picture that show them
 * Not     here: what may be cut out; the server decides, whatever is drawn
 */
(() => {
  "use strict";

  const over = document.getElementById("drawing-over");
  if (!over) return;
  const drawing = document.getElementById("drawing");
  const sets = [...document.querySelectorAll("[data-box]")];
  const LEAST = 1; /* percent */
  const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const HANDLE_PX = 16;
  let current = sets[0];
  let drag = null;

  const field = (set, side) => set.querySelector(`[data-side="${side}"]`);
  const limit = (value, least, most) => Math.min(most, Math.max(least, value));
  const shown = new Map(sets.map((set) => {
    const box = document.createElement("div");
    box.className = set === sets[0] ? "drawing__box" : "drawing__box drawing__box--black";
    over.append(box);
    return [set, box];
  }));

  function read(set) {
    const [left, top, width, height] = ["left", "top", "width", "height"].map((side) => parseFloat(field(set, side).value));
    return [left, top, width, height].every(Number.isFinite) ? { left, top, width, height } : null;
  }

  function write(set, box) {
    const width = limit(box.width, LEAST, 100);
    const height = limit(box.height, LEAST, 100);
    const kept = { width, height, left: limit(box.left, 0, 100 - width), top: limit(box.top, 0, 100 - height) };
    for (const [side, value] of Object.entries(kept)) field(set, side).value = (Math.round(value * 10) / 10).toString();
    paint();
  }

  function frame() {
    const ground = drawing.querySelector("[data-ground]").getBoundingClientRect();
    const outer = over.getBoundingClientRect();
    return { left: ground.left - outer.left, top: ground.top - outer.top, width: ground.width, height: ground.height, outer };
  }

  function paint() {
    const at = frame();
    for (const [set, mark] of shown) {
      const box = read(set);
      mark.hidden = !box;
      mark.classList.toggle("is-current", set === current);
      if (!box) continue;
      mark.style.left = `${at.left + (box.left / 100) * at.width}px`;
      mark.style.top = `${at.top + (box.top / 100) * at.height}px`;
      mark.style.width = `${(box.width / 100) * at.width}px`;
      mark.style.height = `${(box.height / 100) * at.height}px`;
    }
  }

  function point(event) {
    const at = frame();
    return {
      x: limit(((event.clientX - at.outer.left - at.left) / at.width) * 100, 0, 100),
      y: limit(((event.clientY - at.outer.top - at.top) / at.height) * 100, 0, 100),
      reach: Math.min(5, (HANDLE_PX / at.width) * 100),
    };
  }

  function begin(event) {
    if (event.button !== 0) return;
    event.preventDefault();
    over.focus();
    over.setPointerCapture(event.pointerId);
    const at = point(event);
    const box = read(current);
    const isIn = box && at.x >= box.left && at.x <= box.left + box.width && at.y >= box.top && at.y <= box.top + box.height;
    const isCorner = box && Math.abs(at.x - box.left - box.width) < at.reach && Math.abs(at.y - box.top - box.height) < at.reach;
    drag = isCorner ? { x: box.left, y: box.top } : isIn ? { box, from: at } : { x: at.x, y: at.y };
  }

  function move(event) {
    if (!drag) return;
    const at = point(event);
    if (drag.box) write(current, { ...drag.box, left: drag.box.left + at.x - drag.from.x, top: drag.box.top + at.y - drag.from.y });
    else write(current, { left: Math.min(drag.x, at.x), top: Math.min(drag.y, at.y), width: Math.abs(at.x - drag.x), height: Math.abs(at.y - drag.y) });
  }

  function onKey(event) {
    const step = KEYS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation(); /* arrows also turn to the next item */
    const box = read(current) ?? { left: 40, top: 40, width: 20, height: 20 };
    if (event.shiftKey) write(current, { ...box, width: Math.min(box.width + step[0], 100 - box.left), height: Math.min(box.height + step[1], 100 - box.top) });
    else write(current, { ...box, left: box.left + step[0], top: box.top + step[1] });
  }

  function choose(set) {
    current = set;
    for (const button of document.querySelectorAll("[data-draw]")) {
      button.setAttribute("aria-pressed", String(button.dataset.draw === set.dataset.box));
    }
    paint();
  }

  over.addEventListener("pointerdown", begin);
  over.addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) over.addEventListener(name, () => { drag = null; });
  over.addEventListener("keydown", onKey);
  for (const set of sets) set.addEventListener("input", paint);
  for (const button of document.querySelectorAll("[data-draw]")) {
    button.addEventListener("click", () => {
      choose(sets.find((set) => set.dataset.box === button.dataset.draw));
      over.focus();
    });
  }
  drawing.addEventListener("load", paint, true); /* a picture has come and has its size now */
  document.addEventListener("htmx:afterSettle", paint);
  window.addEventListener("resize", paint);
  paint();
  over.tabIndex = 0; /* a stop of the Tab key only where keys do something */
})();
