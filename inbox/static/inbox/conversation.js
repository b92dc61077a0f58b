// The newest message stays in view, unless the person is reading further up.
"use strict";
(() => {
  const body = document.body;
  const messages = () => document.getElementById("messages");
  const isAtEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  const toEnd = () => { const box = messages(); if (box) box.scrollTop = box.scrollHeight; };
  const opens = (target) => ["open", "conversation"].includes(target.id);
  let follow = true;
  body.addEventListener("htmx:beforeSwap", (event) => {
    const box = messages();
    follow = !box || opens(event.detail.target) || isAtEnd(box);
  });
  body.addEventListener("htmx:afterSwap", (event) => {
    const isOurs = opens(event.detail.target) || ["messages", "answer"].includes(event.detail.target.id);
    if (isOurs && follow) toEnd();
  });
  toEnd();
})();
