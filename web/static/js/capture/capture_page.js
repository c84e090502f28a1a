// The capture page: from a claim to a capture in the outbox. What the steps look like stands in the template, what is
// signed in draft.js, what the place is worth in place.js; this file says what follows what.

import { describe, describeBlocked } from "./about.js";
import { Camera, areAllowed } from "./camera.js";
import { addPhoto, draftOf, dropPhoto, handIn, latestOf, newDraft, photosOf, signed } from "./draft.js";
import { Trail } from "./locating.js";
import { askForSync, begin, sendNow } from "./outbox.js";
import { showOutcome } from "./outcome.js";
import { keepPass, passOf, serverNow, takeAlong } from "./passes.js";
import { accuracyOf, distance, obstacle, sharpest, surelyBeyond, young } from "./place.js";
import { complaint } from "./quality.js";
import * as questions from "./questions.js";
import { advice, guide, reason, shutterWords } from "./reasons.js";
import { RECEIVED, SAVED, deliver } from "./sending.js";
import { NoTriesLeft, sessionFor } from "./session.js";
import { device } from "./signing.js";
import { button, go, part, speak, step, text } from "./steps.js";
import { Refused } from "./wire.js";
import { lasting, length, say, whyRefused } from "./words.js";

const claim = location.pathname.split("/").at(-1);
const camera = new Camera(part("video"));
const trail = new Trail({ onChange: tick, onTrouble: placeTrouble });

let pass = null;
let draft = null; // photos kept so far
let taken = null; // the photo that is being looked at
let blocked = "";
let session = null;
let sessionKey = null; // one opening at a time
let busy = false; // the shutter is at work
let warning = ""; // what went wrong at the shutter, until it is pressed again
let unsaved = null; // what a full disk would not take

// --- coming in ---

async function comeIn() {
  pass = await passOf(claim);
  const asked = takeAlong();
  if (!pass) {
    await asked;
    pass = await passOf(claim);
  }
  if (!pass) return go("unknown");
  describe(pass);
  draft = await draftOf(claim);
  if (draft) return resume();
  const earlier = await latestOf(claim);
  if (earlier && (earlier.state === SAVED || !pass.live)) {
    showOutcome(earlier);
    // Rejected, and the claim lives again: there is another try.
    if (earlier.state !== SAVED) asked.then(async () => step() === "done" && (await passOf(claim)).live && comeIn());
    return null;
  }
  asked.then(renew);
  if (isOver()) return go("over");
  go("start");
  return startIfAllowed();
}

function isOver() {
  return !pass.live || serverNow(pass) >= Date.parse(pass.expires_at);
}

// What the server says of the claim counts, as soon as it has said it.
async function renew(known) {
  if (!known || draft) return;
  const { session: current, online, spent } = pass;
  pass = { ...pass, ...(await passOf(claim)), session: current, online, spent };
  describe(pass);
  if (isOver() && ["start", "find", "blocked"].includes(step())) stopAll("over");
}

async function resume() {
  blocked = draft.blocked;
  session = draft.session;
  if (draft.files.length >= pass.wanted.photos) return showAnswers();
  go("start");
  return startIfAllowed();
}

// Asked for once, a camera needs no second tap.
async function startIfAllowed() {
  if (await areAllowed("camera", "geolocation")) await start();
}

// --- camera and place ---

async function start() {
  text("trouble", "");
  warning = "";
  navigator.storage?.persist?.().catch(() => {});
  trail.start();
  try {
    await camera.start({ onEnd: cameraEnded });
    offerFile(false);
    // Refused while the camera was starting: there is nothing to point it at.
    if (trail.watch === undefined) return camera.stop();
    go("find");
  } catch (error) {
    cameraTrouble(error.kind ?? "busy");
  }
  return tick();
}

function placeTrouble(kind) {
  // A receiver that is silent for a while, where the place is known well enough, is no trouble.
  if (kind !== "refused" && young(trail.fixes, pass, Date.now()).length) return;
  if (kind === "refused" && step() === "find") stopAll("start");
  trouble(`location.${kind}`);
}

function cameraTrouble(kind) {
  trouble(`camera.${kind}`);
  offerFile(true);
}

function trouble(name) {
  tell(say(name));
}

// Where the eyes are, and aloud.
function tell(words) {
  if (step() === "find") warning = words;
  text(step() === "find" ? "notice" : "trouble", words);
  speak(words, { atOnce: true });
}

function cameraEnded() {
  camera.stop();
  if (step() === "find") {
    go("start");
    cameraTrouble("busy");
  }
}

// Without a camera a file will do, for less trust.
function offerFile(offered) {
  for (const each of document.querySelectorAll("[data-do=file], [data-file-hint]")) each.hidden = !offered;
}

function stopAll(next) {
  camera.stop();
  trail.stop();
  go(next);
}

// --- what stands against the shutter ---

function against() {
  const fixes = young(trail.fixes, pass, Date.now());
  const found = obstacle({ pass, fixes, now: serverNow(pass), camera: camera.ready, located: trail.watch !== undefined });
  if (found) return { ...found, fixes };
  openSession();
  if (pass.wanted.challenge === "code" && !session) return { why: "session", fixes };
  return { why: busy ? "checking" : null, fixes };
}

function tick() {
  if (!pass) return;
  text("left", say("time.left", { time: lasting(Date.parse(pass.expires_at) - serverNow(pass)) }));
  if (step() !== "find") return;
  const { fixes, ...found } = against();
  const { why } = found;
  const fix = sharpest(fixes);
  text("distance", fix ? say("place.distance", { metres: length(distance(fix, pass.bounty.place)) }) : say("place.unknown"));
  text("accuracy", fix ? say("place.accuracy", { accuracy: length(accuracyOf(fix)) }) : say("place.unknown"));
  part("stage").dataset.inside = String(!why);
  const words = why ? reason(found) : shutterWords(pass, draft);
  button("shutter").setAttribute("aria-disabled", String(Boolean(why)));
  text("why", words);
  showGuide();
  showCode();
  text("notice", warning || (why ? "" : advice(pass, fix, session)));
  part("notice").classList.toggle("alarm", Boolean(warning));
  speak(why ? words : `${words}. ${part("notice").textContent || say("advice.inside")}`, { atOnce: !why });
  if (why === "over") stopAll("over");
}

function showGuide() {
  text("guide", guide(pass, draft, blocked));
  button("blocked").hidden = Boolean(blocked);
  button("unblock").hidden = !blocked || Boolean(draft);
}

function showCode() {
  part("code").hidden = !session?.code;
  if (session?.code) part("code-letters").textContent = session.code;
}

// As soon as the scout is there. Without contact it opens all the same, and tries again while there is no photo yet.
function openSession() {
  const retry = session?.offline && !session.code && !draft && Date.now() - session.asked > 20_000;
  if (sessionKey || (session && !retry)) return;
  sessionKey = device()
    .then(({ publicKey }) => sessionFor(pass, publicKey))
    .then((opened) => (session = { ...opened, asked: Date.now() }))
    .catch((error) => sessionRefused(error))
    .finally(() => {
      sessionKey = null;
      tick();
    });
}

function sessionRefused(error) {
  if (["claim_over", "wrong_state"].includes(error.code)) {
    pass.live = false;
    keepPass(pass);
    return stopAll("over");
  }
  const words = error instanceof NoTriesLeft ? say("session.none_left") : error.message;
  stopAll("start");
  text("trouble", words);
  return null;
}

// --- the shutter ---

async function shoot() {
  const { why } = against();
  if (why) return speak(part("why").textContent, { atOnce: true });
  // The picture first, of this very moment; then whether this moment was at the right place.
  busy = true;
  warning = "";
  tick();
  const takenAt = new Date().toISOString();
  try {
    const blob = await camera.take();
    await judge({ blob, takenAt, source: "camera" });
  } finally {
    busy = false;
    tick();
  }
}

async function judge(photo) {
  const since = Date.now();
  const fresh = await trail.fresh().catch(() => null);
  if (!fresh) return refusePhoto(say("place.stale"));
  const around = young(trail.fixes, pass, since);
  if (surelyBeyond(pass, [fresh]) > 0) {
    const metres = length(distance(fresh, pass.bounty.place) - pass.bounty.place.radius_m);
    return refusePhoto(say("place.lost", { metres }));
  }
  if (sessionKey) await sessionKey;
  if (!session) return null;
  return lookAt({ ...photo, fixes: around });
}

function refusePhoto(words) {
  tell(words);
}

async function lookAt(photo) {
  taken = photo;
  const found = await complaint(photo.blob, pass.wanted).catch(() => "unreadable");
  const image = part("photo");
  URL.revokeObjectURL(image.src);
  image.src = URL.createObjectURL(photo.blob);
  const good = photo.source === "file" ? "look.file" : "look.good";
  text("verdict", found === "unreadable" ? say("look.file") : say(found ? `look.${found}` : good));
  part("verdict").classList.toggle("alarm", Boolean(found));
  button("keep").textContent = say(found ? "look.keep_anyway" : "look.keep");
  button("keep").classList.toggle("quiet", Boolean(found));
  button("retake").classList.toggle("quiet", !found);
  go("look");
  speak(part("verdict").textContent, { atOnce: true });
}

async function keep() {
  const current = draft ?? newDraft(pass, session, blocked);
  await storing(async () => {
    draft = await addPhoto(current, taken);
    taken = null;
    if (draft.files.length >= pass.wanted.photos) return showAnswers();
    part("ghost").src = part("photo").src;
    part("ghost").hidden = false;
    return find();
  });
}

async function find() {
  if (!camera.ready) return start();
  go("find");
  return tick();
}

async function takeAgain() {
  for (const file of [...draft.files]) draft = await dropPhoto(draft, file.id);
  draft = null;
  part("ghost").hidden = true;
  await find();
}

async function chosen({ target }) {
  const [blob] = target.files;
  target.value = "";
  if (!blob) return;
  const fixes = young(trail.fixes, pass, Date.now());
  const found = obstacle({ pass, fixes, now: serverNow(pass), camera: true, located: trail.watch !== undefined });
  if (found) return tell(reason(found));
  openSession();
  await judge({ blob, takenAt: new Date().toISOString(), source: "file" });
}

// --- not possible ---

function askWhatIsTheMatter() {
  describeBlocked(pass);
  go("blocked");
}

function block(kind) {
  blocked = kind;
  return camera.ready ? find() : go("start");
}

// --- answers, and handing in ---

async function showAnswers() {
  camera.stop();
  trail.stop();
  const photos = await photosOf(draft);
  part("photos").replaceChildren(
    ...photos.map((blob, at) => {
      const alt = say("look.photo", { number: at + 1 });
      return questions.make("li", {}, questions.make("img", { src: URL.createObjectURL(blob), alt }));
    }),
  );
  questions.build(part("fields"), asked());
  go("answer");
}

// Who found the place blocked has nothing to say to the questions about it.
function asked() {
  return draft.blocked ? [] : pass.bounty.questions;
}

async function submitted(event) {
  event.preventDefault();
  const answers = questions.read(part("fields"), asked());
  if (!answers) return;
  await storing(async () => {
    const record = await handIn(draft, pass, answers);
    draft = null;
    showOutcome(record);
    await askForSync();
    await sendNow({ now: true });
  }, { send: answers });
}

// A disk that takes nothing more is no reason to lose a photo: it stays in this page until it is safe somewhere.
async function storing(work, { send = null } = {}) {
  try {
    await work();
    unsaved = null;
  } catch (error) {
    unsaved = { work, send };
    text("unsaved", say(whyUnsaved(error, send)));
    button("send-unsaved").hidden = !send;
    go("unsaved");
  }
}

// A photo alone cannot be sent yet: the answers are still to come.
function whyUnsaved({ name }, send) {
  if (name !== "QuotaExceededError") return "state.unkept";
  return send ? "state.full" : "state.full_photo";
}

async function sendUnsaved() {
  try {
    const record = await signed(draft, unsaved.send);
    const bytes = await Promise.all((await photosOf(draft)).map((blob) => blob.arrayBuffer()));
    const answer = await deliver(record, bytes);
    unsaved = null;
    showOutcome({ ...record, state: RECEIVED, ...answer });
  } catch (error) {
    const words = error instanceof Refused ? whyRefused({ code: error.code, detail: error.message }) : say("state.unsent");
    text("unsaved", words);
  }
}

const DO = {
  start,
  shutter: shoot,
  keep,
  find,
  retake: find,
  again: takeAgain,
  blocked: askWhatIsTheMatter,
  unblock: () => block(""),
  not_there: () => block("not_there"),
  no_access: () => block("no_access"),
  file: () => part("file").click(),
  "look-again": () => {
    go("start");
    return comeIn();
  },
  "save-again": () => storing(unsaved.work, { send: unsaved.send }),
  "send-unsaved": sendUnsaved,
};

document.addEventListener("click", (event) => DO[event.target.closest("[data-do]")?.dataset.do]?.());
part("form").addEventListener("submit", submitted);
part("file").addEventListener("change", chosen);
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible" && step() === "find" && !camera.ready) start();
});
setInterval(tick, 1_000);
begin();
comeIn();
