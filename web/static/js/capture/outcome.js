// The last step: what has become of the capture, as it becomes it.

import { RECEIVED, REFUSED, SAVED, listen } from "./sending.js";
import { go, part, speak, step, text } from "./steps.js";
import { get } from "./store.js";
import { say, whyRefused } from "./words.js";

let followed = null;

export function showOutcome(record) {
  followed = record.id;
  const { state } = record;
  part("seal").dataset.outcome = state;
  text("outcome-title", say(`state.${state}`));
  text("outcome-more", moreOf(record));
  part("progress").hidden = true;
  if (record.result) part("to-result").href = record.result;
  part("to-result").hidden = !record.result;
  go("done");
  speak(`${say(`state.${state}`)}. ${moreOf(record)}`, { atOnce: true });
}

function moreOf({ state, reason, set_aside: setAside }) {
  if (state === REFUSED) return whyRefused(reason);
  if (state === RECEIVED) return say(setAside ? `state.${setAside}` : "state.sent");
  return state === SAVED ? say("state.waiting") : "";
}

listen(async (news) => {
  if (!followed || news.id !== followed || step() !== "done") return;
  if (news.sent !== undefined && news.size) {
    part("progress").hidden = false;
    part("progress").value = news.sent / news.size;
    return;
  }
  const record = await get("captures", followed);
  if (record) showOutcome(record);
});
