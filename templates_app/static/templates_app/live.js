// Pages that change by themselves: ask whether anything changed, and only then let htmx fetch the changing part.
"use strict";
(() => {
  const place = document.getElementById("live");
  if (!place) return;
  const said = document.getElementById("said");
  const offline = document.getElementById("offline");
  let version = place.dataset.version;
  let waiting = null;

  async function ask() {
    let next = 2000;
    try {
      const query = new URLSearchParams({ token: place.dataset.token, version });
      const answer = await fetch(`${place.dataset.url}?${query}`, { credentials: "omit", cache: "no-store" });
      if (answer.status === 403) { // Older than its token. A reload would lose what is being typed.
        document.getElementById("outdated").hidden = false;
        return;
      }
      if (!answer.ok) throw new Error(answer.status);
      offline.hidden = true;
      if (answer.status === 200) {
        version = await answer.text();
        htmx.trigger(document.body, "galantis:changed");
      }
      if (version === "?") next = 5000; // Nobody can say: look, but more calmly.
    } catch {
      offline.hidden = false;
      next = 4000;
    }
    if (!document.hidden) waiting = setTimeout(ask, next);
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { clearTimeout(waiting); ask(); }
  });

  // Who does not see the page hears what it says now.
  const words = () => document.querySelector("[data-say]")?.dataset.say ?? "";
  let heard = words();
  document.body.addEventListener("htmx:afterSwap", () => {
    if (words() !== heard) said.textContent = heard = words();
  });
  ask();
})();
