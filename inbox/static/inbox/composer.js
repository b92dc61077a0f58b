// The composer. What is written for each conversation is kept in this browser until it was handed on to be sent.
"use strict";
(() => {
  const body = document.body;
  const byId = (id) => document.getElementById(id);
  const isWide = () => matchMedia("(min-width: 800px)").matches;
  const EMPTY = { text: "", files: [], reply: null };
  const TYPING_PAUSE = 20000, COUNT_FROM = 300;

  // Where the browser keeps nothing, what is written lives as long as the page.
  const memory = new Map();
  const kept = {
    // What did not fit is newer than what stands there.
    get(name) { try { return memory.get(name) ?? localStorage.getItem(name); } catch { return memory.get(name) ?? null; } },
    set(name, value) { try { localStorage.setItem(name, value); memory.delete(name); } catch { memory.set(name, value); } },
    remove(name) { memory.delete(name); try { localStorage.removeItem(name); } catch { /* kept nothing */ } },
    names() { try { return [...new Set([...Object.keys(localStorage), ...memory.keys()])]; } catch { return [...memory.keys()]; } },
  };
  const draftName = (thread) => `galantis:draft:${body.dataset.person}:${thread}`;

  const composer = {
    kept,
    byId,
    form: () => byId("composer"),
    text: () => byId("reply"),
    thread: () => byId("answer")?.dataset.thread,
    limits: () => JSON.parse(composer.form().dataset.limits),
    words: (name, values = {}) => byId("composer-words").dataset[name].replace(/\{(\w+)\}/g, (_, each) => values[each] ?? ""),
    piece: (name) => byId(`${name}-template`).content.firstElementChild.cloneNode(true),
    say: (name) => { byId("composer-says").textContent = composer.words(name); },
    tell: (name) => body.dispatchEvent(new CustomEvent(`composer:${name}`)),
    // In Safari the Enter that ends a composition comes after it, with this code.
    isComposing: (event) => event.isComposing || event.keyCode === 229,
    // A log-in changes it, also one in another tab: the cookie has the newest.
    csrf: () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "",
    // crypto.randomUUID is missing where the page did not come by HTTPS.
    key: () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join(""),

    draft(thread) {
      const raw = kept.get(draftName(thread));
      if (!raw) return { ...EMPTY };
      try {
        const draft = JSON.parse(raw);
        return draft && typeof draft === "object" ? { ...EMPTY, ...draft } : { ...EMPTY, text: raw };
      } catch { return { ...EMPTY, text: raw }; }
    },
    keep(thread, changes) {
      const draft = { ...composer.draft(thread), ...changes };
      if (draft.text.trim() || draft.files.length || draft.reply) kept.set(draftName(thread), JSON.stringify(draft));
      else kept.remove(draftName(thread));
      composer.tell("changed");
    },
    // Puts words where the cursor is, in place of `before` characters ahead of it.
    insert(words, before = 0) {
      const text = composer.text();
      if (!text) return;
      text.focus();
      text.setRangeText(words, text.selectionStart - before, text.selectionEnd, "end");
      text.dispatchEvent(new Event("input", { bubbles: true }));
    },
    // Written once more: behind what stands there by now.
    putBack(thread, { text, files, reply }) {
      const draft = composer.draft(thread);
      const all = [draft.text, text].filter((each) => each.trim()).join("\n");
      composer.keep(thread, { text: all, files: [...draft.files, ...files], reply: draft.reply ?? reply });
      if (thread !== composer.form()?.dataset.thread) return;
      composer.text().value = all;
      quote(composer.draft(thread).reply);
      composer.tell("restored");
      shape();
      composer.text().focus();
    },
  };
  window.galantisComposer = composer;

  // The form ------------------------------------------------------------------------------------------------------
  function ready(focus) {
    const form = composer.form();
    const text = composer.text();
    if (!form || !text || form.dataset.isReady) return;
    form.dataset.isReady = "1";
    const draft = composer.draft(form.dataset.thread);
    if (!text.value) text.value = draft.text;
    const asked = form.elements.reply_to.value;
    if (asked) composer.keep(form.dataset.thread, { reply: { id: asked, words: byId("quoting-words").textContent } });
    else quote(draft.reply);
    const enter = byId("enter-sends");
    enter.checked = kept.get(enterName()) === "1";
    enter.parentElement.hidden = false;
    composer.tell("ready");
    shape();
    if (focus && !isElsewhere()) { text.focus(); text.setSelectionRange(text.value.length, text.value.length); }
  }
  // Whoever types in another field goes on there: the rest of their words is not for the customer.
  const isElsewhere = composer.isElsewhere = () => document.activeElement.matches("input, textarea, select") && !byId("answer").contains(document.activeElement);
  const enterName = () => `galantis:enter-sends:${body.dataset.person}`;

  function shape() {
    const text = composer.text();
    if (!CSS.supports("field-sizing", "content")) {
      text.style.height = "auto";
      text.style.height = `${text.scrollHeight + 2}px`;
    }
    const left = text.maxLength - text.value.length;
    byId("counter").hidden = left > COUNT_FROM;
    if (left <= COUNT_FROM) byId("counter").textContent = composer.words("characters", { left });
  }

  function quote(reply) {
    const form = composer.form();
    byId("quoting").hidden = !reply;
    form.elements.reply_to.value = reply?.id ?? "";
    byId("quoting-words").textContent = reply?.words ?? "";
  }

  function send() {
    const form = composer.form(), thread = form.dataset.thread;
    if (composer.sendRecording(thread, form.action)) return;
    if (composer.attachments.areUnderWay(thread)) return composer.attachments.sendOnceUp(thread, form.action);
    if (!composer.sendDraft(thread, form.action, composer.text().value)) return composer.text().focus();
    composer.text().value = "";
    form.querySelector(".notice.error")?.remove();
    quote(null);
    shape();
    composer.text().focus();
  }
  composer.send = send;
  // Also of a conversation that is not open any more. False where there is nothing to send.
  composer.sendDraft = (thread, url, text = composer.draft(thread).text) => {
    const { reply } = composer.draft(thread), files = composer.attachments.takeDone(thread);
    if (!text.trim() && !files.length) return false;
    composer.pending.add({ thread, url, text, files, reply });
    composer.keep(thread, { ...EMPTY });
    return true;
  };

  // Told to the customer, as long as somebody writes.
  const toldAt = {};
  function tellTyping(form) {
    const thread = form.dataset.thread;
    if (!composer.text().value.trim() || Date.now() - (toldAt[thread] ?? 0) < TYPING_PAUSE || !navigator.onLine) return;
    toldAt[thread] = Date.now();
    fetch(form.dataset.typingUrl, { method: "POST", headers: { "X-CSRFToken": composer.csrf(), "HX-Request": "true" } }).catch(() => {});
  }

  body.addEventListener("input", (event) => {
    if (event.target.id !== "reply") return;
    composer.keep(event.target.form.dataset.thread, { text: event.target.value });
    shape();
    tellTyping(event.target.form);
  });
  body.addEventListener("change", (event) => {
    if (event.target.id === "enter-sends") kept.set(enterName(), event.target.checked ? "1" : "0");
  });
  body.addEventListener("keydown", (event) => {
    if (event.target.id !== "reply" || event.key !== "Enter" || composer.isComposing(event)) return;
    const isWished = byId("enter-sends").checked && !event.shiftKey && !event.altKey;
    if (!isWished && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    event.target.form.requestSubmit(byId("send"));
  });
  body.addEventListener("submit", (event) => {
    if (event.target.id !== "composer") return;
    event.preventDefault();
    send();
  });
  body.addEventListener("click", (event) => {
    const wanted = event.target.closest?.("[data-reply-to]");
    const form = composer.form();
    if (form && wanted) {
      event.preventDefault();
      const reply = { id: wanted.dataset.replyTo, words: wanted.dataset.words };
      composer.keep(form.dataset.thread, { reply });
      quote(reply);
      composer.text().focus();
    } else if (form && event.target.closest?.("#quoting-remove")) {
      event.preventDefault();
      composer.keep(form.dataset.thread, { reply: null });
      quote(null);
      composer.text().focus();
    }
    for (const menu of document.querySelectorAll(".more-menu[open], .react[open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  body.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest?.(".more-menu[open], .react[open]");
    if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
  });

  // A log-in in another tab brought another token than that of this page's forms.
  body.addEventListener("htmx:configRequest", ({ detail: { verb, headers, parameters } }) => {
    if (verb === "get") return;
    headers["X-CSRFToken"] = composer.csrf();
    if (parameters.csrfmiddlewaretoken) parameters.csrfmiddlewaretoken = composer.csrf();
  });

  // Reactions: a bubble that has the focus is not drawn anew, so it is left for a moment.
  let reacted = null;
  body.addEventListener("htmx:configRequest", ({ detail }) => { // Answered with the stretch that the page shows.
    if (detail.elt.matches(".react form")) detail.path += new URL(byId("messages").getAttribute("hx-get"), location).search;
  });
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.detail.elt.matches(".react form")) return;
    reacted = event.detail.elt.closest(".message").id;
    event.detail.elt.parentElement.open = false;
    document.activeElement.blur();
  });
  body.addEventListener("htmx:afterOnLoad", (event) => {
    if (event.detail.target.id !== "messages" || !reacted) return;
    document.querySelector(`#${reacted} .react summary`)?.focus({ preventScroll: true });
    reacted = null;
  });

  // Other answers: a template, a small form -------------------------------------------------------------------------
  const isForm = (element) => ["fill", "special"].includes(element?.id);
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (isForm(event.detail.elt)) byId("not-sent").hidden = true;
  });
  for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
    body.addEventListener(name, (event) => {
      if (isForm(event.detail.requestConfig?.elt) && byId("not-sent")) byId("not-sent").hidden = false;
    });
  }

  // Which conversations have one ------------------------------------------------------------------------------------
  function mark() {
    const drafts = new Set(kept.names().filter((name) => name.startsWith(draftName(""))).map((name) => name.slice(draftName("").length)));
    const unsent = new Set(composer.pending?.threads() ?? []);
    for (const row of document.querySelectorAll("#threads a[id^='thread-']")) {
      const thread = row.id.slice("thread-".length);
      const name = unsent.has(thread) ? "unsent" : drafts.has(thread) && row.getAttribute("aria-current") !== "true" ? "draft" : "";
      let mark = row.querySelector(".composer-mark");
      if (!name) { mark?.remove(); continue; }
      if (!mark) {
        mark = document.createElement("span");
        mark.className = "composer-mark";
        (row.querySelector(".last") ?? row).prepend(mark);
      }
      mark.classList.toggle("unsent", name === "unsent");
      mark.textContent = composer.words(name);
    }
  }

  body.addEventListener("htmx:afterSwap", (event) => {
    const place = event.detail.target.id;
    if (["open", "conversation", "answer"].includes(place)) {
      ready(isWide() || place === "answer");
      const special = place === "answer" && byId(byId("special")?.dataset.focus ?? "");
      if (special) special.focus();
      // What was pressed is gone with what stood here: the focus goes on from what stands here now.
      const isLost = document.activeElement === body || !document.activeElement;
      if (place === "answer" && isLost) (isWide() && byId("find") || byId("picker-title"))?.focus();
    }
    mark();
  });
  for (const name of ["composer:changed", "composer:pending"]) body.addEventListener(name, mark);
  addEventListener("storage", (event) => {
    if (!event.key?.startsWith("galantis:")) return;
    const form = composer.form(), text = composer.text();
    const isTyping = document.hasFocus() && document.activeElement === text;
    if (form && event.key === draftName(form.dataset.thread) && !isTyping) {
      const draft = composer.draft(form.dataset.thread);
      text.value = draft.text;
      quote(draft.reply);
      shape();
    }
    mark();
  });
  // A text or a file more takes room from the messages: the newest stays in view where it was.
  // What scrolls while the room changes once more is this, and nobody who reads elsewhere.
  let wasAtEnd = true, room = 0;
  const resized = new ResizeObserver(([{ target }]) => {
    room = target.clientHeight;
    if (wasAtEnd) target.scrollTop = target.scrollHeight;
  });
  body.addEventListener("scroll", ({ target }) => {
    if (target.id === "messages" && target.clientHeight === room) wasAtEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 60;
  }, true);
  function follow() {
    resized.disconnect();
    if (byId("messages")) resized.observe(byId("messages"));
  }
  body.addEventListener("htmx:afterSwap", (event) => { if (["open", "conversation"].includes(event.detail.target.id)) follow(); });

  // What the browser does not keep goes with the page: it asks first.
  addEventListener("beforeunload", (event) => {
    if ([...memory.keys()].some((name) => /^galantis:(draft|note|pending):/.test(name))) event.preventDefault();
  });

  body.classList.add("has-script");
  // After the other scripts have said what they can do.
  addEventListener("DOMContentLoaded", () => { ready(isWide()); mark(); follow(); });
})();
