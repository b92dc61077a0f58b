// Canned replies: "/" and the first letters of a shortcut, at the beginning of a word, open a list under the text.
"use strict";
(() => {
  const composer = window.galantisComposer, { byId } = composer;
  const body = document.body;
  const SHOWN = 8, GOOD_FOR = 60000, PREVIEW = 140;
  const known = new Map();
  let isOpen = false, chosen = 0, found = [], typed = null, closedAt = null;

  async function repliesOf(form) {
    const had = known.get(form.dataset.thread);
    if (had && Date.now() - had.at < GOOD_FOR) return had.replies;
    try {
      const answer = await fetch(form.dataset.repliesUrl, { headers: { "HX-Request": "true" } });
      const { replies } = await answer.json();
      known.set(form.dataset.thread, { at: Date.now(), replies });
      return replies;
    } catch { return had?.replies ?? []; } // Without a connection: those of before.
  }
  // What is typed of a shortcut ahead of the cursor; null where there is none.
  function typedIn(text) {
    if (text.selectionStart !== text.selectionEnd) return null;
    return text.value.slice(0, text.selectionStart).match(/(?:^|\s)\/([^\s/]*)$/)?.[1] ?? null;
  }
  function matching(replies, words) {
    const wanted = words.toLowerCase();
    const rank = (each) => {
      const shortcut = each.shortcut.toLowerCase();
      if (shortcut.startsWith(wanted)) return 0;
      if (shortcut.includes(wanted)) return 1;
      return each.text.toLowerCase().includes(wanted) ? 2 : 3;
    };
    return replies.map((each) => [rank(each), each]).filter(([at]) => at < 3).sort((a, b) => a[0] - b[0]).slice(0, SHOWN).map(([, each]) => each);
  }
  async function look() {
    const form = composer.form(), text = composer.text();
    const words = text && typedIn(text);
    if (words === null || text.value === closedAt) return close();
    const replies = await repliesOf(form);
    if (composer.text() !== text || typedIn(text) !== words) return;
    [typed, found, chosen] = [words, matching(replies, words), 0];
    open(text);
  }
  function open(text) {
    let piece = document.querySelector("#composer .canned");
    if (!piece) {
      piece = composer.piece("canned");
      text.closest(".write").before(piece);
    }
    byId("canned-list").replaceChildren(...found.map(option));
    byId("canned-list").hidden = !found.length;
    piece.querySelector(".canned-none").hidden = found.length > 0;
    isOpen = true;
    text.setAttribute("aria-controls", "canned-list");
    text.setAttribute("aria-autocomplete", "list");
    choose(0);
  }
  function option(reply, place) {
    const line = document.createElement("li");
    Object.assign(line, { id: `canned-${place}`, className: "canned-option" });
    line.setAttribute("role", "option");
    line.append(Object.assign(document.createElement("strong"), { dir: "ltr", textContent: `/${reply.shortcut}` }), " ");
    const text = Object.assign(document.createElement("span"), { textContent: reply.text.replace(/\s+/g, " ").slice(0, PREVIEW) });
    text.dir = "auto";
    line.append(text);
    line.addEventListener("mousedown", (event) => { event.preventDefault(); pick(place); });
    return line;
  }
  function choose(place) {
    chosen = found.length ? (place + found.length) % found.length : 0;
    for (const [at, line] of [...byId("canned-list").children].entries()) {
      line.setAttribute("aria-selected", String(at === chosen));
      if (at === chosen) line.scrollIntoView({ block: "nearest" });
    }
    if (found.length) composer.text().setAttribute("aria-activedescendant", `canned-${chosen}`);
    else composer.text().removeAttribute("aria-activedescendant");
  }
  function pick(place) {
    const reply = found[place], before = typed.length + 1;
    close();
    composer.insert(reply.text, before);
    closedAt = composer.text().value;
  }
  function close() {
    if (!isOpen) return;
    isOpen = false;
    document.querySelector("#composer .canned")?.remove();
    for (const name of ["aria-controls", "aria-activedescendant", "aria-autocomplete"]) composer.text()?.removeAttribute(name);
  }

  body.addEventListener("composer:ready", () => {
    isOpen = false;
    document.querySelector("#composer [data-tool=canned]").hidden = false;
  });
  body.addEventListener("input", (event) => { if (event.target.id === "reply") { closedAt = null; look(); } });
  body.addEventListener("focusout", (event) => { if (event.target.id === "reply" && !event.relatedTarget?.closest?.(".canned")) close(); });
  body.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-tool=canned]")) return;
    const text = composer.text();
    if (isOpen) return close();
    const before = text.value.slice(0, text.selectionStart);
    composer.insert(/(^|\s)$/.test(before) ? "/" : " /");
  });
  // Before anything else hears of the key: Enter in an open list does not send.
  body.addEventListener("keydown", (event) => {
    if (event.target.id !== "reply" || !isOpen || composer.isComposing(event)) return;
    const does = {
      ArrowDown: () => choose(chosen + 1),
      ArrowUp: () => choose(chosen - 1),
      Escape: () => { closedAt = composer.text().value; close(); },
      ...(found.length && !event.ctrlKey && !event.metaKey ? { Enter: () => pick(chosen), Tab: () => pick(chosen) } : {}),
    }[event.key];
    if (!does) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  }, true);
})();
