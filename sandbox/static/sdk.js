// What Meta's SDK is to a page that offers Embedded Signup: window.FB with init and login, and fbAsyncInit is called.
// Served to pages of other origins. The pop-up tells two things, in any order: Meta's message with the ids goes to the
// page itself, the answer to the login comes here and then to the page's callback.
(function () {
  "use strict";
  if (window.FB) return;
  const home = new URL(document.currentScript.src).origin;
  const LAST_WORDS = 500; // milliseconds in which a message of a pop-up that is closed may still arrive
  let app = null;

  function init(settings) {
    if (!settings || !/^v\d+\.\d+$/.test(settings.version || "")) throw new Error("init not called with valid version");
    app = settings;
  }

  function login(callback, options) {
    if (!app) {
      console.error("FB.login() called before FB.init().");
      return;
    }
    const channel = Array.from(crypto.getRandomValues(new Uint32Array(4)), String).join("-");
    const popup = window.open(addressOf(options || {}, channel), "", "popup,width=640,height=820");
    waitFor(popup, channel, callback || function () {});
  }

  function addressOf(options, channel) {
    // Without the override the real SDK wants a token, not a code.
    const type = options.override_default_response_type ? options.response_type : "token,signed_request,graph_domain";
    const asked = new URLSearchParams({
      client_id: app.appId || "", display: "popup", origin: window.location.origin, channel: channel, response_type: type || "",
    });
    ["config_id", "scope"].forEach(function (name) {
      if (options[name]) asked.set(name, options[name]);
    });
    if (options.extras) asked.set("extras", JSON.stringify(options.extras));
    return home + "/" + app.version + "/dialog/oauth?" + asked;
  }

  function waitFor(popup, channel, callback) {
    let closedAt = 0;

    function end(response) {
      window.clearInterval(watch);
      window.removeEventListener("message", hear);
      callback(response);
    }

    function hear(event) {
      if (event.origin !== home || event.source !== popup) return;
      if (event.data && event.data.channel === channel) end(event.data.response);
    }

    function look() {
      if (popup && !popup.closed) return;
      closedAt = closedAt || Date.now();
      if (!popup || Date.now() - closedAt >= LAST_WORDS) end({ authResponse: null, status: "unknown" });
    }

    window.addEventListener("message", hear);
    const watch = window.setInterval(look, 100);
  }

  window.FB = { init: init, login: login };
  window.setTimeout(function () {
    if (typeof window.fbAsyncInit === "function") window.fbAsyncInit();
  }, 0);
})();
