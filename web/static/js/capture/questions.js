// The bounty's questions as a form, by their type.

import { say } from "./words.js";

export function build(list, questions) {
  list.replaceChildren(...questions.map(one));
}

// The answers as the server takes them; null, and the first field that is wrong in focus.
export function read(list, questions) {
  const answers = questions.map((question, number) => {
    const part = list.children[number];
    const value = valueOf(part, question);
    const trouble = value === "" ? "answer.missing" : fits(question, value) ? null : "answer.number";
    show(part, trouble);
    return trouble ? null : { question_id: question.id, value };
  });
  if (answers.every(Boolean)) return answers;
  list.querySelector("[aria-invalid=true]").focus();
  return null;
}

function one(question, number) {
  const choices = { yes_no: [["yes", say("answer.yes")], ["no", say("answer.no")]], choice: question.choices?.map((each) => [each, each]) }[question.type];
  const part = make(choices ? "fieldset" : "div", { className: "field question" });
  const trouble = make("p", { className: "errorlist", id: `trouble-${number}`, hidden: true });
  const name = `q${number}`;
  const head = make(choices ? "legend" : "label", { textContent: question.text, dir: "auto" });
  if (choices) {
    part.append(head, ...choices.map(([value, text]) => choice(name, value, text, trouble.id)), trouble);
  } else {
    const input = question.type === "number" ? number_(question) : make("textarea", { rows: 3, maxLength: 2000, dir: "auto" });
    Object.assign(input, { id: name, name });
    input.setAttribute("aria-describedby", trouble.id);
    head.htmlFor = name;
    part.append(head, withUnit(input, question.unit), trouble);
  }
  return part;
}

function number_() {
  return make("input", { type: "text", inputMode: "decimal", autocomplete: "off", maxLength: 25 });
}

function withUnit(input, unit) {
  if (!unit) return input;
  const row = make("span", { className: "with-unit" });
  row.append(input, make("span", { textContent: unit, className: "unit" }));
  return row;
}

function choice(name, value, text, describedBy) {
  const label = make("label", { className: "choice", dir: "auto" });
  const input = make("input", { type: "radio", name, value });
  input.setAttribute("aria-describedby", describedBy);
  label.append(input, make("span", { textContent: text }));
  return label;
}

function valueOf(part, question) {
  const input = part.querySelector("input[type=radio]") ? part.querySelector(":checked") : part.querySelector("input, textarea");
  const value = input?.value.trim() ?? "";
  // Half the world writes its decimals with a comma; the server wants a point.
  return question.type === "number" ? value.replace(",", ".") : value;
}

function fits(question, value) {
  return question.type !== "number" || /^[-+]?[0-9]{1,15}(\.[0-9]{1,9})?$/.test(value);
}

function show(part, trouble) {
  const line = part.querySelector(".errorlist");
  line.hidden = !trouble;
  line.textContent = trouble ? say(trouble) : "";
  for (const input of part.querySelectorAll("input, textarea")) input.setAttribute("aria-invalid", String(Boolean(trouble)));
}

export function make(name, properties = {}, ...children) {
  const part = Object.assign(document.createElement(name), properties);
  part.append(...children);
  return part;
}
