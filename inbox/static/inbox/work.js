// The head of a conversation: a menu that is open, or a choice under way, is not taken away by what happens elsewhere.
// And all menus of the inbox: a click beside one, or Escape, closes it.
"use strict";
(() => {
  const body = document.body;
  body.classList.add("has-script");
  const work = () => document.getElementById("work");
  const BUSY = `details[open], select:focus${"popover" in HTMLElement.prototype ? ", :popover-open" : ""}`;
  const isBusy = () => work()?.querySelector(BUSY) != null;
  body.addEventListener("htmx:beforeSwap", (event) => {
    const follows = event.detail.target.id === "work" && event.detail.requestConfig?.verb === "get";
    if (follows && isBusy()) event.detail.shouldSwap = false;
  });
  // Whoever was in it stays in it, also where the button that was pressed is gone.
  let hadFocus = false;
  body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "work") hadFocus = event.detail.target.contains(document.activeElement);
  });
  body.addEventListener("htmx:afterSettle", () => {
    if (!hadFocus || !work()) return;
    hadFocus = false;
    if (work().contains(document.activeElement)) return;
    [...work().querySelectorAll("#work-button, #assignee")].find((each) => each.getClientRects().length)?.focus();
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll(".menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(".menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
