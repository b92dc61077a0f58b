// What was sent here but not yet taken by Galantis. It is kept in this browser, over a reload and a log-out, and tried
// again with growing pauses. Each has a key that makes it one message however often it arrives.
"use strict";
(() => {
  const composer = window.galantisComposer, { byId, words, kept } = composer;
  const body = document.body, person = body.dataset.person;
  const PREFIX = `galantis:pending:${person}:`;
  const LONGEST_PAUSE = 60000, PATIENCE = 30000, STUMBLED = "stumbled";
  // A person may work in several shops: what is meant for one waits while another is open.
  const workspace = byId("composer-words").dataset.workspace;
  const box = document.createElement("div");
  box.id = "pending";
  box.setAttribute("aria-live", "polite");
  let isAtWork = false, tries = 0, waiting = null, under = null, begun = 0;

  // Keeping -------------------------------------------------------------------------------------------------------
  const read = (key) => { try { return JSON.parse(kept.get(PREFIX + key)); } catch { return null; } };
  const write = (entry) => { kept.set(PREFIX + entry.key, JSON.stringify(entry)); draw(); };
  const forget = (entry) => { kept.remove(PREFIX + entry.key); draw(); };
  const all = () => kept.names().filter((name) => name.startsWith(PREFIX)).map((name) => read(name.slice(PREFIX.length)))
    .filter((each) => each?.workspace === workspace).sort((a, b) => a.at - b.at || a.place - b.place);
  const change = (entry, changes) => { if (read(entry.key)) write({ ...read(entry.key), ...changes }); };

  composer.pending = {
    add(what) {
      begun += 1;
      write({ ...what, key: composer.key(), at: Date.now(), place: begun, workspace, state: "sending", tries: 0 });
      if (what.thread === composer.thread()) toEnd();
      work();
    },
    threads: () => all().filter((each) => each.state !== "withdrawn" && each.state !== "sending").map((each) => each.thread),
  };

  // Sending -------------------------------------------------------------------------------------------------------
  // One after the other, by one tab at a time; what Galantis refused waits for a person and holds up no other.
  async function work() {
    if (isAtWork) return;
    isAtWork = true;
    clearTimeout(waiting);
    try {
      if (navigator.locks) await navigator.locks.request(PREFIX, { ifAvailable: true }, (lock) => (lock ? sendAll() : null));
      else await sendAll();
    } finally { isAtWork = false; }
    const isLeft = all().some(isDue);
    if (!isLeft) tries = 0;
    else waiting = setTimeout(work, Math.min(1000 * 2 ** tries, LONGEST_PAUSE));
  }
  const isDue = (entry) => entry.state !== "refused";
  async function sendAll() {
    // What Galantis stumbles over holds up its own conversation, in its order, and no other.
    const held = new Set();
    const nextOne = () => all().find((each) => isDue(each) && !held.has(each.thread));
    for (let entry = nextOne(); entry; entry = nextOne()) {
      const goesOn = entry.state === "withdrawn" ? await withdraw(entry) : await send(entry);
      if (goesOn === STUMBLED) {
        held.add(entry.thread);
        for (const each of all()) if (each.state === "sending" && each.thread === entry.thread) change(each, { state: "waiting" });
        continue;
      }
      if (!goesOn) {
        tries += 1;
        // What was sent after it waits with it, so that all of it arrives in order.
        for (const each of all()) if (each.state === "sending") change(each, { state: "waiting" });
        return;
      }
      if (!held.size) tries = 0;
    }
    if (held.size) tries += 1;
  }
  function ask(url, entry, fields) {
    const data = new FormData();
    for (const [name, value] of fields) data.append(name, value);
    under = { key: entry.key, stop: new AbortController() };
    const patience = setTimeout(() => under?.stop.abort(), PATIENCE);
    const headers = { "X-CSRFToken": composer.csrf(), "HX-Request": "true", "HX-Target": "answer", "HX-Current-URL": entry.url };
    return fetch(url, { method: "POST", body: data, headers, signal: under.stop.signal })
      .finally(() => { clearTimeout(patience); under = null; });
  }
  // False where nothing more can be tried now.
  async function send(entry) {
    change(entry, { tries: entry.tries + 1 });
    const files = entry.files.map((each) => ["asset", each.id]);
    const fields = [["key", entry.key], ["text", entry.text], ["reply_to", entry.reply?.id ?? ""], ["person", person], ...files];
    let answer;
    try { answer = await ask(entry.url, entry, fields); } catch {
      if (read(entry.key)?.state !== "withdrawn") change(entry, { state: "waiting" });
      return read(entry.key)?.state === "withdrawn";
    }
    if (answer.headers.get("X-Galantis-Queued")) {
      if (read(entry.key)?.state === "withdrawn") return true; // Too late to stop it: it is taken back instead.
      forget(entry);
      htmx.trigger(body, "inbox:changed");
      return true;
    }
    return refused(entry, answer);
  }
  async function refused(entry, answer) {
    const to = answer.headers.get("HX-Redirect");
    if (to) { change(entry, { state: "login", to }); return false; }
    if (answer.status === 401) { change(entry, { state: "otherPerson" }); return false; }
    const is = { 403: "notAllowed", 404: "gone" }[answer.status];
    if (answer.status === 409) change(entry, { state: "refused", why: await reasonIn(answer) });
    else if (is || (answer.status >= 400 && answer.status < 500 && answer.status !== 429)) change(entry, { state: "refused", why: words(is ?? "refused"), isGone: is === "gone" });
    else { change(entry, { state: "waiting" }); return answer.status >= 500 ? STUMBLED : false; }
    return true;
  }
  async function reasonIn(answer) {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector("[role=alert]:not([hidden])")?.textContent.trim() || words("refused");
  }
  // It may have arrived although no answer came back: only Galantis knows.
  async function withdraw(entry) {
    try {
      const answer = await ask(`${entry.url}withdraw/`, entry, [["key", entry.key]]);
      if (answer.status >= 500) return STUMBLED;
      if (answer.headers.get("HX-Redirect") || answer.status === 429) return false;
    } catch { return false; }
    forget(entry);
    htmx.trigger(body, "inbox:changed");
    return true;
  }

  // Showing -------------------------------------------------------------------------------------------------------
  // What was meant for a conversation that is no more is shown in any: nowhere else could it be found.
  const shown = () => all().filter((each) => (each.thread === composer.thread() || each.isGone) && each.state !== "withdrawn");
  const toEnd = () => { const messages = byId("messages"); if (messages) messages.scrollTop = messages.scrollHeight; };
  let drawn = "";
  function draw() {
    const messages = byId("messages"), entries = shown();
    const now = JSON.stringify([composer.thread(), entries.map(({ tries: _, ...each }) => each)]);
    if (now !== drawn) { drawn = now; box.replaceChildren(...entries.map(bubble)); }
    if (!entries.length) box.remove();
    else if (messages && messages.lastElementChild !== box) {
      const focused = box.contains(document.activeElement) ? document.activeElement : null;
      messages.append(box);
      focused?.focus();
    }
    composer.tell("pending");
  }
  function bubble(entry) {
    const piece = composer.piece("pending"), part = (selector) => piece.querySelector(selector);
    piece.dataset.key = entry.key;
    piece.dataset.state = entry.state;
    part(".quoted").hidden = !entry.reply;
    part(".quoted").textContent = entry.reply?.words ?? "";
    part(".words").textContent = entry.text;
    for (const file of entry.files) part(".pending-files").append(Object.assign(document.createElement("li"), { textContent: file.name }));
    part(".pending-why").textContent = entry.why ?? words(entry.state);
    const isRefused = entry.state === "refused", isAtOnce = entry.state === "sending";
    part("[data-pending=now]").hidden = isAtOnce;
    part("[data-pending=again]").hidden = !isRefused;
    part("a").hidden = !["login", "otherPerson"].includes(entry.state);
    part("a").href = entry.to ?? words("loginUrl");
    return piece;
  }
  box.addEventListener("click", (event) => {
    const what = event.target.closest("[data-pending]")?.dataset.pending;
    const entry = what && read(event.target.closest("[data-key]").dataset.key);
    if (!entry) return;
    if (what === "now") { change(entry, { state: "sending", why: undefined, isGone: undefined }); tries = 0; return work(); }
    if (what === "again") {
      forget(entry);
      return composer.putBack(entry.isGone ? composer.thread() : entry.thread, entry.isGone ? { ...entry, reply: null } : entry);
    }
    // Never asked for, or refused: then it is nowhere but here.
    if (entry.state === "refused" || !entry.tries) { forget(entry); } else {
      write({ ...entry, state: "withdrawn" });
      if (under?.key === entry.key) under.stop.abort();
      work();
    }
    composer.text()?.focus();
  });
  body.addEventListener("htmx:afterOnLoad", () => {
    const messages = byId("messages");
    const isAtEnd = messages && messages.scrollHeight - messages.scrollTop - messages.clientHeight < 60;
    draw();
    if (isAtEnd) toEnd();
  });
  addEventListener("online", () => { tries = 0; work(); });
  addEventListener("storage", (event) => { if (event.key?.startsWith(PREFIX)) { draw(); work(); } });
  addEventListener("DOMContentLoaded", () => { draw(); if (shown().length) toEnd(); work(); });
})();
