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

  // The newest message stays in view, unless the person is reading further up.
  const messages = () => document.getElementById("messages");
  const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const toEnd = () => { const box = messages(); if (box) box.scrollTop = box.scrollHeight; };
  let follow = true;
  body.addEventListener("htmx:beforeSwap", (event) => {
    const box = messages();
    follow = !box || event.detail.target.id === "conversation" || isAtEnd(box);
  });
  body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "threads") return welcome();
    if (event.detail.target.id === "look" || event.detail.target.id === "found") return;
    if (follow) toEnd();
    if (event.detail.target.id === "conversation") ready(true);
  });

  // The first conversation of all has come: the first steps are done.
  function welcome() {
    const steps = document.getElementById("first-steps");
    if (!steps || !document.querySelector(".threads a")) return;
    steps.hidden = true;
    document.getElementById("choose-one").hidden = false;
  }

  // A draft for each thread: nothing typed is lost by a reload or a log-out.
  const draftOf = (form) => `galantis:draft:${form.dataset.thread}`;
  function ready(focus) {
    const form = document.getElementById("composer");
    const text = document.getElementById("reply");
    if (!form || !text) return;
    if (!text.value) text.value = localStorage.getItem(draftOf(form)) || "";
    if (focus) text.focus();
  }
  body.addEventListener("input", (event) => {
    if (event.target.id === "reply") localStorage.setItem(draftOf(event.target.form), event.target.value);
  });
  body.addEventListener("keydown", (event) => {
    if (event.target.id === "reply" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      event.target.form.requestSubmit();
    }
  });
  const isSending = (element) => ["composer", "fill"].includes(element?.id);
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (isSending(event.detail.elt)) document.getElementById("not-sent").hidden = true;
  });
  body.addEventListener("htmx:beforeSwap", (event) => {
    const form = document.getElementById("composer");
    if (event.detail.requestConfig.elt === form && event.detail.xhr.getResponseHeader("X-Galantis-Queued")) localStorage.removeItem(draftOf(form));
  });
  body.addEventListener("htmx:responseError", (event) => {
    // Merged into another conversation meanwhile, or no longer ours to see.
    if (event.detail.xhr.status === 404) location.assign("/inbox/");
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    body.addEventListener(name, (event) => {
      if (isSending(event.detail.requestConfig?.elt)) document.getElementById("not-sent").hidden = false;
    });
  }

  ready(matchMedia("(min-width: 800px)").matches);
  toEnd();
  ask();
})();
