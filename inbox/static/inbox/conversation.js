// Reading a conversation: what changes comes in without moving what is read, older messages are put above it, and
// pictures open large. Without this file everything is reached by plain links.
"use strict";
(() => {
  const body = document.body;
  const box = () => document.getElementById("messages");
  const near = 60;
  const isAtEnd = (each) => each.scrollHeight - each.scrollTop - each.clientHeight < near;
  const opens = (target) => ["open", "conversation"].includes(target.id);
  let unseen = 0, staysAtEnd = true;

  // What the server sent of an element, without the tokens that are new each time. What the person opened is not in it.
  const served = new WeakMap();
  const plain = (element) => element.outerHTML.replace(/<input type="hidden"[^>]*>/g, "");
  const remember = () => { for (const each of box()?.children || []) if (!served.has(each)) served.set(each, plain(each)); };

  // The reading place: the first message in view, and where it stands.
  function place(of) {
    const top = of.getBoundingClientRect().top;
    const first = [...of.children].find((each) => each.id && each.id !== "older" && each.getBoundingClientRect().bottom > top);
    return first && { id: first.id, top: first.getBoundingClientRect().top };
  }
  function backTo(of, kept) {
    const element = kept && document.getElementById(kept.id);
    if (element) of.scrollTop += element.getBoundingClientRect().top - kept.top;
  }

  function isInUse(element) {
    const player = [...element.querySelectorAll("audio, video")].some((each) => !each.paused);
    const selection = getSelection();
    const isSelected = !selection.isCollapsed && selection.containsNode(element, true);
    return player || isSelected || element.querySelector(".htmx-request") !== null || element.contains(document.activeElement) && document.activeElement !== body;
  }
  // What was in use when it changed is drawn anew once it is not.
  const behind = new Set();
  function catchUp() {
    if (document.hidden || ![...behind].some((each) => !isInUse(each))) return;
    behind.clear();
    htmx.trigger(body, "inbox:changed");
  }
  for (const name of ["focusout", "pause", "ended"]) body.addEventListener(name, () => setTimeout(catchUp), true);
  document.addEventListener("selectionchange", () => { if (getSelection().isCollapsed) catchUp(); });

  function replace(old, fresh) {
    if (isInUse(old)) { behind.add(old); return old; }
    const were = [...old.querySelectorAll("details")];
    [...fresh.querySelectorAll("details")].forEach((each, n) => { if (were[n]?.open && were[n].className === each.className) each.open = true; });
    const timeline = old.querySelector(".times[open] .timeline");
    if (timeline) fresh.querySelector(".timeline")?.replaceWith(timeline);
    old.replaceWith(fresh);
    htmx.process(fresh);
    return fresh;
  }

  // Takes over what is new or different, by the elements' ids; the rest stays the very element that it was. What was
  // loaded above the page that came stays; where the two have no message in common, that page takes its place.
  function merge(of, html) {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = [...page.body.children].filter((each) => each.id);
    const known = new Map([...of.children].map((each) => [each.id, each]));
    const ids = new Set(fresh.map((each) => each.id));
    const isRow = (each) => each.matches(".message, .line, .note");
    const first = fresh.find((each) => isRow(each) && known.has(each.id));
    if (!first) delete of.dataset.loadedOlder;
    const hasOlder = of.dataset.loadedOlder === "yes";
    let isPast = !first, added = 0;
    for (const each of [...of.children]) {
      if (each.id === "pending") continue; // What has not reached the server yet.
      isPast ||= each.id === first.id;
      if (!ids.has(each.id) && (isPast || each.id === "older" && !hasOlder)) { each.remove(); known.delete(each.id); }
    }
    // From the end: what is new stands ahead of what it was sent ahead of.
    let next = known.get("pending") ?? null;
    for (const each of fresh.reverse()) {
      const html = plain(each), was = known.get(each.id);
      if (each.id === "older" && (hasOlder || was && first)) continue; // Above what was loaded, not above what came.
      if (was) {
        const now = served.get(was) === html ? was : replace(was, each);
        if (now === each) served.set(each, html);
        if (!first) of.insertBefore(now, next);
        next = now;
        continue;
      }
      of.insertBefore(each, each.id === "older" ? of.firstChild : next);
      served.set(each, html);
      htmx.process(each);
      if (each.matches(".message.in")) added += 1;
      next = each;
    }
    return added;
  }

  function showLatest() {
    const button = document.getElementById("to-latest"), of = box();
    if (!button || !of) return;
    staysAtEnd = isAtEnd(of);
    if (staysAtEnd) unseen = 0;
    button.hidden = staysAtEnd;
    button.querySelector("[data-count]").textContent = unseen || "";
  }
  function toEnd() {
    const of = box();
    if (of && !location.hash.startsWith("#message-")) of.scrollTop = of.scrollHeight;
    showLatest();
  }
  function begin() {
    const of = box();
    if (!of) return;
    unseen = 0;
    remember();
    toEnd();
    of.addEventListener("scroll", showLatest, { passive: true });
    // Pictures without measures take their room when they come.
    of.addEventListener("load", () => { if (staysAtEnd) toEnd(); }, true);
  }

  body.addEventListener("htmx:beforeSwap", (event) => {
    const { target, xhr, shouldSwap } = event.detail;
    if (target.id !== "messages" || !shouldSwap) return;
    event.detail.shouldSwap = false;
    const of = target, follows = isAtEnd(of), kept = place(of);
    const added = merge(of, xhr.responseText);
    if (follows) of.scrollTop = of.scrollHeight;
    else { backTo(of, kept); unseen += added; }
    showLatest();
  });
  let keptForOlder = null;
  body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "older" && event.detail.shouldSwap) { keptForOlder = place(box()); box().dataset.loadedOlder = "yes"; }
  });
  body.addEventListener("htmx:afterSwap", (event) => {
    if (opens(event.detail.target)) {
      begin();
      // On a phone the list, and the row that was pressed, are out of sight now.
      if (!document.activeElement?.getClientRects().length || document.activeElement === body) box()?.focus({ preventScroll: true });
      return;
    }
    if (event.detail.target.id === "answer" && box() && isAtEnd(box())) toEnd();
    if (keptForOlder) {
      const of = box(), seen = new Map();
      for (const each of [...of.children]) {
        if (!seen.has(each.id)) seen.set(each.id, each);
        else if (each.matches(".day")) each.remove(); // It began on the older page and goes on here.
        else if (each.id) seen.get(each.id).remove(); // It stood here already.
      }
      backTo(of, keptForOlder);
      keptForOlder = null;
      remember();
    }
  });

  // To a message: where it is on this page, else by its link.
  function jump(element) {
    element.scrollIntoView({ block: "center" });
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
    element.classList.add("found");
    setTimeout(() => element.classList.remove("found"), 2000);
  }
  body.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-jump]");
    const element = link && document.getElementById(link.dataset.jump);
    if (element) { event.preventDefault(); jump(element); }
    if (event.target.closest("#to-latest")) {
      if (document.getElementById("to-newest")) location.assign(document.querySelector("#to-newest a").href);
      const of = box();
      of.scrollTop = of.scrollHeight;
      of.focus({ preventScroll: true });
      showLatest();
    }
    // The sentinel asks by itself; its link is for those without JavaScript.
    if (event.target.closest("#older a")) event.preventDefault();
  });

  // Pictures, large.
  const viewer = () => document.getElementById("viewer");
  let shown = null;
  const pictures = () => [...document.querySelectorAll("#messages a[data-view]")];
  function view(link) {
    if (!link) return;
    shown = link;
    const all = pictures(), image = viewer().querySelector("img");
    image.src = link.href;
    image.alt = link.querySelector("img").alt;
    viewer().querySelector("[data-place]").textContent = `${all.indexOf(link) + 1} / ${all.length}`;
    if (!viewer().open) viewer().showModal();
  }
  const step = (by) => view(pictures()[pictures().indexOf(shown) + by]);
  body.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-view]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); view(link); }
    const what = event.target.closest("[data-viewer]")?.dataset.viewer;
    if (what === "next") step(1);
    if (what === "previous") step(-1);
    if (what === "close" || event.target.id === "viewer") viewer().close();
  });
  body.addEventListener("keydown", (event) => {
    if (!viewer()?.open) return;
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (["ArrowLeft", "ArrowRight"].includes(event.key)) { event.preventDefault(); step(event.key === forward ? 1 : -1); }
  });
  begin();
})();
