// In place of a page that could not be loaded: what was claimed, and the way to capture it.

import { running, serverNow } from "./passes.js";
import { listen } from "./sending.js";
import { lasting, money, say } from "./words.js";

const E7 = 1e7;
const list = document.querySelector("[data-claims]");
const template = document.querySelector("template[data-claim]");

async function show() {
  const passes = await running();
  document.querySelector("[data-claims-title]").hidden = passes.length === 0;
  list.replaceChildren(...passes.map(claim));
}

function claim(pass) {
  const part = template.content.cloneNode(true);
  const { title, questions, place, reward } = pass.bounty;
  const find = (name) => part.querySelector(`[data-${name}]`);
  Object.assign(find("title"), { textContent: title, dir: "auto" });
  find("reward").textContent = money(reward);
  find("left").textContent = say("time.left", { time: lasting(Date.parse(pass.expires_at) - serverNow(pass)) });
  for (const question of questions) {
    find("questions").append(Object.assign(document.createElement("li"), { textContent: question.text, dir: "auto" }));
  }
  const [lat, lng] = [place.lat / E7, place.lng / E7];
  find("capture").href = `/capture/${pass.claim}`;
  find("map").href = `geo:${lat},${lng}?q=${lat},${lng}`;
  return part;
}

document.querySelector("[data-do=reload]").addEventListener("click", () => location.reload());
listen(show);
show();
