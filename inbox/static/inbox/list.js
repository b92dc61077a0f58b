// The list: which conversation is open, and the first one of all.
"use strict";
(() => {
  const body = document.body;
  function markOpen(link) {
    for (const other of document.querySelectorAll(".threads a[aria-current]")) other.removeAttribute("aria-current");
    link.setAttribute("aria-current", "true");
  }
  // The first conversation of all has come: the first steps are done.
  function welcome() {
    const steps = document.getElementById("first-steps");
    if (!steps || !document.querySelector(".threads a")) return;
    steps.hidden = true;
    document.getElementById("choose-one").hidden = false;
  }
  body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "threads") welcome();
    const link = event.detail.requestConfig?.elt;
    if (event.detail.target.id === "open" && link?.matches(".threads a")) markOpen(link);
  });
})();
