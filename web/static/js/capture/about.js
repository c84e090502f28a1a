// What is asked, on the capture page: read from the pass, in the buyer's words.

import { make } from "./questions.js";
import { button, part, text } from "./steps.js";
import { money, say } from "./words.js";

export function describe({ claim, bounty }) {
  Object.assign(part("title"), { textContent: bounty.title, dir: "auto" });
  part("back").href = `/claims/${claim}`;
  list("questions", bounty.questions.map((each) => each.text));
  list("criteria", bounty.criteria);
  part("criteria-box").hidden = bounty.criteria.length === 0;
  part("looking").hidden = true;
  button("start").disabled = false;
}

// When it is asked for: writing money is what takes a slow phone longest of all that this page does at first.
export function describeBlocked({ bounty }) {
  text("blocked-pays", say("blocked.pays", { amount: money(bounty.blocked_reward) }));
}

function list(name, lines) {
  part(name).replaceChildren(...lines.map((line) => make("li", { textContent: line, dir: "auto" })));
}
