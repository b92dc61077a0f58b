// The builder beside what the server does: nothing here knows a rule of Meta's. Without it every button still works.
"use strict";
(() => {
  const PAUSE = 2000; // after the last letter, before it is saved
  const AGAIN = 5000; // after a failure
  const form = () => document.getElementById("builder");
  const saved = () => document.getElementById("saved");

  // Saving by itself ---------------------------------------------------------------------------------------------
  let typed = 0, kept = 0, asked = 0, waiting = null, busy = false, uploads = 0, leaving = false, held = null;

  function note() {
    typed += 1;
    form().classList.add("t-dirty");
    plan(PAUSE);
  }
  function plan(pause) {
    clearTimeout(waiting);
    waiting = setTimeout(save, pause);
  }
  function save() {
    if (!form() || busy || uploads || typed === kept || saved().hasAttribute("data-stopped")) return;
    htmx.trigger(saved(), "autosave");
  }
  const isSaving = (detail) => detail.requestConfig?.path?.endsWith("/edit/") && detail.requestConfig.verb === "post";

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isSaving(event.detail)) return;
    busy = true;
    asked = typed;
    meanwhile.clear();
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!isSaving(event.detail)) return;
    busy = false;
    const worked = event.detail.successful && saved() && !saved().hasAttribute("data-stopped");
    if (worked) kept = Math.max(kept, asked);
    if (!form()) return;
    form().classList.toggle("t-offline", !event.detail.successful);
    form().classList.toggle("t-dirty", typed !== kept);
    if (!event.detail.successful) plan(AGAIN);
    else if (typed !== kept) plan(PAUSE);
    if (held) {
      const button = held;
      held = null;
      form().requestSubmit(document.getElementById(button) || undefined);
    }
  });
  document.addEventListener("submit", (event) => {
    if (event.target !== form()) return;
    if (busy || uploads) { // What is on its way arrives first, or the two would look like two people.
      event.preventDefault();
      held = event.submitter?.id || "save";
      return;
    }
    leaving = true;
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-leave]")) leaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (form() && !leaving && (typed !== kept || uploads)) event.preventDefault();
  });
  window.addEventListener("pageshow", () => { leaving = false; });

  // The answer may be a whole new form. What was typed or chosen while it was on its way goes into that one.
  const meanwhile = new Map();
  let isSorting = false; // Then the fields of a row may be another row's by now.

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isSaving(event.detail)) isSorting = /^(up|down|remove):/.test(event.detail.requestConfig.parameters?.do || "");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "builder" || !form()) return;
    for (const [name, was] of [...meanwhile]) {
      if (isSorting && /^(buttons|cards)\b/.test(name)) continue;
      const fields = [...form().querySelectorAll(`[name="${CSS.escape(name)}"]`)];
      const field = was.type === "radio" ? fields.find((each) => each.value === was.value) : fields[0];
      if (!field || field.disabled) continue;
      if (field.type === "radio" || field.type === "checkbox") field.checked = was.checked;
      else field.value = was.value;
      if (was.hadFocus) {
        field.focus();
        if (was.caret !== null) field.setSelectionRange(was.caret, was.caret);
      }
      field.dispatchEvent(new Event("input", { bubbles: true }));
      if (!field.matches("textarea, input:not([type=radio], [type=checkbox])")) field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    meanwhile.clear();
  });
  function remember(field) {
    if (!busy || !field.name) return;
    const { type, value, checked } = field, caret = field.matches("textarea, input[type=text]") ? field.selectionStart : null;
    meanwhile.forEach((each) => { each.hadFocus = false; });
    meanwhile.set(field.name, { type, value, checked, caret, hadFocus: true });
  }

  // While somebody types -----------------------------------------------------------------------------------------
  document.addEventListener("input", (event) => {
    if (!form()?.contains(event.target)) return;
    if (event.target.type === "file" || event.target.hasAttribute("data-insert")) return;
    note();
    remember(event.target);
    count(event.target.id);
  });
  function count(id) {
    const place = document.querySelector(`[data-counts="${CSS.escape(id)}"]`);
    const input = document.getElementById(id);
    if (!place || !input) return;
    const length = [...input.value].length;
    place.textContent = `${length} / ${place.dataset.most}`;
    place.classList.toggle("over", length > Number(place.dataset.most));
  }
  // The examples are left alone while the gaps stay the same: somebody may be typing in them.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const fresh = event.detail.fragment.firstElementChild, old = event.detail.target;
    if (fresh?.hasAttribute("data-key") && fresh.dataset.key === old.dataset.key) event.detail.shouldSwap = false;
  });
  function ready() {
    if (!form()) return;
    for (const says of form().querySelectorAll(".t-says")) {
      const input = document.getElementById(says.id.replace(/-says$/, ""));
      if (!input?.matches("input, select, textarea")) continue;
      if (says.hasAttribute("data-error")) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    for (const tools of form().querySelectorAll(".t-tools")) tools.hidden = false;
    for (const place of form().querySelectorAll("[data-counts]")) count(place.dataset.counts);
  }
  document.addEventListener("htmx:afterSettle", ready);

  // Signs and variables ------------------------------------------------------------------------------------------
  const textOf = (tools) => document.getElementById(tools.getAttribute("aria-controls"));
  function put(area, before, inside, after) {
    const { selectionStart: start, selectionEnd: end, value } = area;
    const middle = inside ?? value.slice(start, end);
    area.setRangeText(before + middle + after, start, end, "end");
    area.focus();
    area.setSelectionRange(start + before.length, start + before.length + middle.length);
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".t-tools button");
    if (!button) return;
    const area = textOf(button.closest(".t-tools"));
    if (button.dataset.wrap) return put(area, button.dataset.wrap, null, button.dataset.wrap);
    const numbers = [...area.value.matchAll(/\{\{\s*(\d+)\s*\}\}/g)].map((each) => Number(each[1]));
    put(area, "{{", String(Math.max(0, ...numbers) + 1), "}}");
    area.setSelectionRange(area.selectionEnd + 2, area.selectionEnd + 2);
  });
  document.addEventListener("change", (event) => {
    if (!event.target.matches?.("select[data-insert]") || !event.target.value) return;
    put(textOf(event.target.closest(".t-tools")), "{{", event.target.value, "}}");
    event.target.value = "";
  });

  // Files --------------------------------------------------------------------------------------------------------
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (input.type !== "file" || !form()?.contains(input)) return;
    event.stopPropagation(); // The admin's library expects its own markup around a file.
    if (!input.files.length) return;
    const field = input.closest("[data-uploads]"), progress = field.querySelector(".t-progress");
    const bar = progress.querySelector("progress"), words = progress.querySelector("span");
    const says = document.getElementById(`${input.id}-says`);
    const data = new FormData(), request = new XMLHttpRequest();
    data.append("file", input.files[0]);
    data.append("kind", field.dataset.kind);
    says.textContent = "";
    field.querySelector(".t-wrong")?.remove();
    progress.hidden = false;
    input.disabled = true;
    uploads += 1;
    request.upload.addEventListener("progress", (sent) => {
      if (!sent.lengthComputable) return;
      bar.value = (100 * sent.loaded) / sent.total;
      words.textContent = `${Math.round(bar.value)} %`;
    });
    request.addEventListener("loadend", () => {
      uploads -= 1;
      progress.hidden = true;
      input.disabled = false;
      input.value = "";
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* Not ours: said below. */ }
      if (request.status !== 200 || !answer.asset) return wrong(says, answer.words || field.dataset.failed);
      let asset = form().querySelector(`input[name="${CSS.escape(field.dataset.place)}.asset"]`);
      if (!asset) {
        asset = Object.assign(document.createElement("input"), { type: "hidden", name: `${field.dataset.place}.asset` });
        field.append(asset);
      }
      asset.value = answer.asset;
      note();
      htmx.trigger(field, "uploaded");
    });
    request.open("POST", field.dataset.uploads);
    request.setRequestHeader("X-CSRFToken", form().elements.csrfmiddlewaretoken.value);
    request.send(data);
  }, true);
  function wrong(says, words) { // Beside what the rules say, which comes anew with every letter.
    const line = Object.assign(document.createElement("p"), { className: "t-error t-wrong", textContent: words });
    line.setAttribute("role", "alert");
    says.before(line);
  }

  // A name from a title, when a new one is begun -----------------------------------------------------------------
  const title = document.getElementById("f-title"), name = document.getElementById("f-name");
  if (title && name) {
    let own = Boolean(name.value);
    name.addEventListener("input", () => { own = Boolean(name.value); });
    const suggest = () => {
      if (own) return;
      const chosen = document.querySelector('input[name="start"]:checked');
      const plain = title.value.toLowerCase().replace(/ß/g, "ss").normalize("NFKD").replace(/[^\x00-\x7f]/g, "");
      name.value = plain.replace(/[^a-z0-9]+/g, "_").replace(/^_+|_+$/g, "").slice(0, 512) || chosen?.dataset.name || "";
    };
    title.addEventListener("input", suggest);
    document.addEventListener("change", (event) => { if (event.target.name === "start") suggest(); });
    suggest();
  }
  ready();
})();
