"use strict";
// Draws a page from the data beside it. It knows the parts of a page, and nothing of any plan.
const DATA = JSON.parse(document.getElementById("data").textContent);
const WORDS = JSON.parse(document.getElementById("words").textContent);
const COLOUR = { met: "#1f8a5b", not_met: "#c0392b", unknown: "#d69e2e", "": "#7a8794", blue: "#2f6db5", pale: "#9fb3c8", grey: "#66727f" };
const PARTS = {};  // how each part is drawn, by its name
const charts = [];
let lang = remembered() || "zh";

function remembered() {
  try { return new URLSearchParams(location.search).get("lang") || localStorage.getItem("lang"); } catch { return null; }
}
const w = (name, values = {}) => Object.entries(values).reduce((text, [key, value]) => text.replaceAll(`{${key}}`, value), WORDS[name][lang]);
const t = (both) => (both ? both[lang] : "");
const number = (value) => (value === null || value === undefined ? (DATA.about.publish ? `<${DATA.about.smallest}` : "–")
  : plain(value));
const percent = (value) => (value === null || value === undefined ? "–" : rate(value));

// A value of an axis, with as many digits as it takes not to look like the limit that it misses.
function figure(axis, value) {
  if (value === null || value === undefined) return axis.kind === "rate" ? "–" : number(value);
  const shown = (one, digits) => (axis.kind === "rate" ? rate(one, digits) : axis.kind === "amount" ? yuan(one, lang, digits) : plain(one, digits));
  for (let digits = ROUNDED; digits < PLACES; digits += 1) {
    const text = shown(value, digits);
    if (value === axis.limit || text.replace("≈", "") !== shown(axis.limit, digits).replace("≈", "")) return text;
  }
  return shown(value, PLACES);
}
const comma = () => (lang === "zh" ? "、" : ", ");
const joined = (list) => list.map(t).join(comma());
const esc = (text) => String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
const holds = (axis, value) => ({ at_least: value >= axis.limit, above: value > axis.limit, at_most: value <= axis.limit,
  below: value < axis.limit, equals: value === axis.limit })[axis.operator];

function el(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key in made && key !== "list") made[key] = value; else made.setAttribute(key, value);
  }
  made.append(...inside.flat().filter((one) => one !== null && one !== undefined));
  return made;
}
const toned = (role, text) => (text ? el("span", { className: role }, text) : "");
const clause = (text) => el("span", { className: "clause" }, text);
const dim = (text) => el("p", { className: "dim" }, text);

function section(id, heading, about, ...inside) {
  return el("section", { id }, el("h2", {}, heading), about ? dim(about) : null, ...inside);
}

function chart(option, height) {
  const box = el("div", { className: "chart", role: "img" });
  if (height) box.style.height = height;
  charts.push([box, option]);
  return box;
}

const LONG = 20;  // rows: a phone shows fewer in full

// A table of rows of texts or nodes; a head is a text, or [text, 1] over numbers. On a phone, a row of `cards` is a card.
function table(heads, rows, kind = "") {
  const made = heads.map((head) => (Array.isArray(head) ? head : [head]));
  const side = (place) => (made[place][1] ? "n" : "");
  return el("div", { className: rows.length > LONG ? "scroll long" : "scroll", tabIndex: 0 }, el("table", { className: kind },
    el("thead", {}, el("tr", {}, made.map(([text], place) => el("th", { className: side(place) }, text)))),
    el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell, place) =>
      el("td", { className: side(place), "data-head": made[place][0] }, cell instanceof Node || Array.isArray(cell) ? cell : String(cell ?? ""))))))));
}

// Rows of bars, each of segments [length, colour], with what is said beside; a line stands at the limit.
function bars(rows, most, limit = null) {
  return el("div", { className: "bars" }, rows.map((one) => el("div", { className: "row" },
    el("div", { className: "name" }, one.name, one.note ? el("small", {}, ` ${one.note}`) : null),
    el("div", { className: "track" }, one.segments.filter(([length]) => length > 0).map(([length, colour]) =>
      el("i", { style: `width:${(100 * length) / (most || 1)}%;background:${colour}` })), limit === null ? null : el("s", { style: `left:${(100 * limit) / (most || 1)}%` })),
    el("div", { className: "n" }, one.said))));
}
const legend = (...items) => el("p", { className: "legend" }, items.map(([colour, text]) => el("span", {}, el("i", { style: `background:${colour}` }), text)));

const LINES = { splitLine: { lineStyle: { color: "#eceff3" } } };
const lineAt = (key, at, text, more = {}) => ({ silent: true, symbol: "none", lineStyle: { color: COLOUR.grey, type: "dashed" },
  data: [{ [key]: at, label: { formatter: text, ...more } }] });
