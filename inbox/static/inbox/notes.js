// Notes: @ opens a list of the team, and what is written is kept in this browser until the note is.
"use strict";
(() => {
  const body = document.body;
  const byId = (id) => document.getElementById(id);
  const text = () => byId("note");
  const list = () => byId("team");
  const typed = () => text().value.slice(0, text().selectionStart).match(/(?:^|[\s(])@([^\s@]*)$/)?.[1] ?? null;
  const shown = () => [...list().children].filter((line) => !line.hidden);
  const draft = () => `galantis:note:${body.dataset.person}:${byId("note-form").dataset.thread}`;
  const keep = (name, value) => { try { value ? localStorage.setItem(name, value) : localStorage.removeItem(name); } catch { /* keeps nothing */ } };

  function close() {
    list().hidden = true;
    text().removeAttribute("aria-activedescendant");
  }
  function choose(line) {
    for (const each of list().children) each.setAttribute("aria-selected", String(each === line));
    if (!line) return close();
    text().setAttribute("aria-activedescendant", line.id);
    line.scrollIntoView({ block: "nearest" });
  }
  function look() {
    const wanted = typed()?.toLowerCase();
    if (wanted === undefined) return close();
    for (const line of list().children) {
      const words = [line.dataset.name, ...line.dataset.label.split(/\s+/)];
      line.hidden = !words.some((word) => word.toLowerCase().startsWith(wanted));
    }
    list().hidden = !shown().length;
    choose(shown()[0]);
  }
  function pick(line) {
    const field = text(), at = field.selectionStart, from = at - typed().length;
    field.setRangeText(`${line.dataset.name} `, from, at, "end");
    close();
    field.focus();
    keep(draft(), field.value);
  }
  body.addEventListener("input", (event) => {
    if (event.target.id !== "note") return;
    keep(draft(), event.target.value);
    look();
  });
  body.addEventListener("mousedown", (event) => {
    const line = event.target.closest("#team [role=option]");
    if (line) { event.preventDefault(); pick(line); }
  });
  body.addEventListener("focusout", (event) => { if (event.target.id === "note" && list()) close(); });
  body.addEventListener("keydown", (event) => {
    if (event.target.id !== "note" || event.isComposing) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { byId("note-form").requestSubmit(); return; }
    if (list().hidden) return;
    const lines = shown(), here = lines.findIndex((line) => line.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") choose(lines[(here + 1) % lines.length]);
    else if (event.key === "ArrowUp") choose(lines[(here + lines.length - 1) % lines.length]);
    else if (event.key === "Enter" || event.key === "Tab") pick(lines[here]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  function restore() {
    if (!text() || text().value) return;
    try { text().value = localStorage.getItem(draft()) ?? ""; } catch { /* kept nothing */ }
  }
  let sent = null;
  body.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.id === "note-form") sent = draft(); });
  body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.requestConfig?.elt?.id === "note-form" && event.detail.xhr.status < 300) keep(sent, "");
  });
  body.addEventListener("htmx:afterSettle", (event) => {
    if (!text()) return;
    restore();
    if (["answer", "conversation"].includes(event.detail.target.id)) text().focus();
  });
  restore();
})();
