// The capture session of a claim: opened on site in contact with the server, or without it under an id of our own.

import { keepPass } from "./passes.js";
import { NoContact, openSession } from "./wire.js";

const PATIENCE = 8_000;
const GOOD_FOR = 3 * 3600_000; // the server takes four hours from opening to handing in

// The session to capture in. A page that is opened again goes on with its own: its code may be on paper already.
export async function sessionFor(pass, publicKey) {
  const known = pass.session;
  const young = known && Date.now() - known.since < GOOD_FOR;
  if (young && (!known.offline || known.code)) return known;
  try {
    pass.session = await inContact(pass, publicKey);
  } catch (error) {
    if (!(error instanceof NoContact)) throw error;
    pass.session = young ? known : withoutContact(pass);
  }
  await keepPass(pass);
  return pass.session;
}

// A nonce that was ever sent in contact may have arrived, whatever came back: it is kept for trying that again, and a
// session without contact takes another one. The server would call the same nonce twice a fraud.
async function inContact(pass, publicKey) {
  pass.online ??= fresh(pass);
  if (!pass.online) throw new NoTriesLeft();
  await keepPass(pass);
  const { token, claim_uuid: claim, online } = pass;
  const answer = await openSession({ token, claim, nonce: online.value, publicKey }, { patience: PATIENCE }).catch((error) => {
    if (error.code === "nonce_refused") pass.online = null; // used up by another page: the next try takes the next one
    throw error.code === "nonce_refused" ? new NoContact(error) : error;
  });
  return { id: answer.session, nonce: answer.nonce, code: answer.challenge.code, offline: false, since: Date.now() };
}

function withoutContact(pass) {
  const nonce = fresh(pass);
  if (!nonce) throw new NoTriesLeft();
  return { id: crypto.randomUUID(), nonce: nonce.value, code: nonce.code, offline: true, since: Date.now() };
}

function fresh(pass) {
  const taken = [...pass.spent, pass.online?.value, pass.session?.nonce];
  return pass.nonces.find((nonce) => !taken.includes(nonce.value)) ?? null;
}

// After handing in: one session, one capture.
export function used(pass, session) {
  const online = pass.online?.value === session.nonce ? null : pass.online;
  return { ...pass, spent: [...pass.spent, session.nonce], online, session: null };
}

export class NoTriesLeft extends Error {}
