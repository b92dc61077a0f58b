// Voice messages: recorded here, made what WhatsApp wants by Galantis, and listened to before they are sent,
// unless Send is pressed while one speaks.
"use strict";
(() => {
  const composer = window.galantisComposer, { byId, words } = composer;
  const TYPES = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
  const LONGEST = 15 * 60;
  const canRecord = Boolean(window.MediaRecorder && navigator.mediaDevices?.getUserMedia);
  let recording = null, isAsking = false;

  document.body.addEventListener("composer:ready", () => {
    const button = document.querySelector("#composer [data-tool=voice]");
    if (button && canRecord) button.hidden = false;
    if (recording) show();
  });
  document.body.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-tool=voice]") && !recording && !isAsking) begin();
    const what = event.target.closest?.("[data-record]")?.dataset.record;
    if (what) end(what === "stop");
  });

  async function begin() {
    const thread = composer.form().dataset.thread;
    byId("voice-problem")?.remove();
    let stream;
    isAsking = true;
    try { stream = await navigator.mediaDevices.getUserMedia({ audio: { channelCount: 1 } }); } catch { return refuse(); } finally { isAsking = false; }
    const type = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
    const recorder = new MediaRecorder(stream, type ? { mimeType: type } : {});
    const parts = [];
    recording = { recorder, thread, at: Date.now(), isWanted: true, timer: setInterval(tick, 500) };
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      for (const track of stream.getTracks()) track.stop();
      const { isWanted, url } = recording;
      clearInterval(recording.timer);
      recording = null;
      byId("recorder")?.remove();
      const file = new File(parts, "voice-note.ogg", { type: recorder.mimeType });
      if (isWanted && file.size) composer.attachments.add([file], { isVoice: true, thread });
      if (isWanted && file.size && url) composer.attachments.sendOnceUp(thread, url);
      composer.text()?.focus();
    };
    recorder.start(1000);
    show();
  }
  function end(isWanted) {
    if (!recording || recording.recorder.state === "inactive") return;
    recording.isWanted = isWanted;
    recording.recorder.stop();
  }
  composer.sendRecording = (thread, url) => {
    if (recording?.thread !== thread) return false;
    recording.url = url;
    end(true);
    return true;
  };
  function show() {
    const piece = composer.piece("recorder");
    piece.id = "recorder";
    byId("recorder")?.remove();
    composer.form()?.querySelector(".tools").before(piece);
    tick();
    piece.querySelector("[data-record=stop]").focus();
  }
  function tick() {
    const seconds = Math.floor((Date.now() - recording.at) / 1000);
    const time = byId("recorder")?.querySelector("time");
    if (time) time.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (seconds >= LONGEST) end(true);
  }
  function refuse() {
    const line = Object.assign(document.createElement("p"), { id: "voice-problem", className: "notice error", textContent: words("noMicrophone") });
    line.setAttribute("role", "alert");
    composer.form()?.querySelector(".tools").before(line);
  }
})();
