/* A check-in that stays on the device.
 *
 * In      #check-in: its key in the store, how many are kept at most, with data-every that each
 *         sentence wants an answer; [data-sentence] of radios; [data-keep]; [data-erase]
 * Out     the last check-ins in this browser's own store, as a table beside the sentences
 * Fails   where the browser keeps nothing (a private window), it says that nothing is kept
 * Not     here: any sending. A page that shares has a plain form of its own
 */
(() => {
  "use strict";

  const page = document.getElementById("check-in");
  if (!page) return;
  const name = page.dataset.keyName;
  const most = Number(page.dataset.most);
  const told = page.querySelector("[data-told]");
  const earlier = document.querySelector("[data-earlier]");
  const sentences = [...page.querySelectorAll("[data-sentence]")];
  const mostOpen = "every" in page.dataset ? 0 : sentences.length - 1;

  function kept() {
    try {
      const found = JSON.parse(localStorage.getItem(name) ?? "[]");
      return Array.isArray(found) ? found : [];
    } catch {
      return [];
    }
  }

  function show() {
    const body = earlier.querySelector("tbody");
    body.replaceChildren(...kept().map((one) => {
      const row = document.createElement("tr");
      const day = document.createElement("th");
      day.scope = "row";
      day.textContent = new Date(one.at).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "short" });
      row.append(day, ...sentences.map((sentence) => {
        const cell = document.createElement("td");
        cell.textContent = one.answers?.[sentence.dataset.sentence] ?? "–";
        return cell;
      }));
      return row;
    }));
    earlier.hidden = body.childElementCount === 0;
  }

  page.querySelector("[data-keep]").addEventListener("click", () => {
    const answers = {};
    const open = [];
    for (const sentence of sentences) {
      const chosen = sentence.querySelector("input:checked");
      if (chosen) answers[sentence.dataset.sentence] = chosen.value;
      else open.push(sentence);
    }
    if (open.length > mostOpen) {
      told.textContent = told.dataset.missing;
      open[0].querySelector("input").focus();
      return;
    }
    try {
      const entry = { at: new Date().toISOString(), answers };
      localStorage.setItem(name, JSON.stringify([entry, ...kept()].slice(0, most)));
      told.textContent = told.dataset.kept;
    } catch {
      told.textContent = told.dataset.refused;
    }
    show();
  });

  page.querySelector("[data-erase]").addEventListener("click", () => {
    try {
      localStorage.removeItem(name);
    } catch {
      // nothing was kept
    }
    for (const chosen of page.querySelectorAll("input:checked")) chosen.checked = false;
    told.textContent = told.dataset.erased;
    show();
  });

  show();
})();
