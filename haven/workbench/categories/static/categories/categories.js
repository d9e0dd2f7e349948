/* Categories by keyboard: on the grid and on the page of an item.
 *
 * In      form[data-judge] with buttons[data-code] and [data-undo]; on a grid tiles
 *         ([data-item] in li[data-pk]) and boxes to choose; on an item's page data-next
 * Out     one small POST per verdict, one after another in the order of typing; a label that
 *         is dashed until the server has kept it; the next item under the keyboard
 * Fails   the label is as it was and #notices says why; after a lost connection nothing that
 *         waited is sent
 * Not     here: what a code means, who may give it
 *
 * On the page of an item a key pressed before the next item is there gives no verdict: nobody
 * has seen that item yet.
 */
(() => {
  "use strict";

  const queue = []; /* {pks, code} or {undo: true}, the first is on its way */
  const kept = new Map(); /* item → code that the server holds */
  let last = null; /* the tile that had the keyboard last */
  let isLeaving = false;
  let isBusy = false;
  let done = 0;

  const form = () => document.querySelector("form[data-judge]");
  const nextItem = () => form()?.dataset.next ?? null;
  const onItem = () => form()?.hasAttribute("data-item-page");
  const labelsOf = (pk) => document.querySelectorAll(`[data-verdict="${pk}"]`);
  const buttonOf = (code) => [...form().querySelectorAll("button[data-code]")].find((one) => one.dataset.code === code);

  function heldBy(pk) {
    if (!kept.has(pk)) kept.set(pk, labelsOf(pk)[0]?.dataset.code ?? "");
    return kept.get(pk);
  }

  /* Show what is on its way to an item, or else what the server holds. */
  function draw(pk) {
    const held = heldBy(pk);
    const waiting = queue.filter((job) => job.pks?.includes(pk)).at(-1);
    const code = waiting ? waiting.code : held;
    const button = code && form() ? buttonOf(code) : null;
    for (const label of labelsOf(pk)) {
      label.textContent = code;
      label.dataset.code = held;
      label.title = button?.dataset.words ?? "";
      label.className = label.dataset.plain + (code ? ` badge category badge--${button?.dataset.colour ?? "plain"}` : "") + (waiting ? " is-waiting" : "");
    }
  }

  function say(words, kind) {
    const notices = document.getElementById("notices");
    const notice = document.createElement("div");
    notice.className = `notice notice--${kind}`;
    notice.textContent = words;
    notices.replaceChildren(notice);
  }

  function tell() {
    const place = form()?.querySelector("[data-said]");
    if (!place) return;
    const words = queue.length ? place.dataset.waiting : place.dataset.kept;
    place.textContent = done || queue.length ? words.replace("{n}", queue.length || done) : "";
  }

  async function send(job) {
    const body = new URLSearchParams({ csrfmiddlewaretoken: job.token });
    for (const pk of job.pks ?? []) body.append("item", pk);
    if (!job.undo) {
      body.set("scheme", job.scheme);
      body.set("code", job.code);
      body.set("reason", job.reason);
    }
    const response = await fetch(job.url, {
      method: "POST",
      body,
      redirect: "manual",
      keepalive: true,
      headers: { Accept: "application/json", "X-CSRFToken": job.token },
    });
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return { ok: response.ok && isJson, answer: isJson ? await response.json() : {} };
  }

  function fail(job, words) {
    queue.shift();
    isLeaving = false;
    for (const pk of job.pks ?? []) draw(pk);
    say(words || job.failed, "bad");
  }

  function lose(job) {
    const lost = queue.splice(0);
    isLeaving = false;
    for (const one of lost) for (const pk of one.pks ?? []) draw(pk);
    say(job.lost.replace("{n}", lost.length), "bad");
  }

  function keep(job, answer) {
    queue.shift();
    if (answer.reload) return location.reload();
    for (const [pk, code] of Object.entries(answer.stands ?? {})) {
      kept.set(pk, code);
      draw(pk);
    }
    if (!job.undo) done += job.pks.length;
    if (answer.said) say(answer.said, job.undo ? "good" : "warning");
    if (job.undo) back(answer);
    else if (onItem()) {
      if (nextItem()) location.assign(nextItem());
      else location.reload();
    }
    return undefined;
  }

  /* Undone: put the keyboard on that item, or go to it. */
  function back(answer) {
    const pk = Object.keys(answer.stands ?? {})[0];
    const tile = document.querySelector(`li[data-pk="${pk}"] [data-item]`);
    if (tile) tile.focus();
    else if (answer.item) location.assign(answer.item);
  }

  async function pump() {
    if (isBusy) return;
    isBusy = true;
    while (queue.length) {
      const job = queue[0];
      tell();
      try {
        const { ok, answer } = await send(job);
        if (ok) keep(job, answer);
        else fail(job, answer.words);
      } catch {
        lose(job);
      }
    }
    isBusy = false;
    tell();
    goOn();
  }

  function put(job, from) {
    const fields = from.elements;
    queue.push({
      token: fields.namedItem("csrfmiddlewaretoken").value,
      scheme: fields.namedItem("scheme").value,
      reason: fields.namedItem("reason")?.value ?? "",
      failed: from.dataset.failed,
      lost: from.dataset.lost,
      url: job.undo ? from.dataset.undo : from.dataset.give,
      ...job,
    });
    for (const pk of job.pks ?? []) {
      heldBy(pk);
      draw(pk);
    }
    pump();
  }

  const chosen = (from) => [...from.querySelectorAll("[data-choose]:checked")];
  const tiles = () => [...document.querySelectorAll("li[data-pk] [data-item]")];
  let wantsNextPage = false;

  function step(tile) {
    const all = tiles();
    const following = all[all.indexOf(tile) + 1];
    if (following) following.focus();
    else wantsNextPage = true;
  }

  /* The last tile has its verdict and all are kept: the next page. */
  function goOn() {
    if (!wantsNextPage || queue.length) return;
    wantsNextPage = false;
    const link = document.querySelector("a[rel~=next]");
    if (link) location.assign(`${link.href}#first`);
  }

  function give(from, button) {
    const code = button.dataset.code;
    if (onItem()) {
      if (isLeaving) return;
      isLeaving = true;
      put({ code, pks: [from.elements.namedItem("item").value] }, from);
      return;
    }
    const boxes = chosen(from);
    if (boxes.length) {
      put({ code, pks: boxes.map((box) => box.value) }, from);
      for (const box of boxes) box.checked = false;
      return;
    }
    if (!last?.isConnected) {
      say(from.dataset.none, "warning");
      return;
    }
    const tile = last;
    put({ code, pks: [tile.closest("li[data-pk]").dataset.pk] }, from);
    step(tile);
  }

  document.addEventListener("submit", (event) => {
    const from = event.target.closest("form[data-judge]");
    const button = event.submitter;
    if (!from || !button) return;
    if (button.hasAttribute("data-undo")) put({ undo: true }, from);
    else if (button.hasAttribute("data-code")) give(from, button);
    else return;
    event.preventDefault();
  });

  document.addEventListener("focusin", (event) => {
    const tile = event.target.closest?.("li[data-pk] [data-item]");
    if (tile) last = tile;
  });

  /* Keyboards whose digits need Shift, or are not 0 to 9: the place of the key counts. */
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !form()) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
    const place = /^(?:Digit|Numpad)(\d)$/.exec(event.code);
    if (!place || /^\d$/.test(event.key)) return;
    form().querySelector(`button[data-key="${place[1]}"]`)?.click();
    event.preventDefault();
  });

  window.addEventListener("beforeunload", (event) => {
    if (queue.length) event.preventDefault();
  });

  if (location.hash === "#first") {
    history.replaceState(null, "", location.pathname + location.search);
    window.addEventListener("load", () => tiles()[0]?.focus());
  }
})();
