// Inputs for facts, each typed by its schema. An input says what stands in it with `read` (undefined: not known).

import { figure } from "./exact.js";
import { kind } from "./schema.js";
import { described, make, say } from "./words.js";

let made = 0;

/** A labelled input; `pointer` is its place in the request. */
export function field(schema, pointer) {
  const about = aboutOf(schema);
  const id = `input-${(made += 1)}`;
  const problem = make("p", { class: "problem", id: `${id}-problem`, hidden: true });
  const hint = about.about ? make("small", { id: `${id}-about` }, about.about) : "";
  const described_by = `${hint ? `${id}-about ` : ""}${id}-problem`;
  if (kind(schema) === "boolean") {
    const choice = yesNo(id);
    const set = make("fieldset", { class: "field", "aria-describedby": described_by });
    set.append(make("legend", {}, about.title), choice.element, hint, problem);
    return { ...choice, pointer, element: set, problem, target: choice.element.querySelector("input"), marked: set };
  }
  const input = control(schema, about, { id, "aria-describedby": described_by });
  const boxed = about.unit ? make("div", { class: "unit" }, input.element, make("span", {}, about.unit)) : input.element;
  const element = make("div", { class: "field" }, make("label", { for: id }, about.title), boxed, hint, problem);
  return { ...input, pointer, element, problem, target: input.element, marked: input.element };
}

export function aboutOf(schema) {
  const codes = schema.enum?.filter((one) => one !== null) ?? [];
  const figures = ["integer", "number", "rate"].includes(kind(schema));
  return described(schema.description ?? "", { figures, codes });
}

/** An input without its label. */
export function control(schema, about, attributes = {}) {
  switch (kind(schema)) {
    case "boolean":
      return select([["true", say("是", "yes")], ["false", say("否", "no")]], attributes, (chosen) => chosen === "true");
    case "choice":
      return select(schema.enum.filter((one) => one !== null).map((code) => [code, about.codes[code] ?? code]), attributes);
    case "date":
      return typed({ ...attributes, type: "date" }, (text) => text);
    case "integer":
      return typed({ ...attributes, type: "text", inputmode: "numeric" }, figure);
    case "number":
      return typed({ ...attributes, type: "text", inputmode: "decimal" }, figure);
    case "rate":
      return typed({ ...attributes, type: "text", placeholder: "%" }, figure);
    default:
      return typed({ ...attributes, type: "text" }, (text) => text);
  }
}

function typed(attributes, read) {
  const element = make("input", { ...attributes, autocomplete: "off" });
  return {
    element,
    read: () => (element.value.trim() ? read(element.value.trim()) : undefined),
    write: (value) => (element.value = value ?? ""),
  };
}

function select(options, attributes, read = (chosen) => chosen) {
  const element = make("select", attributes, make("option", { value: "" }, say("不清楚", "not known")));
  for (const [value, title] of options) element.append(make("option", { value }, title));
  return {
    element,
    read: () => (element.value ? read(element.value) : undefined),
    write: (value) => (element.value = value ?? ""),
  };
}

function yesNo(name) {
  const options = [["true", say("是", "Yes")], ["false", say("否", "No")], ["", say("不清楚", "Not known")]];
  const element = make("div", { class: "choice" });
  for (const [value, title] of options) {
    element.append(make("label", {}, make("input", { type: "radio", name, value, checked: value === "" }), title));
  }
  const chosen = () => element.querySelector(":checked")?.value;
  return {
    element,
    read: () => (chosen() ? chosen() === "true" : undefined),
    write: (value) => (element.querySelector(`[value="${value ?? ""}"]`).checked = true),
  };
}
