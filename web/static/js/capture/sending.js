// The outbox: what was captured goes to the server, in its time, until the server has it or has said why not. Runs in
// pages and in the service worker; needs no login, only each claim's own token.

import { all, change, get, write } from "./store.js";
import { NoContact, Refused, openSession, submit, upload } from "./wire.js";

const FIRST_WAIT = 3_000;
const LONGEST_WAIT = 300_000;

export const DRAFT = "draft"; // photos are here, the scout has not handed in yet
export const SAVED = "saved"; // waiting for the server
export const RECEIVED = "received"; // the server has it
export const REFUSED = "refused"; // the server said why not; kept all the same

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("outbox");

// Tell this page and all others that something has changed, or how far a capture is.
export function announce(news = {}) {
  channel?.postMessage(news);
  globalThis.dispatchEvent(new CustomEvent("outbox", { detail: news }));
}

export function listen(hear) {
  channel?.addEventListener("message", ({ data }) => hear(data));
  globalThis.addEventListener("outbox", ({ detail }) => hear(detail));
}

export async function waiting() {
  return (await all("captures")).filter((each) => each.state === SAVED);
}

// Send what is due, or everything at once. Answers in how many milliseconds the next one is due; null: nothing waits.
// One sender at a time: all pages and the worker share the queue.
export async function sendAll({ now = false } = {}) {
  const run = async () => {
    for (const capture of await waiting()) {
      if (now || (capture.next_at ?? 0) <= Date.now()) await send(capture);
    }
  };
  if (navigator.locks) await navigator.locks.request("outbox", run);
  else await run();
  const left = await waiting();
  return left.length ? Math.max(0, Math.min(...left.map((each) => each.next_at ?? 0)) - Date.now()) : null;
}

async function send(capture) {
  const files = await Promise.all(capture.files.map((file) => get("files", file.id)));
  try {
    await received(capture, await deliver(capture, files.map((file) => file.bytes)));
  } catch (error) {
    if (error instanceof Refused) await refused(capture, error);
    else await postponed(capture, error);
  }
}

// Also for a capture that could not be stored: then the bytes are only in the page's memory.
export async function deliver(capture, bytes) {
  const { token, claim_uuid: claim, session } = capture;
  if (session.offline) {
    const { nonce, id } = session;
    await openSession({ token, claim, nonce, publicKey: capture.public_key, offline: true, session: id });
  }
  const size = bytes.reduce((sum, each) => sum + each.byteLength, 0);
  let before = 0;
  for (const [number, file] of capture.files.entries()) {
    const onProgress = (sent) => announce({ id: capture.id, sent: before + sent, size });
    const again = (capture.tries ?? 0) > 0;
    await upload({ token, id: file.upload, bytes: bytes[number], again }, { onProgress });
    before += bytes[number].byteLength;
  }
  return submit({
    token,
    session: session.id,
    signed: capture.signed,
    signature: capture.signature,
    public_key: capture.public_key,
    media: capture.files.map((file) => file.upload),
    answers: capture.answers,
    blocked: capture.blocked,
    from_file: capture.files.some((file) => file.source === "file"),
  });
}

// Only now, and not a moment earlier, do the photos leave the phone's store.
async function received(capture, answer) {
  const record = { ...capture, ...answer, state: RECEIVED, received_at: Date.now() };
  await write({ put: [["captures", record]], remove: capture.files.map((file) => ["files", file.id]) });
  announce({ id: capture.id, state: RECEIVED });
}

async function refused(capture, refusal) {
  if (refusal.code === "missing_upload" && !capture.sent_anew) {
    // The server has let an unfinished upload go: send the files under new names, from the beginning.
    const files = capture.files.map((file) => ({ ...file, upload: crypto.randomUUID() }));
    await write({ put: [["captures", { ...capture, files, sent_anew: true, tries: 0, next_at: 0 }]] });
    return;
  }
  const reason = { code: refusal.code, detail: refusal.message };
  await change("captures", capture.id, (record) => record && { ...record, state: REFUSED, reason });
  announce({ id: capture.id, state: REFUSED });
}

async function postponed(capture, error) {
  const tries = (capture.tries ?? 0) + 1;
  const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (tries - 1)) * (0.75 + Math.random() / 2);
  const next_at = Date.now() + Math.max(wait, error instanceof NoContact ? error.retryAfter : 0);
  await change("captures", capture.id, (record) => record && { ...record, tries, next_at });
  announce({ id: capture.id, state: SAVED });
}

// What was refused may be tried once more, after the reason has gone.
export async function tryAgain(id) {
  await change("captures", id, (record) => record && { ...record, state: SAVED, reason: null, tries: 1, next_at: 0 });
  announce({ id, state: SAVED });
}

// By the scout's own word: a refused capture, a draft, or the note of one that has arrived.
export async function forget(id) {
  const capture = await get("captures", id);
  if (!capture || capture.state === SAVED) return;
  await write({ remove: [["captures", id], ...capture.files.map((file) => ["files", file.id])] });
  announce({ id });
}
