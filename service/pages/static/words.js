// The words of the form, and the titles of facts as the OpenAPI document writes them: `Chinese / English`.

export const lang = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

export function say(zh, en) {
  return lang === "zh" ? zh : en;
}

/** The half of a text in both languages that the reader wants. */
export function half(text) {
  const parts = text.split(" / ");
  const middle = Math.ceil(parts.length / 2);
  return parts.length < 2 ? text : say(parts.slice(0, middle), parts.slice(middle)).join(" / ");
}

// Units that a title does not name already, as that of households does.
const UNITS = { yuan: "元", year: "年", month: "个月", day: "天", point: "分" };

/** What a description says of a fact: its title, its unit, more about it, and what its codes are called. */
export function described(description, { figures = false, codes = [] } = {}) {
  const [first = "", ...more] = description.split("\n\n");
  const unit = figures ? / \(([^()]+)\)$/.exec(first) : null;
  const code = (line) => codes.find((one) => line.startsWith(`${one}: `));
  return {
    title: half(unit ? first.slice(0, unit.index) : first),
    unit: unit && unit[1] in UNITS ? say(UNITS[unit[1]], unit[1]) : "",
    about: more.filter((line) => !code(line)).map(half).join(say("；", "; ")),
    codes: Object.fromEntries(more.filter(code).map((line) => [code(line), half(line.slice(code(line).length + 2))])),
  };
}

/** An element with its attributes and what is in it. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}
