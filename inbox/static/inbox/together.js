// Several conversations at once: what is ticked stays ticked while the list is drawn anew, and shift ticks a whole stretch.
"use strict";
(() => {
  const bar = document.getElementById("together");
  if (!bar) return;
  const body = document.body;
  const boxes = () => [...document.querySelectorAll("#threads .choose")];
  const ticked = new Set();
  let last = null;

  bar.querySelector("details").open = true;
  bar.querySelector(".chosen").hidden = false;
  function show() {
    bar.classList.toggle("is-choosing", ticked.size > 0);
    bar.querySelector(".number").textContent = ticked.size;
  }
  function tick(box, on) {
    box.checked = on;
    if (on) ticked.add(box.value);
    else ticked.delete(box.value);
  }
  function all(on) {
    boxes().forEach((box) => tick(box, on));
    show();
  }
  // Drawn anew, a row that has left the list is no longer chosen: nothing is done with what nobody sees.
  function keep() {
    const shown = boxes();
    const there = new Set(shown.map((box) => box.value));
    for (const value of [...ticked]) if (!there.has(value)) ticked.delete(value);
    for (const box of shown) box.checked = ticked.has(box.value);
    show();
  }
  body.addEventListener("click", (event) => {
    const box = event.target;
    if (!box.matches?.("#threads .choose")) return;
    const shown = boxes();
    const from = shown.findIndex((each) => each.value === last);
    const to = shown.indexOf(box);
    if (event.shiftKey && from >= 0) {
      for (const each of shown.slice(Math.min(from, to), Math.max(from, to) + 1)) tick(each, box.checked);
    }
    tick(box, box.checked);
    document.getElementById("together-said").textContent = "";
    last = box.value;
    show();
  });
  bar.querySelector(".all").addEventListener("click", () => all(true));
  bar.querySelector(".none").addEventListener("click", () => all(false));
  bar.addEventListener("htmx:configRequest", (event) => { event.detail.parameters.filters = document.getElementById("threads").dataset.query; });
  // What was done is done: the next choice begins anew.
  bar.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) { ticked.clear(); keep(); } });
  body.addEventListener("htmx:afterSwap", (event) => { if (event.detail.target.id === "threads") keep(); });
  // A page that the browser kept may have ticks of before.
  for (const box of boxes()) if (box.checked) ticked.add(box.value);
  show();
})();
