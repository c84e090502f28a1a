// In words: why the button is not ready, what it does when it is, and what is worth knowing before.

import { accuracyOf, unsure } from "./place.js";
import { fromNow, length, say } from "./words.js";

export function reason({ why, ...numbers }) {
  if (why === "session") return say("session.opening");
  const values = {
    accuracy: () => ({ accuracy: length(numbers.accuracy) }),
    far: () => ({ metres: length(numbers.metres) }),
    fixes: () => numbers,
    early: () => ({ when: fromNow(numbers.wait) }),
  };
  return say(`why.${why}`, values[why]?.() ?? {});
}

export function shutterWords(pass, draft) {
  const { photos } = pass.wanted;
  const number = (draft?.files.length ?? 0) + 1;
  return photos === 1 ? say("why.ready") : say("why.ready_next", { number, all: photos });
}

export function advice(pass, fix, session) {
  const short = unsure(pass, fix);
  const parts = [];
  if (short > 0) parts.push(say("advice.closer", { metres: length(short), accuracy: length(accuracyOf(fix)) }));
  if (session?.offline) parts.push(say("session.offline"));
  return parts.join(" ");
}

export function guide(pass, draft, blocked) {
  const second = pass.wanted.challenge === "second_view" && draft?.files.length > 0;
  const lines = [blocked && say(`blocked.show_${blocked}`), second && say("advice.second_view")];
  return lines.filter(Boolean).join(" ");
}
