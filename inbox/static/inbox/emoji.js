// Emoji for the text and for reactions, chosen by group or by a word, with the mouse or the arrow keys.
"use strict";
(() => {
  const composer = window.galantisComposer, { byId, words } = composer;
  const body = document.body;
  let groups = null, use = null, opener = null;

  async function load() {
    groups ??= await (await fetch(words("emojiUrl"))).json();
  }
  async function open(button, then) {
    close();
    try { await load(); } catch { return; }
    [use, opener] = [then, button];
    const piece = composer.piece("emoji");
    piece.id = "emoji";
    (composer.form() ?? byId("answer")).prepend(piece);
    draw("");
    button.setAttribute("aria-expanded", "true");
    byId("emoji-find").focus();
  }
  function close() {
    if (!byId("emoji")) return;
    byId("emoji").remove();
    opener?.setAttribute("aria-expanded", "false");
    opener?.focus();
  }
  function draw(wanted) {
    const place = byId("emoji").querySelector(".emoji-groups");
    const looked = wanted.trim().toLowerCase();
    const sections = Object.entries(groups).map(([name, lines]) => section(name, lines.filter((line) => !looked || line.toLowerCase().includes(looked))));
    place.replaceChildren(...sections.filter(Boolean));
    byId("emoji").querySelector(".emoji-none").hidden = place.childElementCount > 0;
    const first = place.querySelector("button");
    if (first) first.tabIndex = 0;
  }
  // A line: the emoji, and the words by which it is found.
  function section(name, lines) {
    if (!lines.length) return null;
    const part = document.createElement("section");
    const title = Object.assign(document.createElement("h4"), { textContent: document.querySelector(`#emoji-group-names [data-group="${name}"]`)?.textContent ?? name });
    const grid = document.createElement("div");
    grid.className = "emoji-grid";
    for (const line of lines) {
      const at = line.indexOf(" ");
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: line.slice(0, at), title: line.slice(at + 1), tabIndex: -1 });
      grid.append(button);
    }
    part.append(title, grid);
    return part;
  }
  function move(from, key) {
    const buttons = [...byId("emoji").querySelectorAll(".emoji-grid button")];
    const box = from.getBoundingClientRect(), at = buttons.indexOf(from);
    const isBack = ["ArrowUp", "ArrowLeft"].includes(key) !== (getComputedStyle(from).direction === "rtl" && ["ArrowLeft", "ArrowRight"].includes(key));
    if (["ArrowLeft", "ArrowRight"].includes(key)) return buttons[at + (isBack ? -1 : 1)];
    const rows = buttons.filter((each) => (isBack ? each.getBoundingClientRect().bottom <= box.top + 1 : each.getBoundingClientRect().top >= box.bottom - 1));
    const near = (each) => Math.abs(each.getBoundingClientRect().top - box.top) * 100 + Math.abs(each.getBoundingClientRect().left - box.left);
    return rows.sort((a, b) => near(a) - near(b))[0] ?? (isBack ? byId("emoji-find") : null);
  }

  body.addEventListener("composer:ready", () => { document.querySelector("#composer [data-tool=emoji]").hidden = false; });
  body.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-tool=emoji], [data-tool=react-more]");
    if (button) {
      if (byId("emoji") && opener === button) return close();
      const form = button.dataset.tool === "react-more" && button.form;
      open(button, form ? (emoji) => react(form, emoji) : (emoji) => composer.insert(emoji));
      return;
    }
    const chosen = event.target.closest?.("#emoji .emoji-grid button");
    if (chosen) { const then = use; close(); then(chosen.textContent); return; }
    if (byId("emoji") && !event.target.closest?.("#emoji")) close();
  });
  function react(form, emoji) {
    const chosen = Object.assign(document.createElement("input"), { type: "hidden", name: "emoji", value: emoji });
    form.append(chosen);
    form.requestSubmit();
    setTimeout(() => chosen.remove());
  }
  body.addEventListener("input", (event) => { if (event.target.id === "emoji-find") draw(event.target.value); });
  body.addEventListener("keydown", (event) => {
    if (!event.target.closest?.("#emoji")) return;
    if (event.key === "Escape") { event.preventDefault(); return close(); }
    const isField = event.target.id === "emoji-find";
    if (isField && event.key === "Enter") { event.preventDefault(); return document.querySelector("#emoji .emoji-grid button")?.click(); }
    if (isField && event.key !== "ArrowDown") return;
    if (!event.key.startsWith("Arrow")) return;
    event.preventDefault();
    (isField ? document.querySelector("#emoji .emoji-grid button") : move(event.target, event.key))?.focus();
  });
})();
