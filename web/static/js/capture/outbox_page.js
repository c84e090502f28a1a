// The outbox, as a page: every capture on this phone and what has become of it.

import { askForSync, sendNow } from "./outbox.js";
import { DRAFT, RECEIVED, REFUSED, SAVED, forget, listen, tryAgain } from "./sending.js";
import { all } from "./store.js";
import { day, fromNow, percent, say, whyRefused } from "./words.js";

const list = document.querySelector("[data-captures]");
const template = document.querySelector("template[data-capture]");
const sendButton = document.querySelector("[data-do=send]");
const shown = new Map(); // capture id -> its part of the page: kept, so that a button in focus stays there
const sending = new Map(); // capture id -> share that has been sent

async function show() {
  const captures = (await all("captures")).sort((one, other) => other.since - one.since);
  const waiting = captures.filter((each) => each.state === SAVED).length;
  document.querySelector("[data-summary]").textContent = waiting
    ? say("state.pending", { number: waiting })
    : say("state.nothing");
  sendButton.hidden = waiting === 0;
  for (const [id, part] of shown) {
    if (captures.some((each) => each.id === id)) continue;
    part.remove();
    shown.delete(id);
  }
  captures.forEach((capture, at) => {
    const part = partOf(capture);
    if (list.children[at] !== part) list.insertBefore(part, list.children[at] ?? null);
    fill(part, capture);
  });
}

function partOf({ id }) {
  if (!shown.has(id)) {
    const part = template.content.cloneNode(true).firstElementChild;
    part.addEventListener("click", (event) => act(event.target.closest("[data-do]")?.dataset.do, id, part));
    shown.set(id, part);
  }
  return shown.get(id);
}

function fill(part, capture) {
  const { state } = capture;
  const share = state === SAVED ? sending.get(capture.id) : undefined;
  const find = (name) => part.querySelector(`[data-${name}]`);
  part.dataset.state = state;
  find("title").textContent = capture.title;
  find("title").dir = "auto";
  set(find("state"), share === undefined ? stateOf(capture) : say("state.sending", { percent: percent(share) }));
  set(find("more"), [day(capture.saved_at ?? capture.since), moreOf(capture, share)].filter(Boolean).join(" · "));
  find("progress").hidden = share === undefined;
  find("progress").value = share ?? 0;
  find("finish").hidden = state !== DRAFT;
  find("finish").href = `/capture/${capture.claim}`;
  find("result").hidden = !capture.result;
  if (capture.result) find("result").href = capture.result;
  part.querySelector("[data-do=again]").hidden = state !== REFUSED;
  const asked = !part.querySelector("[data-do=really]").hidden;
  part.querySelector("[data-do=forget]").hidden = state === SAVED || asked;
}

function stateOf({ state, set_aside: setAside }) {
  return state === RECEIVED && setAside ? say(`state.${setAside}`) : say(`state.${state}`);
}

function moreOf({ state, reason, next_at: next, set_aside: setAside }, share) {
  if (state === REFUSED) return whyRefused(reason);
  if (state === RECEIVED) return setAside ? "" : say("state.sent");
  if (state !== SAVED || share !== undefined) return "";
  return next > Date.now() ? say("state.next", { when: fromNow(next - Date.now()) }) : say("state.waiting");
}

// Only what has changed: a screen reader that stands here would read it all again.
function set(part, text) {
  if (part.textContent !== text) part.textContent = text;
}

async function act(what, id, part) {
  if (what === "again") {
    await tryAgain(id);
    await sendNow({ now: true });
  } else if (what === "forget") {
    part.querySelector("[data-do=forget]").hidden = true;
    const really = part.querySelector("[data-do=really]");
    really.hidden = false;
    really.focus();
  } else if (what === "really") {
    await forget(id);
    document.querySelector("h1").focus();
  }
}

sendButton.addEventListener("click", async () => {
  sendButton.disabled = true;
  await askForSync();
  await sendNow({ now: true }).finally(() => (sendButton.disabled = false));
});

listen((news) => {
  if (news.sent !== undefined) sending.set(news.id, news.size ? news.sent / news.size : 0);
  else sending.delete(news.id);
  show();
});

show();
setInterval(show, 10_000);
