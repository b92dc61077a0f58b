// The customer panel follows what changes, but never takes away what somebody is typing in it.
"use strict";
(() => {
  const body = document.body;
  let isStale = false;
  let open = new Map();

  const panel = () => document.getElementById("panel");

  function isTyping() {
    const here = panel();
    if (!here) return false;
    if (here.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return true;
    const fields = [...here.querySelectorAll("input:not([type=hidden]), textarea")];
    const choices = [...here.querySelectorAll("select")];
    return fields.some((field) => field.value !== field.defaultValue)
      || choices.some((choice) => [...choice.options].some((each, n) => each.selected !== (each.defaultSelected || (n === 0 && ![...choice.options].some((one) => one.defaultSelected)))));
  }

  // Only what comes by itself waits: a form that was sent is answered.
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.elt.id !== "panel" || !isTyping()) return;
    event.preventDefault();
    isStale = true;
  });
  body.addEventListener("htmx:beforeSwap", (event) => {
    // It was begun before the first letter was typed.
    const isByItself = event.detail.requestConfig.elt.id === "panel";
    if (event.detail.target.id !== "panel") return;
    if (isByItself && isTyping()) {
      event.detail.shouldSwap = false;
      isStale = true;
      return;
    }
    open = new Map([...panel().querySelectorAll("details[id]")].map((each) => [each.id, each.open]));
  });
  // What was opened or closed stays so, unless there is something wrong in it to be seen.
  body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "panel") return;
    for (const each of panel().querySelectorAll("details[id]")) {
      if (open.has(each.id) && !each.querySelector("[role=alert]")) each.open = open.get(each.id);
    }
    panel().querySelector("[aria-invalid=true]")?.focus();
  });
  // A note or an answer of one's own brings the conversation anew with its version, so nothing else tells of it here.
  body.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "conversation" && panel()) htmx.trigger(panel(), "inbox:panel");
  });
  body.addEventListener("focusout", () => {
    setTimeout(() => {
      if (!isStale || !panel() || isTyping()) return;
      isStale = false;
      htmx.trigger(panel(), "inbox:panel");
    });
  });
})();
