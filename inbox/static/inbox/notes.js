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
  const { kept: store } = window.galantisComposer;
  const keep = (name, value) => (value ? store.set(name, value) : store.remove(name));
  const kept = (name) => store.get(name) ?? "";

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
    if (event.target.id !== "note" || event.isComposing || event.keyCode === 229) return;
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
    if (text() && !text().value) text().value = kept(draft());
  }
  // What was typed while the note was on its way stays.
  const sent = new WeakMap();
  body.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt.id === "note-form") sent.set(detail.elt, { name: draft(), text: text().value });
  });
  body.addEventListener("htmx:beforeOnLoad", ({ detail }) => forget(detail));
  body.addEventListener("htmx:afterRequest", ({ detail }) => forget(detail)); // Of a form that has left the page.
  function forget({ requestConfig: { elt }, xhr }) {
    const note = sent.get(elt);
    if (!note || xhr.status < 200 || xhr.status > 299 || xhr.getResponseHeader("HX-Redirect")) return;
    sent.delete(elt);
    const now = kept(note.name);
    keep(note.name, now.startsWith(note.text) ? now.slice(note.text.length).trimStart() : now);
  }
  body.addEventListener("htmx:afterSettle", (event) => {
    if (!text()) return;
    restore();
    if (["answer", "conversation"].includes(event.detail.target.id) && !window.galantisComposer.isElsewhere()) text().focus();
  });
  restore();
})();
