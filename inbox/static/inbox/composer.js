// Writing an answer: a draft for each thread, and what to say when Galantis cannot be reached.
"use strict";
(() => {
  const body = document.body;
  const isSending = (element) => ["composer", "fill"].includes(element?.id);

  // Nothing typed is lost by a reload or a log-out.
  const draftOf = (form) => `galantis:draft:${body.dataset.person}:${form.dataset.thread}`;
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
  body.addEventListener("htmx:afterSwap", (event) => {
    if (["open", "conversation"].includes(event.detail.target.id)) ready(matchMedia("(min-width: 800px)").matches);
  });
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (isSending(event.detail.elt)) document.getElementById("not-sent").hidden = true;
  });
  body.addEventListener("htmx:beforeSwap", (event) => {
    const form = document.getElementById("composer");
    const isQueued = event.detail.xhr.getResponseHeader("X-Galantis-Queued");
    if (form && event.detail.requestConfig.elt === form && isQueued) localStorage.removeItem(draftOf(form));
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    body.addEventListener(name, (event) => {
      if (isSending(event.detail.requestConfig?.elt)) document.getElementById("not-sent").hidden = false;
    });
  }
  ready(matchMedia("(min-width: 800px)").matches);
})();
