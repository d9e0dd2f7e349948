/* A check-in that stays on the device.
 *
 * In      form#check-in with one group of radios for each sentence; [data-keep]; [data-erase]
 * Out     the last twelve check-ins in this browser's own store, as a table beside the form
 * Fails   where the browser keeps nothing (a private window), it says nothing was kept
 * Not     here: sharing, which is a plain form. Nothing here sends anything
 */
(() => {
  "use strict";

  const MOST = 12;
  const form = document.getElementById("check-in");
  if (!form) return;
  const name = form.dataset.keyName;
  const told = form.querySelector("[data-told]");
  const earlier = document.querySelector("[data-earlier]");
  const groups = [...form.querySelectorAll("fieldset")];

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
      row.append(day, ...one.answers.map((answer) => {
        const cell = document.createElement("td");
        cell.textContent = String(answer);
        return cell;
      }));
      return row;
    }));
    earlier.hidden = body.childElementCount === 0;
  }

  form.querySelector("[data-keep]").addEventListener("click", () => {
    const answers = groups.map((group) => group.querySelector("input:checked")?.value);
    if (answers.includes(undefined)) {
      told.textContent = told.dataset.missing;
      groups[answers.indexOf(undefined)].querySelector("input").focus();
      return;
    }
    const entry = { at: new Date().toISOString(), answers: answers.map(Number) };
    try {
      localStorage.setItem(name, JSON.stringify([entry, ...kept()].slice(0, MOST)));
      told.textContent = told.dataset.kept;
    } catch {
      told.textContent = "";
    }
    show();
  });

  form.querySelector("[data-erase]").addEventListener("click", () => {
    localStorage.removeItem(name);
    form.reset();
    told.textContent = told.dataset.erased;
    show();
  });

  show();
})();
