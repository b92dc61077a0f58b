// The chat of the phone simulator stays fresh while somebody looks at it. Without this file the page works by reloading.
(function () {
  "use strict";
  const chat = document.getElementById("phone-chat");
  if (!chat) return;
  const wide = window.matchMedia("(min-width: 800px)");
  const switcher = document.querySelector(".switcher");
  if (switcher && !wide.matches) switcher.open = false;
  let shown = null;

  function toEnd() {
    chat.scrollTop = chat.scrollHeight;
  }

  function show(html) {
    if (html === shown) return;
    const open = Array.from(chat.querySelectorAll("details[open]"), keyOf);
    const wasAtEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 60;
    const first = shown === null;
    shown = html;
    chat.innerHTML = html;
    chat.querySelectorAll("details").forEach(function (details) {
      if (open.includes(keyOf(details))) details.open = true;
    });
    if (first || wasAtEnd) toEnd();
  }

  function keyOf(details) {
    return details.closest(".bubble").dataset.wamid + " " + details.className;
  }

  async function refresh() {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(chat.dataset.source);
      if (answer.ok) show(await answer.text());
    } catch (error) {
      // The sandbox is restarting: the next round finds it.
    }
  }

  async function watch() {
    await refresh();
    window.setTimeout(watch, 1000);
  }

  async function send(form) {
    const fields = new URLSearchParams(new FormData(form));
    const box = form.querySelector("textarea");
    if (box && !box.value.trim()) return;
    const answer = await fetch(form.action, { method: "POST", body: fields, redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) {
      form.submit(); // the full page says what is wrong
      return;
    }
    if (box) {
      box.value = "";
      const answered = form.querySelector(".answering");
      if (answered) answered.remove();
      window.history.replaceState(null, "", window.location.pathname);
    }
    await refresh();
    toEnd();
  }

  document.addEventListener("submit", function (event) {
    if (!event.target.hasAttribute("data-live")) return;
    event.preventDefault();
    send(event.target).catch(function () { event.target.submit(); });
  });

  const box = document.getElementById("phone-text");
  box.addEventListener("keydown", function (event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      box.form.requestSubmit();
    }
  });

  toEnd();
  watch();
})();
