// The away message, as the customer will see it, while it is written.
"use strict";
(() => {
  const away = document.getElementById("away"), look = document.getElementById("away-look");
  away?.addEventListener("input", () => { look.textContent = away.value; });
})();
