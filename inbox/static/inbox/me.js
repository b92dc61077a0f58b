// Asks the browser for leave to show notifications: only on a click, as browsers want it.
"use strict";
(() => {
  const wanted = document.getElementById("wants-notifications");
  const ask = document.getElementById("ask-browser");
  const refuses = document.getElementById("browser-refuses");
  function show() {
    const may = "Notification" in window ? Notification.permission : "denied";
    ask.hidden = !wanted.checked || may !== "default";
    refuses.hidden = !wanted.checked || may !== "denied";
  }
  async function request() {
    if ("Notification" in window && Notification.permission === "default") await Notification.requestPermission();
    show();
  }
  wanted.addEventListener("change", () => { show(); if (wanted.checked) request(); });
  ask.addEventListener("click", request);
  show();
})();
