// One capture from its first photo to handing in. Every photo is on the disk before anything else happens to it.

import { SAVED, DRAFT, announce } from "./sending.js";
import { used } from "./session.js";
import { device, sha256, sign, toSigned } from "./signing.js";
import { all, get, write } from "./store.js";

const MOST_FIXES = 300;

export async function draftOf(claim) {
  const drafts = (await all("captures")).filter((each) => each.claim === claim && each.state === DRAFT);
  return drafts.sort((one, other) => other.since - one.since)[0] ?? null;
}

export async function latestOf(claim) {
  const own = (await all("captures")).filter((each) => each.claim === claim);
  return own.sort((one, other) => other.since - one.since)[0] ?? null;
}

export function newDraft(pass, session, blocked) {
  return {
    id: crypto.randomUUID(),
    claim: pass.claim,
    claim_uuid: pass.claim_uuid,
    title: pass.bounty.title,
    token: pass.token,
    upload_by: pass.upload_by,
    session,
    blocked,
    state: DRAFT,
    since: Date.now(),
    files: [],
    fixes: [],
    answers: [],
  };
}

// Throws what the store throws; then the photo is only in the caller's hands.
export async function addPhoto(draft, { blob, takenAt, source, fixes }) {
  const bytes = await blob.arrayBuffer();
  const file = {
    id: crypto.randomUUID(),
    upload: crypto.randomUUID(),
    sha256: await sha256(bytes),
    size: bytes.byteLength,
    type: blob.type,
    taken_at: takenAt,
    source,
  };
  const record = { ...draft, files: [...draft.files, file], fixes: fixes.slice(-MOST_FIXES) };
  await write({ put: [["captures", record], ["files", { id: file.id, capture: draft.id, bytes }]] });
  announce({ id: draft.id, state: DRAFT });
  return record;
}

export async function dropPhoto(draft, id) {
  const record = { ...draft, files: draft.files.filter((file) => file.id !== id) };
  const gone = record.files.length === 0;
  await write({
    put: gone ? [] : [["captures", record]],
    remove: [["files", id], ...(gone ? [["captures", draft.id]] : [])],
  });
  announce({ id: draft.id });
  return record;
}

export async function photosOf(draft) {
  const files = await Promise.all(draft.files.map((file) => get("files", file.id)));
  return files.map((file, number) => new Blob([file.bytes], { type: draft.files[number].type }));
}

// Sign it and put it into the outbox, in one write with what it uses up of the pass.
export async function handIn(draft, pass, answers) {
  const record = await signed(draft, answers);
  const kept = pass && { ...used(pass, draft.session), live: false };
  await write({ put: [["captures", record], ...(kept ? [["passes", kept]] : [])] });
  announce({ id: record.id, state: SAVED });
  return record;
}

export async function signed(draft, answers) {
  const { privateKey, publicKey } = await device();
  const text = toSigned({
    session: draft.session.id,
    nonce: draft.session.nonce,
    captured_at: draft.files.at(-1).taken_at,
    media: draft.files.map((file) => file.sha256),
    fixes: draft.fixes,
  });
  const signature = await sign(privateKey, text);
  return { ...draft, state: SAVED, answers, signed: text, signature, public_key: publicKey, saved_at: Date.now() };
}
