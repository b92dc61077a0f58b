// The head of a conversation: a menu that is open, or a choice under way, is not taken away by what happens elsewhere.
"use strict";
(() => {
  const body = document.body;
  body.classList.add("has-script");
  const work = () => document.getElementById("work");
  const isBusy = () => work()?.querySelector("details[open], select:focus") != null;
  body.addEventListener("htmx:beforeSwap", (event) => {
    const follows = event.detail.target.id === "work" && event.detail.requestConfig?.verb === "get";
    if (follows && isBusy()) event.detail.shouldSwap = false;
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".work .menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(".work .menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
