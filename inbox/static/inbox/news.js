// What waits, in the page's title and beside "Inbox"; and a sound or a notification for what is new, where they are wished.
"use strict";
(() => {
  const body = document.body;
  const wanted = body.dataset;
  const name = () => document.querySelector("#conversation h2")?.textContent.trim();
  const told = new Set();
  const TOLD = "galantis:told";
  let sound = null;

  const news = () => document.getElementById("news");

  function count() {
    const counted = news()?.dataset.unread ?? "0", unread = counted === "0" ? "" : counted;
    const bare = [name(), wanted.title].filter(Boolean).join(" · ");
    document.title = unread ? `(${unread}) ${bare}` : bare;
    const badge = document.getElementById("nav-unread");
    if (!badge) return;
    badge.hidden = !unread;
    badge.textContent = unread;
  }

  // Of several open pages of one browser only one rings.
  function isFirst(key) {
    let known = [];
    try { known = JSON.parse(localStorage.getItem(TOLD)) || []; } catch { /* Somebody else's: begun anew. */ }
    if (known.includes(key)) return false;
    try { localStorage.setItem(TOLD, JSON.stringify([...known, key].slice(-50))); } catch { /* Then each page rings. */ }
    return true;
  }

  const isBeingRead = (thread) =>
    !document.hidden && document.hasFocus() && document.getElementById("presence")?.dataset.thread === thread;

  function beep() {
    try {
      sound ||= new AudioContext();
      const start = sound.currentTime;
      for (const [at, pitch] of [[0, 660], [0.12, 880]]) {
        const tone = sound.createOscillator(), loudness = sound.createGain();
        tone.frequency.value = pitch;
        loudness.gain.setValueAtTime(0.0001, start + at);
        loudness.gain.exponentialRampToValueAtTime(0.15, start + at + 0.02);
        loudness.gain.exponentialRampToValueAtTime(0.0001, start + at + 0.25);
        tone.connect(loudness).connect(sound.destination);
        tone.start(start + at);
        tone.stop(start + at + 0.3);
      }
    } catch { /* A browser without sound. */ }
  }

  function notify(item) {
    if (!("Notification" in window) || Notification.permission !== "granted") return;
    let shown;
    try { shown = new Notification("Galantis", { body: item.textContent, tag: `galantis-${item.dataset.thread}`, renotify: true }); } catch { return; } // Phones show none of a page's own.
    shown.onclick = () => {
      window.focus();
      shown.close();
      location.assign(item.href);
    };
  }

  function ring() {
    const fresh = [...(news()?.querySelectorAll("[data-key]") || [])].filter((each) => !told.has(each.dataset.key));
    for (const each of fresh) told.add(each.dataset.key);
    const ours = fresh.filter((each) => !isBeingRead(each.dataset.thread) && isFirst(each.dataset.key));
    if (!ours.length) return;
    if (wanted.wantsSound) beep();
    if (wanted.wantsNotifications) ours.forEach(notify);
  }

  // What stands there when the page opens is seen at once.
  for (const each of news()?.querySelectorAll("[data-key]") || []) told.add(each.dataset.key);
  body.addEventListener("htmx:afterSwap", (event) => {
    if (["open", "conversation"].includes(event.detail.target.id)) count();
    if (event.detail.target.id !== "threads") return;
    count();
    ring();
  });
  count();
})();
