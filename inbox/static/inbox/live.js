// The live inbox: asks about once a second whether anything changed, and only then lets htmx fetch what did.
//
// Events on body: inbox:changed (the open conversation), inbox:list (the list), inbox:presence (who else is here),
// inbox:trouble (anything at all, such as a connection that broke).
"use strict";
(() => {
  const body = document.body;
  const offline = document.getElementById("offline");
  const EVERY = 1000; // A page that somebody looks at.
  const QUIET = 1500; // The same, where nothing has changed for a while.
  const HIDDEN = 5000; // One that nobody looks at: for its title, and to ring.
  const CALM = 5000; // While nobody can say whether anything changed.
  const PATIENCE = 20000; // For an answer: a connection that died in its sleep gives none, and no error either.
  const LOOK_AGAIN = 10000; // Who is here may leave without a word.
  let [everything, list] = (body.dataset.liveVersion || "").split(".");
  let thread = "", messages = "", present = "";
  let changedAt = performance.now();
  let timer = 0, asking = false, missed = false, shown = null;

  // What the page shows ----------------------------------------------------------------------------------------------
  const place = () => document.getElementById("presence");
  const token = () => document.getElementById("news")?.dataset.liveToken || body.dataset.liveToken;
  const tell = (name) => htmx.trigger(body, name);

  // A page that nobody looks at must not read a conversation: that would count as read, and tell the customer so.
  function tellThread() {
    if (document.hidden) missed = true;
    else tell("inbox:changed");
  }

  // In a busy shop the list changes all the time: it is fetched again after a pause that grows with what it costs.
  let listTimer = 0, listFree = 0;
  function tellList() {
    if (listTimer) return;
    listTimer = setTimeout(() => {
      listTimer = 0;
      const begun = performance.now();
      listFree = begun + 1000;
      body.addEventListener("htmx:afterSettle", function settled(event) {
        if (event.detail.target.id !== "threads") return;
        body.removeEventListener("htmx:afterSettle", settled);
        const now = performance.now();
        listFree = now + Math.min(10000, Math.max(1000, 8 * (now - begun)));
      });
      tell("inbox:list");
    }, Math.max(0, listFree - performance.now()));
  }

  function heard(version) {
    if (version === "?") {
      for (const each of ["inbox:trouble", "inbox:presence"]) tell(each);
      tellThread();
      tellList();
      return;
    }
    const before = [everything, list, messages, present];
    [everything, list, messages = "", present = ""] = version.split(".");
    const all = everything !== before[0];
    if (all) tell("inbox:trouble");
    if (all || list !== before[1]) tellList();
    if (thread && (all || messages !== before[2])) {
      tellThread();
      if (hasDraft()) tell("inbox:presence"); // Was it somebody else's answer?
    }
    if (thread && present !== before[3]) tell("inbox:presence");
  }

  // What the person does ---------------------------------------------------------------------------------------------
  const hasDraft = () => Boolean(document.getElementById("reply")?.value.trim());
  let typedAt = -Infinity, doing = "", times = Date.now();
  function say() {
    const now = document.hidden ? "" : hasDraft() && performance.now() - typedAt < 8000 ? "writing" : "reading";
    if (now !== doing) times += 1;
    doing = now;
    return doing && `${doing}.${times}`;
  }
  function leave() {
    if (!thread || !doing) return;
    doing = "";
    times += 1;
    const query = new URLSearchParams({ token: token(), thread, doing: `gone.${times}` });
    fetch(`${body.dataset.liveUrl}?${query}`, { method: "POST", credentials: "omit", keepalive: true }).catch(() => {});
  }
  body.addEventListener("input", (event) => {
    if (event.target.id !== "reply") return;
    typedAt = performance.now();
    if (doing !== "writing" && hasDraft()) soon();
  });

  function follow() {
    const here = place();
    if (here === shown) return;
    shown = here;
    const now = here?.dataset.thread || "";
    if (now !== thread) leave();
    thread = now;
    [messages = "", present = ""] = (here?.dataset.version || "").split(".");
    missed = false;
    soon();
  }

  // Asking -----------------------------------------------------------------------------------------------------------
  function question() {
    const known = thread ? [everything, list, messages, present] : [everything, list];
    const given = { token: token(), thread: thread || "0", version: known.join(".") };
    const said = thread && say();
    if (said) given.doing = said;
    return new URLSearchParams(given);
  }

  function soon(after = 0) {
    clearTimeout(timer);
    timer = setTimeout(ask, after);
  }

  async function ask() {
    if (asking) return soon(50);
    asking = true;
    const isQuiet = performance.now() - changedAt > 20000;
    const pause = () => (document.hidden ? HIDDEN : isQuiet ? QUIET : EVERY);
    let next = pause();
    try {
      const about = thread;
      const answer = await fetch(`${body.dataset.liveUrl}?${question()}`, { credentials: "omit", cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.status === 403) { // Older than its token: the list brings a new one, or leads to the log-in.
        tellList();
        next = CALM;
      } else if (!answer.ok) {
        throw new Error(answer.status);
      } else if (answer.status === 200) {
        const version = await answer.text();
        changedAt = performance.now();
        if (about === thread) heard(version);
        next = version === "?" ? CALM : pause();
      }
      offline.hidden = true;
    } catch {
      offline.hidden = false;
      next = 3000;
    }
    asking = false;
    soon(next);
  }

  // What changed is told once: a part that could not be fetched is asked for again.
  const ofPart = { messages: tellThread, panel: tellThread, work: tellThread, threads: tellList, presence: () => tell("inbox:presence"), trouble: () => tell("inbox:trouble") };
  const missing = new Set();
  function fetchAgain() {
    const tells = new Set([...missing].map((part) => ofPart[part]));
    missing.clear();
    for (const each of tells) each();
  }
  body.addEventListener("htmx:beforeSend", ({ detail }) => { if (detail.requestConfig.verb === "get") detail.xhr.timeout = PATIENCE; });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    body.addEventListener(name, ({ detail }) => {
      const part = detail.requestConfig.elt.id;
      if (detail.requestConfig.verb !== "get" || !ofPart[part] || [403, 404].includes(detail.xhr.status)) return;
      if (!missing.size) setTimeout(fetchAgain, CALM);
      missing.add(part);
    });
  }
  // What a person did and nobody answered. What is written to a customer says so at its own place.
  const notDone = document.getElementById("not-done");
  const saysItself = (element) => element.closest("#composer, #fill, #special");
  body.addEventListener("htmx:beforeRequest", ({ detail }) => { if (detail.requestConfig.verb !== "get") notDone.hidden = true; });
  for (const name of ["htmx:sendError", "htmx:timeout", "htmx:responseError"]) {
    body.addEventListener(name, ({ detail }) => {
      if (detail.requestConfig.verb !== "get" && !saysItself(detail.requestConfig.elt)) notDone.hidden = false;
    });
  }
  setInterval(() => { if (!document.hidden && place()?.childElementCount) tell("inbox:presence"); }, LOOK_AGAIN);
  // Said once: the same words put there again would be read out again.
  body.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "presence") return;
    const { body: fresh } = new DOMParser().parseFromString(detail.xhr.responseText, "text/html");
    if (fresh.innerHTML.trim() === detail.target.innerHTML.trim()) detail.shouldSwap = false;
  });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return leave();
    soon();
    if (missed) {
      missed = false;
      tell("inbox:changed");
      tell("inbox:presence");
    }
  });
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); }); // From the browser's memory: who knows how old.
  body.addEventListener("htmx:afterSettle", follow);
  body.addEventListener("htmx:responseError", (event) => {
    // Merged into another conversation meanwhile, or no longer ours to see.
    const parts = ["messages", "panel", "presence", "threads", "open", "conversation"];
    if (event.detail.xhr.status === 404 && parts.includes(event.detail.target.id)) location.assign(body.dataset.inboxUrl);
  });
  follow();
  soon();
})();
