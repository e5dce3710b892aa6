// JSON that keeps figures as they were typed: a figure never passes through a binary number on its way out.

export class Figure {
  constructor(text) {
    this.text = text;
  }
}

const PLAIN = /^([+-]?)0*(\d+)((?:\.\d+)?)$/;

/** What a person typed, as a figure where it is one; anything else goes out as text, and the service says why not. */
export function figure(typed) {
  const text = typed.replaceAll(/[,，\s_]/g, "");
  const found = PLAIN.exec(text);
  return found ? new Figure(`${found[1] === "-" ? "-" : ""}${found[2]}${found[3]}`) : text;
}

/** A value as JSON, indented. */
export function written(value, indent = "") {
  if (value instanceof Figure) return value.text;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const inner = `${indent}  `;
  const list = Array.isArray(value);
  const parts = list
    ? value.map((one) => inner + written(one, inner))
    : Object.entries(value).map(([key, one]) => `${inner}${JSON.stringify(key)}: ${written(one, inner)}`);
  const [open, close] = list ? "[]" : "{}";
  return parts.length ? `${open}\n${parts.join(",\n")}\n${indent}${close}` : open + close;
}
