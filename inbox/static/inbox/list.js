// The list: which conversation is open, the first one of all, and the filters that stand beside the rows.
"use strict";
(() => {
  const body = document.body;
  body.classList.add("has-script");
  const opened = () => location.pathname.match(/^\/inbox\/(\d+)\//)?.[1] ?? "";
  function markOpen() {
    const pk = opened();
    for (const row of document.querySelectorAll(".threads .row")) {
      if (row.dataset.thread === pk) row.setAttribute("aria-current", "true");
      else row.removeAttribute("aria-current");
    }
  }
  // The first conversation of all has come: the first steps are done.
  function welcome() {
    const steps = document.getElementById("first-steps");
    if (!steps || !document.querySelector(".threads .row")) return;
    steps.hidden = true;
    document.getElementById("choose-one").hidden = false;
  }
  // A tab of the built-in lists was chosen, or the filters changed: both say the same.
  function follow() {
    const threads = document.getElementById("threads");
    const who = threads.dataset.who;
    const isSearch = new URLSearchParams(threads.dataset.query).has("search");
    for (const tab of document.querySelectorAll(".tabs a")) {
      if (tab.dataset.who === who && !isSearch) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    const filters = document.getElementById("filters");
    filters.elements.who.value = who;
    const { narrowedBy } = threads.dataset;
    filters.querySelector(".narrow").classList.toggle("is-on", narrowedBy !== "");
    filters.querySelector(".narrow .number").textContent = narrowedBy;
    const saved = document.querySelector(".saved input[name=filters]");
    if (saved) saved.value = threads.dataset.query;
    for (const back of document.querySelectorAll(".customer .back")) back.href = `/inbox/${threads.dataset.query}`;
  }
  // A tab begins anew: what narrowed the list before is gone from its fields too.
  function clearFields(tab) {
    const filters = document.getElementById("filters");
    const query = new URL(tab.href).searchParams;
    for (const field of filters.elements) {
      if (field.type === "checkbox") field.checked = query.get(field.name) === field.value;
      else if (field.name && field.type !== "submit" && field.name !== "who") field.value = query.get(field.name) ?? field.dataset.usual ?? "";
    }
  }
  // While a button of the mouse is down no row moves away under it: the click would be lost, or another row's.
  let isDown = false, isMissed = false;
  body.addEventListener("pointerdown", (event) => { isDown = event.target.closest("#threads") !== null; });
  for (const name of ["pointerup", "pointercancel", "blur"]) {
    addEventListener(name, () => setTimeout(() => {
      isDown = false;
      if (isMissed) htmx.trigger(body, "inbox:list");
      isMissed = false;
    }));
  }
  body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (!isDown || detail.requestConfig.elt.id !== "threads") return;
    detail.shouldSwap = false;
    isMissed = true;
  });
  body.addEventListener("htmx:configRequest", (event) => {
    if (event.detail.target.id === "threads") event.detail.parameters.selected = opened();
  });
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.matches(".tabs a, .clear a")) clearFields(event.detail.elt);
  });
  body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "threads") { welcome(); follow(); markOpen(); }
  });
  body.addEventListener("htmx:pushedIntoHistory", markOpen);
  // What a person chose goes before what comes by itself, which is asked for again once that stands there.
  let isChoosing = false, isOvertaken = false;
  const isChoice = ({ target, elt }) => target.id === "threads" && elt.id !== "threads";
  body.addEventListener("htmx:beforeRequest", ({ detail }) => { if (isChoice(detail)) isChoosing = true; });
  body.addEventListener("inbox:list", () => { isOvertaken = isChoosing; });
  body.addEventListener("htmx:afterRequest", ({ detail }) => { if (isChoice(detail)) isChoosing = false; });
  body.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (detail.target.id === "threads" && isOvertaken) htmx.trigger(body, "inbox:list");
  });
})();
