// How long WhatsApp allows free answers. Then the template picker stands here, and free writing when the customer writes.
"use strict";
(() => {
  const composer = window.galantisComposer, { byId, words } = composer;
  const HOUR = 3600, TRY_AGAIN = 10000;
  const ends = new WeakMap();
  let triedAt = 0, warned = null;

  // The part of the page that follows every change says how many seconds are left; the clock here may be wrong.
  function secondsLeft() {
    const line = document.querySelector("#messages .window[data-seconds-left]");
    if (!line) return null;
    if (!ends.has(line)) ends.set(line, Date.now() + Number(line.dataset.secondsLeft) * 1000);
    return Math.max(0, (ends.get(line) - Date.now()) / 1000);
  }
  function inWords(left) {
    const hours = Math.floor(left / HOUR), minutes = Math.floor((left % HOUR) / 60);
    if (hours) return words("leftHours", { hours, minutes });
    return minutes ? words("leftMinutes", { minutes }) : words("leftSeconds", { seconds: Math.floor(left) });
  }
  function show(left) {
    const line = byId("countdown");
    const text = inWords(left);
    if (line.textContent !== text) line.textContent = text;
    line.hidden = false;
    const isLast = left < HOUR;
    line.classList.toggle("soon", isLast);
    if (isLast && warned !== composer.thread()) { warned = composer.thread(); composer.say("lastHour"); }
  }
  function fetchAnswer(url, what) {
    if (Date.now() - triedAt < TRY_AGAIN) return;
    triedAt = Date.now();
    htmx.ajax("GET", url, { target: "#answer", swap: "innerHTML" }).then(() => {
      triedAt = 0;
      composer.say(what);
      if (what !== "closed") return;
      // It stands here because of the window, and goes with it.
      byId("answer").querySelector(".to-writing")?.setAttribute("data-when-open", "");
      htmx.trigger(document.body, "inbox:changed");
    }, () => {});
  }
  function look() {
    const left = secondsLeft(), answer = byId("answer");
    if (left === null || !answer) return;
    if (composer.form()) {
      if (left > 0) show(left);
      else fetchAnswer(answer.dataset.templatesUrl, "closed");
    } else if (left > 0 && answer.querySelector(".to-writing[data-when-open]") && !byId("find")?.value) {
      fetchAnswer(answer.dataset.url, "reopened");
    }
  }
  document.body.addEventListener("htmx:afterOnLoad", look);
  document.addEventListener("visibilitychange", look);
  setInterval(look, 1000);
  addEventListener("DOMContentLoaded", look);
})();
