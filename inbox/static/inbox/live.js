// The live inbox: asks once a second whether anything changed, and only then lets htmx fetch the changed parts.
"use strict";
(() => {
  const body = document.body;
  const offline = document.getElementById("offline");
  let version = body.dataset.liveVersion;
  let waiting = null;

  async function ask() {
    const pause = () => (version === "?" ? 5000 : 1000); // Nobody can say: look, but more calmly.
    let next = 1000;
    try {
      const query = new URLSearchParams({ token: body.dataset.liveToken, version });
      const answer = await fetch(`${body.dataset.liveUrl}?${query}`, { credentials: "omit", cache: "no-store" });
      if (answer.status === 403) return location.reload(); // The page is older than its token.
      if (!answer.ok) throw new Error(answer.status);
      offline.hidden = true;
      if (answer.status === 200) {
        version = await answer.text();
        htmx.trigger(body, "inbox:changed");
      }
      next = pause();
    } catch {
      offline.hidden = false;
      next = 3000;
    }
    // A page that nobody looks at asks nothing: what it fetched would count as read.
    if (!document.hidden) waiting = setTimeout(ask, next);
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { clearTimeout(waiting); ask(); }
  });
  body.addEventListener("htmx:responseError", (event) => {
    // Merged into another conversation meanwhile, or no longer ours to see.
    if (event.detail.xhr.status === 404) location.assign("/inbox/");
  });
  ask();
})();
