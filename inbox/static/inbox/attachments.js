// Files of an answer: looked at here, uploaded at once, and kept by Galantis until the answer is sent.
"use strict";
(() => {
  const composer = window.galantisComposer, { byId, words } = composer;
  const body = document.body;
  const AT_ONCE = 2, LONGEST_PAUSE = 30000, KB = 1024, MB = 1024 * 1024;
  const lists = new Map(); // Of each conversation: what this page knows of its files.
  const wanted = new Map(); // Conversations whose answer goes out once its files are up, and where it is sent to.
  let counted = 0;

  const inWords = (size) => (size < MB ? `${Math.max(1, Math.round(size / KB))} KB` : `${(size / MB).toFixed(1).replace(/\.0$/, "")} MB`);
  const isHere = (thread) => composer.form()?.dataset.thread === thread;
  function list(thread) {
    if (!lists.has(thread)) {
      const kept = composer.draft(thread).files.map((each) => ({ ...each, state: "done", place: (counted += 1) }));
      lists.set(thread, kept);
    }
    return lists.get(thread);
  }
  function keep(thread) {
    const done = list(thread).filter((each) => each.state === "done");
    composer.keep(thread, { files: done.map(({ id, name, kind, size, isVoice }) => ({ id, name, kind, size, isVoice })) });
    if (isHere(thread)) draw(thread);
  }

  composer.attachments = {
    add,
    areUnderWay: (thread) => list(thread).some((each) => ["waits", "uploading"].includes(each.state)),
    sendOnceUp(thread, url) { wanted.set(thread, url); draw(thread); },
    // What was refused stays, with its reason, until somebody removes it.
    takeDone(thread) {
      const done = list(thread).filter((each) => each.state === "done");
      lists.set(thread, list(thread).filter((each) => each.state !== "done"));
      draw(thread);
      return done.map(({ id, name, kind, size, isVoice }) => ({ id, name, kind, size, isVoice }));
    },
  };

  // Choosing ------------------------------------------------------------------------------------------------------
  function add(files, { isVoice = false, thread = composer.form()?.dataset.thread } = {}) {
    if (!thread) return;
    for (const file of files) {
      const item = { name: file.name, size: file.size, kind: isVoice ? "audio" : kindOf(file), isVoice, file, state: "waits", tries: 0, place: (counted += 1) };
      const why = isVoice ? "" : problemOf(thread, item);
      list(thread).push(why ? { ...item, file: null, state: "refused", why } : item);
    }
    keep(thread);
    next(thread);
  }
  const limits = () => JSON.parse((composer.form() ?? body).dataset.limits ?? "{}");
  function kindOf(file) {
    const { kinds, endings } = limits();
    return kinds?.[file.type] ?? kinds?.[endings[file.name.split(".").pop().toLowerCase()]] ?? "";
  }
  function problemOf(thread, item) {
    const { largest, most } = limits();
    if (!largest) return "";
    if (list(thread).filter((each) => each.state !== "refused").length >= most) return words("tooMany", { most });
    if (!item.kind) return words("wrongKind");
    if (!item.size) return words("empty");
    if (item.size > largest[item.kind]) return words("tooLarge", { size: inWords(item.size), most: inWords(largest[item.kind]) });
    return "";
  }

  // Uploading -----------------------------------------------------------------------------------------------------
  function next(thread) {
    const items = list(thread);
    for (const item of items) {
      if (items.filter((each) => each.state === "uploading").length >= AT_ONCE) break;
      if (item.state === "waits" && !item.timer) upload(thread, item);
    }
    if (!wanted.has(thread) || composer.attachments.areUnderWay(thread)) return;
    const url = wanted.get(thread);
    wanted.delete(thread);
    if (isHere(thread)) composer.send();
    else composer.sendDraft(thread, url);
  }
  function upload(thread, item) {
    const data = new FormData();
    data.append("file", item.file, item.name);
    if (item.isVoice) data.append("voice", "1");
    const xhr = new XMLHttpRequest();
    Object.assign(item, { xhr, state: "uploading", progress: 0, why: "" });
    xhr.open("POST", words("attachUrl"));
    xhr.setRequestHeader("X-CSRFToken", composer.csrf());
    xhr.setRequestHeader("HX-Request", "true");
    xhr.upload.onprogress = (event) => { item.progress = event.lengthComputable ? (100 * event.loaded) / event.total : 0; progress(item); };
    xhr.onload = () => {
      taken(thread, item, xhr);
      if (item.state === "refused") wanted.delete(thread); // Without it the answer is another one: a person looks first.
      keep(thread);
      next(thread);
    };
    xhr.onerror = () => { later(thread, item, "uploadWaits"); keep(thread); next(thread); };
    xhr.send(data);
    draw(thread);
  }
  function taken(thread, item, xhr) {
    let answer = {};
    try { answer = JSON.parse(xhr.responseText); } catch { /* a page, not ours */ }
    if (xhr.status === 201) Object.assign(item, answer, { state: "done", file: null, xhr: null });
    else if (answer.problem) Object.assign(item, { state: "refused", why: answer.problem, file: null });
    // Nobody records a voice message twice: what may go once Galantis answers again stays here.
    else if (xhr.getResponseHeader("HX-Redirect")) later(thread, item, "uploadLoggedOut");
    else if (xhr.status >= 500 || xhr.status === 429) later(thread, item, "uploadWaits");
    else Object.assign(item, { state: "refused", why: words("uploadFailed") });
  }
  function later(thread, item, why) {
    Object.assign(item, { state: "waits", xhr: null, tries: item.tries + 1, why: words(why) });
    item.timer = setTimeout(() => { item.timer = null; next(thread); }, Math.min(1000 * 2 ** item.tries, LONGEST_PAUSE));
  }
  addEventListener("online", () => {
    for (const [thread, items] of lists) {
      for (const item of items) { clearTimeout(item.timer); item.timer = null; }
      next(thread);
    }
  });
  function remove(thread, item) {
    item.xhr?.abort();
    clearTimeout(item.timer);
    lists.set(thread, list(thread).filter((each) => each !== item));
    keep(thread);
    next(thread);
    composer.text()?.focus();
  }

  // Showing -------------------------------------------------------------------------------------------------------
  const mediaOf = (item) => words("mediaUrl").replace("/0/", `/${item.id}/`);
  function draw(thread) {
    if (!isHere(thread)) return;
    const items = list(thread);
    byId("chips").replaceChildren(...items.map((item) => chip(thread, item)));
    byId("send").classList.toggle("waits", wanted.has(thread));
    byId("held").hidden = !wanted.has(thread);
  }
  function chip(thread, item) {
    const piece = composer.piece("chip"), part = (selector) => piece.querySelector(selector);
    piece.dataset.place = item.place;
    piece.dataset.state = item.state;
    part("bdi").textContent = item.name;
    part(".chip-name .muted").textContent = item.size ? inWords(item.size) : "";
    part("progress").hidden = item.state !== "uploading";
    part("progress").value = item.progress ?? 0;
    part(".chip-why").hidden = !item.why;
    part(".chip-why").textContent = item.why ?? "";
    if (item.state === "refused") part(".chip-why").setAttribute("role", "alert");
    if (item.state === "done" && ["image", "sticker"].includes(item.kind)) Object.assign(part("img"), { src: mediaOf(item), hidden: false });
    if (item.state === "done" && item.isVoice) Object.assign(part("audio"), { src: mediaOf(item), hidden: false });
    part(".chip-remove").addEventListener("click", () => remove(thread, item));
    part(".chip-remove").title += `: ${item.name}`;
    return piece;
  }
  function progress(item) {
    const bar = document.querySelector(`#chips [data-place="${item.place}"] progress`);
    if (bar) bar.value = item.progress;
  }

  // Ways in -------------------------------------------------------------------------------------------------------
  body.addEventListener("composer:ready", () => {
    const thread = composer.form().dataset.thread;
    for (const box of document.querySelectorAll("#chips input[name=asset]")) { // From a page without its scripts.
      const known = list(thread).some((each) => String(each.id) === box.value);
      const name = box.parentElement.textContent.trim();
      if (!known) list(thread).push({ id: Number(box.value), name, kind: box.dataset.kind, size: Number(box.dataset.size), state: "done", place: (counted += 1) });
    }
    draw(thread);
  });
  function restore(thread) {
    const open = list(thread).filter((each) => each.state !== "done");
    lists.delete(thread);
    lists.set(thread, [...list(thread), ...open]);
    draw(thread);
  }
  body.addEventListener("composer:restored", () => restore(composer.form().dataset.thread));
  addEventListener("storage", (event) => { // Sent or changed in another tab.
    const thread = event.key?.match(/^galantis:draft:\d+:(\d+)$/)?.[1];
    if (thread && lists.has(thread)) restore(thread);
  });
  addEventListener("beforeunload", (event) => {
    if ([...lists.keys()].some(composer.attachments.areUnderWay)) event.preventDefault();
  });
  body.addEventListener("change", (event) => {
    if (event.target.id !== "file" || !composer.form()?.dataset.isReady) return;
    add(event.target.files);
    event.target.value = "";
  });
  body.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData ?? {};
    // A word processor puts a picture of the words beside the words.
    if (event.target.id !== "reply" || !files?.length || types.includes("text/plain")) return;
    event.preventDefault();
    add(files);
  });
  const carriesFiles = (event) => composer.form() && event.dataTransfer?.types.includes("Files");
  const drop = (isOver) => { byId("drop-here").hidden = !isOver; };
  for (const name of ["dragenter", "dragover"]) {
    body.addEventListener(name, (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      drop(Boolean(event.target.closest?.("#conversation, #drop-here")));
    });
  }
  body.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop(false); });
  body.addEventListener("drop", (event) => {
    drop(false);
    if (!carriesFiles(event)) return;
    event.preventDefault();
    if (event.target.closest?.("#conversation, #drop-here")) add(event.dataTransfer.files);
  });
})();
