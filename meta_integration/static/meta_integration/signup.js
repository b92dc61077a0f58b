// Connecting in Meta's own window. The window tells two things apart from each other, in any order: a message with the
// account's ids, which only say what to tick first, and a code, which is posted at once: it is good for 30 seconds.
(function () {
  "use strict";
  const place = document.getElementById("signup");
  if (!place) return;
  const form = document.getElementById("signup-form");
  const button = document.getElementById("signup-button");
  const IDS_MAY_FOLLOW = 1000; // milliseconds that a code waits for the ids
  const TOO_SOON_FOR_A_PERSON = 900; // who closes a window needs longer: the browser never opened it, unless it took the focus
  const SDK_PATIENCE = 10000;
  let mark = null, openedAt = 0, tookFocus = false, ids = null, cancelled = null, code = "";

  function say(name) {
    place.querySelectorAll("[data-says]").forEach(function (each) {
      each.hidden = each.dataset.says !== name;
    });
  }

  function isMetas(origin) {
    if (origin === new URL(place.dataset.dialogOrigin).origin) return true;
    const url = new URL(origin);
    const isFacebook = /(^|\.)facebook\.com$/;
    return isFacebook.test(new URL(place.dataset.dialogOrigin).hostname) && url.protocol === "https:" && isFacebook.test(url.hostname);
  }

  function hear(event) {
    if (!/^https?:/.test(event.origin) || !isMetas(event.origin)) return;
    let told = event.data;
    try {
      if (typeof told === "string") told = JSON.parse(told);
    } catch (error) {
      return; // The SDK's own messages are no JSON.
    }
    if (!told || told.type !== "WA_EMBEDDED_SIGNUP") return;
    if (told.event === "CANCEL") cancelled = told.data || {};
    else ids = told.data || {};
    if (code) send();
  }

  function ask() {
    // Meanwhile the window opens: a browser allows that only while it handles the click.
    const answer = fetch(place.dataset.markUrl, {
      method: "POST",
      headers: { "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      credentials: "same-origin",
      redirect: "error",
    });
    return answer.then(function (response) {
      if (!response.ok) throw new Error("HTTP " + response.status);
      return response.json();
    });
  }

  function open() {
    mark = ask();
    mark.catch(function () {}); // Said where it is used.
    ids = cancelled = null;
    code = "";
    openedAt = Date.now();
    tookFocus = false;
    say("open");
    window.FB.login(finish, {
      config_id: place.dataset.configId,
      response_type: "code",
      override_default_response_type: true,
      extras: { setup: {}, featureType: "", sessionInfoVersion: "3" },
    });
  }

  function finish(response) {
    code = (response && response.authResponse && response.authResponse.code) || "";
    if (!code) {
      const isBlocked = !cancelled && !tookFocus && Date.now() - openedAt < TOO_SOON_FOR_A_PERSON;
      say(cancelled && cancelled.error_message ? "broken" : cancelled ? "cancelled" : isBlocked ? "blocked" : "closed");
      return;
    }
    say("sending");
    if (ids) send();
    else window.setTimeout(send, IDS_MAY_FOLLOW);
  }

  function send() {
    const given = code;
    code = ""; // Once: a code counts once.
    if (!given) return;
    mark.then(function (answer) {
      form.elements.state.value = answer.state;
      form.elements.code.value = given;
      form.elements.waba_id.value = (ids && (ids.waba_id || (ids.waba_ids || [])[0])) || "";
      form.elements.phone_number_id.value = (ids && ids.phone_number_id) || "";
      form.submit();
    }, function () {
      say("lost");
    });
  }

  function ready() {
    window.FB.init({ appId: place.dataset.appId, version: place.dataset.version, cookie: false, xfbml: false, status: false });
    button.disabled = false;
    say("ready");
  }

  function notLoaded() {
    if (!window.FB) say("no-sdk");
  }

  place.hidden = false;
  say("loading");
  window.addEventListener("message", hear);
  window.addEventListener("blur", function () { tookFocus = true; });
  button.addEventListener("click", open);
  window.fbAsyncInit = ready;
  const script = document.createElement("script");
  script.src = place.dataset.sdk;
  script.crossOrigin = "anonymous";
  script.async = true;
  script.addEventListener("error", notLoaded);
  document.head.appendChild(script);
  window.setTimeout(notLoaded, SDK_PATIENCE);
})();
