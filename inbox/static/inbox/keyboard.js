// The keyboard of the inbox. Which keys there are is told by the help: rows with data-key. None fires while somebody types.
"use strict";
(() => {
  const help = document.getElementById("keyboard");
  const known = new Set([...help.querySelectorAll("[data-key]")].map((row) => row.dataset.key));
  const types = (element) => element.closest("input, textarea, select, [contenteditable], [role=dialog], audio, video") !== null;
  // Behind a dialog nothing is pressed; nor while a part is on its way in which somebody is about to type.
  const isBusy = () => document.querySelector("dialog[open], a.htmx-request") !== null;
  const visible = (element) => element.checkVisibility ? element.checkVisibility() : element.offsetParent !== null;
  const rows = () => [...document.querySelectorAll(".threads .row")].filter(visible);

  function move(step) {
    const all = rows();
    const here = all.findIndex((row) => row === document.activeElement);
    const from = here >= 0 ? here : all.findIndex((row) => row.hasAttribute("aria-current"));
    const next = all[Math.min(all.length - 1, Math.max(0, from + step))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  }
  function choose() {
    document.activeElement?.closest?.(".threads li")?.querySelector("input[type=checkbox]")?.click();
  }
  function press(key) {
    const element = [...document.querySelectorAll(`[data-shortcut="${CSS.escape(key)}"]`)].find(visible);
    if (!element || element.disabled) return false;
    if (element.matches("input, textarea, select")) { element.focus(); if (element.matches("input")) element.select(); }
    else if (element.matches("summary")) { element.click(); element.parentElement.querySelector("input:not([type=hidden]), select, textarea, button")?.focus(); }
    else element.click();
    return true;
  }
  const own = { j: () => move(1), k: () => move(-1), x: choose, "?": () => { help.showModal(); help.scrollTop = 0; } };

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && ["search", "reply", "note"].includes(event.target.id)) return event.target.blur();
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (!known.has(event.key) || types(event.target) || isBusy()) return;
    if (own[event.key]) own[event.key]();
    else if (!press(event.key)) return;
    event.preventDefault();
  });
})();
