/* Reveals: more than faces is there only while a key, a button or a finger is held.
 *
 * In      #stage; #ladder[data-ready] with data-begin, data-reveal, data-width, data-height;
 *         [data-hold="3|4"]; #reveal-status with its words; [data-look] for the background
 * Out     a canvas over the stage while something is held; beats, and the word of the end
 * Fails   closed: whatever goes wrong, the canvas goes. Haven ends by itself what beats no more
 * Not     here: what may be seen; the server draws, marks and counts each picture
 */
(() => {
  "use strict";

  const TYPING = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable=true]";
  const TICK_MS = 150;
  const ASLEEP_MS = 1500; /* a clock that jumps so far was stopped: a closed lid */
  const BEAT_WAIT_MS = 2500;
  const STEP = 0.04; /* share of the picture that an arrow key moves the lens */
  const LOOK_IDLE_S = 60; /* the place stays while somebody is there */
  const ladder = () => document.getElementById("ladder");
  const stage = () => document.getElementById("stage");
  const ready = () => (ladder()?.hasAttribute("data-ready") ? ladder() : null);
  let held = null; /* what is held now */
  let look = null; /* the background that is on the page */
  let middle = { x: 0.5, y: 0.5 }; /* of the lens, as shares of the picture */

  document.documentElement.classList.add("scripted");

  function token() {
    return JSON.parse(document.body.getAttribute("hx-headers") || "{}")["X-CSRFToken"] || "";
  }

  function send(url, fields, options = {}) {
    return fetch(url, {
      method: "POST", credentials: "same-origin", cache: "no-store", redirect: "error",
      headers: { "X-CSRFToken": token() }, body: new URLSearchParams(fields), ...options,
    });
  }

  /* What Haven says of something that is seen: whether it goes on, else how it ended. */
  async function hear(url) {
    const answer = await send(url, {}, { signal: AbortSignal.timeout(BEAT_WAIT_MS) });
    return answer.ok ? answer.json() : { live: false, how: "server" };
  }

  /* The last word of a page that goes away: a beacon outlives it. */
  function tellEnd(url, how) {
    const form = new FormData();
    form.append("csrfmiddlewaretoken", token());
    form.append("how", how);
    if (!navigator.sendBeacon(url, form)) fetch(url, { method: "POST", body: form, keepalive: true }).catch(() => {});
  }

  function say(word) {
    const status = document.getElementById("reveal-status");
    if (status) status.textContent = status.dataset[word] || "";
  }

  function mark(step) {
    for (const rung of document.querySelectorAll("[data-rung]")) {
      if (Number(rung.dataset.rung) === step) rung.setAttribute("aria-current", "step");
      else rung.removeAttribute("aria-current");
    }
    for (const button of document.querySelectorAll("[data-hold]")) {
      button.classList.toggle("is-held", Number(button.dataset.hold) === step && held !== null);
    }
  }

  /* Where the picture is on the stage: over the masked view, or fitted into the tile. */
  function frame() {
    const outer = stage().getBoundingClientRect();
    const inner = stage().querySelector("img")?.getBoundingClientRect();
    if (inner?.width) return { left: inner.left - outer.left, top: inner.top - outer.top, width: inner.width, height: inner.height };
    const shape = Number(ladder().dataset.width) / Number(ladder().dataset.height);
    const width = Math.min(outer.width, outer.height * shape);
    const height = width / shape;
    return { left: (outer.width - width) / 2, top: (outer.height - height) / 2, width, height };
  }

  function point(event) {
    const box = frame();
    const outer = stage().getBoundingClientRect();
    const share = (value) => Math.min(1, Math.max(0, value));
    middle = {
      x: share((event.clientX - outer.left - box.left) / box.width),
      y: share((event.clientY - outer.top - box.top) / box.height),
    };
  }

  async function hold(step) {
    const from = ready();
    if (held || !from || step > Number(from.dataset.step) || document.visibilityState !== "visible") return;
    const one = { step, stop: new AbortController(), moved: Date.now(), ticked: Date.now(), grant: null, timers: [] };
    held = one;
    say("starting");
    mark(step);
    one.timers.push(setInterval(() => watch(one), TICK_MS));
    try {
      const answer = await send(from.dataset.begin, { reveal: from.dataset.reveal, step });
      if (!answer.ok) throw new Error("refused");
      one.grant = await answer.json();
    } catch {
      if (held === one) hide(one, "refused");
      refresh();
      return;
    }
    if (held !== one) { /* let go before it had begun */
      tellEnd(one.grant.end, one.how === "refused" ? "lost" : one.how);
      return;
    }
    one.began = one.beaten = one.moved = Date.now();
    one.timers.push(setInterval(() => beat(one), one.grant.beat_s * 1000));
    show(one);
  }

  /* One request at a time; a lens that has moved meanwhile asks again. */
  async function show(one) {
    if (one.asking) return;
    one.asking = true;
    try {
      do {
        const at = { ...middle };
        one.wanted = false;
        const answer = await fetch(`${one.grant.picture}?x=${at.x.toFixed(4)}&y=${at.y.toFixed(4)}`, {
          credentials: "same-origin", cache: "no-store", redirect: "error", signal: one.stop.signal });
        if (!answer.ok) throw new Error("refused");
        const picture = await createImageBitmap(await answer.blob());
        if (held === one) draw(one, picture, at);
        picture.close();
      } while (held === one && one.wanted);
    } catch {
      if (held === one) refused(one);
    }
    one.asking = false;
  }

  /* No picture came: what is there goes at once, and then Haven is asked why. */
  async function refused(one) {
    hide(one, "server");
    const told = await hear(one.grant.beat).catch(() => null);
    tellEnd(one.grant.end, "server"); /* an end that was told already stays as it was */
    if (told?.live === false && !held) say(told.how);
  }

  function draw(one, picture, at) {
    if (!one.layer) {
      one.layer = document.createElement("div");
      one.layer.className = `reveal reveal--${one.step === 4 ? "whole" : "part"}`;
      one.layer.append(document.createElement("canvas"));
      stage().append(one.layer);
      say(one.step === 4 ? "whole" : "part");
    }
    const canvas = one.layer.firstChild;
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
    if (one.step === 3) {
      const box = frame();
      canvas.style.left = `${box.left + at.x * box.width}px`;
      canvas.style.top = `${box.top + at.y * box.height}px`;
    }
  }

  async function beat(one) {
    try {
      const told = await hear(one.grant.beat);
      if (held !== one) return;
      if (told.live) one.beaten = Date.now();
      else release(told.how || "server");
    } catch {
      if (held === one) release("lost");
    }
  }

  function watch(one) {
    const now = Date.now();
    const slept = now - one.ticked > ASLEEP_MS;
    one.ticked = now;
    if (slept) release("lost");
    else if (!one.grant) return;
    else if (now - one.beaten > one.grant.life_s * 1000) release("lost");
    else if (now - one.began >= one.grant.limit_s * 1000) release("limit");
    else if (now - one.moved >= one.grant.idle_s * 1000) release("idle");
  }

  /* First it goes from the screen, then it is told. */
  function hide(one, how) {
    held = null;
    one.how = how;
    one.stop.abort();
    one.timers.forEach(clearInterval);
    if (one.layer) {
      const canvas = one.layer.firstChild;
      canvas.width = canvas.height = 0; /* the pixels go with the size */
      one.layer.remove();
      one.layer = null;
    }
    say(how);
    mark(look ? 2 : 1);
  }

  function release(how) {
    const one = held;
    if (!one) return;
    hide(one, how);
    if (one.grant) tellEnd(one.grant.end, how);
  }

  function refresh() {
    const from = ladder();
    if (from && window.htmx) window.htmx.ajax("GET", from.dataset.about, { target: "#ladder", swap: "outerHTML" });
  }

  /* The background: shown without holding, counted while the page is in front. */
  function beginLook() {
    const shown = document.querySelector("[data-look]");
    if (shown === look?.shown) return;
    if (look) endLook("blurred");
    if (!shown) return;
    look = { shown, moved: Date.now() };
    look.timer = setInterval(() => beatLook(look), 2000);
    say("place");
    mark(2);
  }

  async function beatLook(one) {
    if (Date.now() - one.moved > LOOK_IDLE_S * 1000) return endLook("idle");
    try {
      const told = await hear(one.shown.dataset.look);
      if (look === one && !told.live) endLook(told.how || "server");
    } catch {
      if (look === one) endLook("lost");
    }
    return undefined;
  }

  function endLook(how) {
    const one = look;
    if (!one) return;
    look = null;
    clearInterval(one.timer);
    tellEnd(one.shown.dataset.end, how);
    if (one.shown.isConnected) {
      one.shown.src = one.shown.dataset.masked;
      one.shown.removeAttribute("data-look");
      one.shown.parentElement.querySelector(".stage__note")?.remove();
      say(how);
    }
    mark(held ? held.step : 1);
  }

  function prepare() {
    stage()?.classList.toggle("stage--open", ready() !== null);
    beginLook();
    mark(held ? held.step : look ? 2 : 1);
  }

  /* Keys: v holds a part, Shift+v the whole; arrows move the lens while it is held. */
  function isV(event) {
    return event.key.toLowerCase() === "v" || (event.code === "KeyV" && !/^[a-z]$/i.test(event.key));
  }

  const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

  function onKeyDown(event) {
    if (held && event.key in MOVES) {
      const [x, y] = MOVES[event.key];
      middle = { x: Math.min(1, Math.max(0, middle.x + x)), y: Math.min(1, Math.max(0, middle.y + y)) };
      moved();
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (held && event.key === "Escape") {
      release("released");
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const button = event.target.closest?.("[data-hold]");
    const isPress = button && (event.key === " " || event.key === "Enter");
    if (!isPress && (event.target.matches?.(TYPING) || !isV(event) || !ready())) return;
    event.preventDefault();
    event.stopPropagation();
    if (!event.repeat) hold(isPress ? Number(button.dataset.hold) : event.shiftKey ? 4 : 3);
  }

  function onKeyUp(event) {
    if (held && (isV(event) || event.key === " " || event.key === "Enter")) {
      event.preventDefault();
      release("released");
    }
  }

  function moved() {
    if (!held) return;
    held.moved = Date.now();
    if (held.step === 3 && held.grant) {
      held.wanted = true;
      show(held);
    }
  }

  function onPointerDown(event) {
    if (event.button !== 0) return;
    const button = event.target.closest("[data-hold]");
    const onStage = ready() && event.target.closest("#stage");
    if (!button && !onStage) return;
    event.preventDefault();
    (button ?? stage()).setPointerCapture?.(event.pointerId);
    if (onStage) point(event);
    hold(button ? Number(button.dataset.hold) : 3);
  }

  function onPointerMove(event) {
    if (look) look.moved = Date.now();
    if (!held) return;
    if (held.step === 3 && !event.target.closest?.("[data-hold]")) point(event);
    moved();
  }

  document.addEventListener("keydown", onKeyDown, true);
  document.addEventListener("keyup", onKeyUp, true);
  document.addEventListener("keydown", () => { if (look) look.moved = Date.now(); });
  document.addEventListener("pointerdown", onPointerDown);
  document.addEventListener("pointermove", onPointerMove);
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => release("released"));
  document.addEventListener("contextmenu", (event) => { if (ready() && event.target.closest?.("#stage, [data-hold]")) event.preventDefault(); });
  document.addEventListener("dragstart", (event) => { if (event.target.closest?.("#stage")) event.preventDefault(); });
  window.addEventListener("blur", () => release("blurred"));
  window.addEventListener("offline", () => release("lost"));
  document.addEventListener("freeze", () => { release("blurred"); endLook("blurred"); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") return;
    release("blurred");
    endLook("blurred");
  });
  window.addEventListener("pagehide", () => { release("released"); endLook("released"); });
  document.addEventListener("htmx:afterSettle", prepare);
  document.addEventListener("htmx:afterSwap", prepare);
  prepare();
})();
