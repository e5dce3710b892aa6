// The names of records, the filter by place and by bearer, and the way from a number to the rows behind it.
const PICK = { over: "", bearer: "" };
const LOW = DATA.people?.over ?? DATA.bearers?.subject ?? "";  // the subject that carries the filter
const UPPER = DATA.records?.[LOW]?.over ?? "";
const FEW = 500;  // rows of a list on the screen; the download has all
const KNOWN = Object.fromEntries(Object.entries(DATA.records ?? {}).map(([subject, one]) => [subject, new Map(one.rows.map((row) => [row[0], row]))]));

const nameOf = (subject, id) => DATA.names?.[subject]?.[id] ?? "";
const label = (subject, id) => (nameOf(subject, id) ? `${nameOf(subject, id)} ${id}` : String(id ?? ""));
const picked = () => Boolean(PICK.over || PICK.bearer);
const bearerOf = (id) => DATA.bearers?.of[id] ?? "";

function ref(subject, id) {
  const shown = nameOf(subject, id) ? [nameOf(subject, id), " ", el("small", {}, id)] : [String(id ?? "")];
  return KNOWN[subject]?.has(id) ? el("a", { href: `#${subject}/${encodeURIComponent(id)}` }, shown) : el("span", {}, shown);
}
const refs = (subject, ids) => ids.flatMap((id, place) => (place ? [comma(), ref(subject, id)] : [ref(subject, id)]));

function low(id, above) { return (!PICK.over || above === PICK.over) && (!PICK.bearer || bearerOf(id) === PICK.bearer); }

// Whether a record is among those that the filter leaves.
function inside(subject, id) {
  if (!picked()) return true;
  if (subject === LOW) return low(id, KNOWN[LOW]?.get(id)?.[1]);
  if (subject === UPPER) return DATA.records[LOW].rows.some((row) => row[1] === id && low(row[0], row[1]));
  return true;
}
const among = (subject, rows) => rows.filter((row) => inside(subject, row.id ?? row[0]));

// A number about the lowest records: of the places that the filter leaves, or of all.
function counted(key, whole) {
  if (!picked() || !DATA.people) return whole;
  const cells = DATA.people.counts[key] ?? [];
  let sum = 0;
  for (let at = 0; at < cells.length; at += 2) if (inside(LOW, DATA.people.places[cells[at]])) sum += cells[at + 1];
  return sum;
}

// --- lists behind numbers

const num = (value, open) => (open && value ? el("button", { type: "button", className: "num", onclick: open }, number(value)) : el("b", {}, number(value)));
const peopleNum = (value, title, key) => num(value, DATA.people ? () => listPeople(title, key) : null);

// Boxes lie on one another: to close one, or to go back in the browser, shows the one that led to it.
const boxes = [];
function dialog(heading, ...inside) {
  shut(boxes.findIndex((one) => !one.box.open)); // closed a moment ago
  const under = boxes.length > 0, from = document.activeElement;
  const close = el("button", { type: "button", className: "close", ariaLabel: w(under ? "back" : "close"), onclick: () => left(box) }, under ? `← ${w("back")}` : "✕");
  const box = el("dialog", { ariaLabel: heading }, close, el("h2", {}, heading), ...inside);
  boxes.push({ box, from, hash: "" });
  ["cancel", "close"].forEach((kind) => box.addEventListener(kind, () => left(box))); // the Escape key; it closes a moment later
  document.body.append(box);
  box.showModal();
  return box;
}

// Who left a box sees the one below it, and the address says so at once: one read later would be that of another box.
function left(box) {
  const at = boxes.findIndex((one) => one.box === box);
  if (at < 0) return;
  shut(at);
  history.replaceState(null, "", location.pathname + location.search + (boxes.at(-1)?.hash ?? ""));
}

// Take away the boxes from a place on; where the lowest was opened has the focus again.
function shut(at) {
  if (at < 0 || at >= boxes.length) return;
  const gone = boxes.splice(at);
  gone.reverse().forEach((one) => one.box.remove());
  gone.at(-1).from?.focus();
}

function csv(name, heads, rows) {
  const cell = (one) => (/^[=+\-@]/.test(one) ? `'${one}` : one).replaceAll('"', '""');
  const text = `\ufeff${[heads, ...rows].map((row) => row.map((one) => `"${cell(String(one ?? ""))}"`).join(",")).join("\r\n")}\r\n`;
  return el("a", { className: "download", download: `${name}.csv`, href: URL.createObjectURL(new Blob([text], { type: "text/csv" })) }, w("download"));
}

function listed(heading, heads, rows, texts) {
  return dialog(heading, el("p", { className: "dim" }, w("listed", { n: number(Math.min(rows.length, FEW)), all: number(rows.length) }), " ",
    csv(heading, heads.map((one) => (Array.isArray(one) ? one[0] : one)), texts)), table(heads, rows.slice(0, FEW).map((draw) => draw()), "cards"));
}

// Why a decision came out as it did: the items not met, those that cannot be told, or the row of a table.
function why(decision, part) {
  const [, unmet, open, row] = part, title = (at) => t(decision.items[at]);
  return [unmet.length ? `${w("unmet")}${colon()}${unmet.map(title).join(comma())}` : "", open.length ? `${w("untold")}${colon()}${open.map(title).join(comma())}` : "",
    row === undefined ? "" : title(row)].filter(Boolean).join(lang === "zh" ? "；" : "; ");
}
const colon = () => (lang === "zh" ? "：" : ": ");

function listRecords(heading, subject, ids, decision = "") {
  const of = DATA.records[subject], bears = DATA.bearers?.subject === subject;
  const at = of.decisions.findIndex((one) => one.id === decision), asked = at < 0 ? of.decisions.map((_, place) => place) : [at];
  const reasons = (row) => asked.map((place) => [of.decisions[place], row[2][place]]).filter(([one, part]) => part && (at >= 0 || one.outcomes[part[0]]?.role === "not_met" || one.outcomes[part[0]]?.role === "unknown"))
    .map(([one, part]) => [at < 0 ? `${t(one.title)} ${t(one.outcomes[part[0]])}` : t(one.outcomes[part[0]]), why(one, part)].filter(Boolean).join(" · ")).join(lang === "zh" ? "；" : "; ");
  const rows = ids.filter((id) => inside(subject, id)).map((id) => KNOWN[subject].get(id)).filter(Boolean);
  const heads = [t(of.title), ...(of.over ? [t(DATA.records[of.over]?.title) || of.over] : []), ...(bears ? [t(DATA.bearers.title)] : []), w("why")];
  listed(heading, heads, rows.map((row) => () => [ref(subject, row[0]), ...(of.over ? [ref(of.over, row[1])] : []), ...(bears ? [bearerOf(row[0])] : []), reasons(row)]),
    rows.map((row) => [label(subject, row[0]), ...(of.over ? [label(of.over, row[1])] : []), ...(bears ? [bearerOf(row[0])] : []), reasons(row)]));
}

const bit = (hex, place) => (parseInt(hex[place >> 2], 16) >> (3 - (place & 3))) & 1;

// Why one of the lowest records is refused, or cannot be told.
function whyPerson(hex) {
  const has = (key) => DATA.people.keys.includes(key) && bit(hex, DATA.people.keys.indexOf(key));
  return (DATA.exclusions ?? []).map((one) => {
    const items = (kind) => one.items.filter((_, at) => has(`${one.id}.${at} ${kind}`)).map((item) => t(item.title)).join(comma());
    const unmet = items("not_met"), open = items("unknown");
    return unmet || open ? `${t(one.title)}${colon()}${[unmet ? `${w("unmet")} ${unmet}` : "", open ? `${w("bar_unknown")} ${open}` : ""].filter(Boolean).join(lang === "zh" ? "；" : "; ")}` : "";
  }).filter(Boolean).join(lang === "zh" ? "。" : ". ");
}

function listPeople(heading, key) {
  const part = DATA.people, cells = part.counts[key] ?? [], places = [];
  for (let at = 0; at < cells.length; at += 2) if (inside(LOW, part.places[cells[at]])) places.push([part.places[cells[at]], cells[at + 1]]);
  places.sort((one, two) => two[1] - one[1]);
  const over = DATA.records?.[LOW], heads = [t(over?.title) || LOW, ...(UPPER ? [t(DATA.records[UPPER]?.title) || UPPER] : []), [t(part.title), 1]];
  const upper = (id) => KNOWN[LOW]?.get(id)?.[1] ?? "";
  const by = table(heads, places.map(([id, n]) => [ref(LOW, id), ...(UPPER ? [ref(UPPER, upper(id))] : []), number(n)]), "cards");
  const download = csv(`${heading} · ${w("by_place")}`, heads.map((one) => [one].flat()[0]), places.map(([id, n]) => [label(LOW, id), ...(UPPER ? [label(UPPER, upper(id))] : []), n]));
  if (!part.rows) return void dialog(heading, el("p", { className: "dim" }, w("by_place"), " ", download), by, dim(w("too_many")));
  const place = part.keys.indexOf(key), rows = part.rows.filter((row) => bit(row[2], place) && inside(LOW, part.places[row[1]]));
  const box = listed(heading, [t(part.title), t(over?.title) || LOW, w("why")], rows.map((row) => () => [row[0], ref(LOW, part.places[row[1]]), whyPerson(row[2])]),
    rows.map((row) => [row[0], label(LOW, part.places[row[1]]), whyPerson(row[2])]));
  box.append(el("details", {}, el("summary", {}, w("by_place")), el("p", {}, download), by));
}

// One record: every decision about it with its reasons, the change that it needs, and the numbers of those below it.
function card(subject, id) {
  const of = DATA.records?.[subject], row = KNOWN[subject]?.get(id);
  if (!row) return;
  const near = DATA.near?.subject === subject ? DATA.near.rows.find((one) => one.id === id) : null;
  const at = LOW === subject && DATA.people ? DATA.people.places.indexOf(id) : -1;
  const below = Object.keys(DATA.records).find((one) => DATA.records[one].over === subject);
  const here = (key) => { const cells = DATA.people.counts[key] ?? []; for (let n = 0; n < cells.length; n += 2) if (cells[n] === at) return cells[n + 1]; return 0; };
  dialog(label(subject, id), el("p", {}, t(of.title), row[1] ? [" · ", ref(of.over, row[1])] : null, DATA.bearers?.subject === subject ? ` · ${t(DATA.bearers.title)} ${bearerOf(id) || "–"}` : ""),
    table([w("decision"), w("outcomes"), w("why"), w("clause")], of.decisions.map((one, place) => [one, row[2][place]]).map(([one, part]) =>
      [t(one.title), toned(one.outcomes[part[0]]?.role ?? "", t(one.outcomes[part[0]]) || "–"), why(one, part), clause(one.clause)]), "cards"),
    near?.changes.length ? el("p", {}, `${w("needs")}${colon()}${joined(near.changes)}`) : null,
    at >= 0 && DATA.funnel ? el("p", {}, DATA.funnel.flatMap((one, step) => [`${t(one.title)} `, el("b", {}, number(here(`f${step}`))), "　"])) : null,
    below ? el("p", {}, `${t(DATA.records[below].title)}${colon()}`, refs(below, DATA.records[below].rows.filter((one) => one[1] === id).map((one) => one[0]))) : null);
  boxes.at(-1).hash = location.hash;
}
function open() {
  const [subject, id] = location.hash.slice(1).split("/"), at = boxes.findIndex((one) => one.hash === location.hash);
  if (at < 0 && subject && id) card(subject, decodeURIComponent(id)); else shut(at + 1);
}
addEventListener("hashchange", open);

// --- the filter

function filters() {
  if (!KNOWN[LOW]) return "";
  const names = { over: UPPER ? [...new Set(DATA.records[LOW].rows.map((row) => row[1]))].filter(Boolean).sort() : [],
    bearer: DATA.bearers?.subject === LOW ? [...new Set(Object.values(DATA.bearers.of))].sort() : [] };
  const titles = { over: t(DATA.records[UPPER]?.title) || UPPER, bearer: t(DATA.bearers?.title) };
  const shown = Object.keys(names).filter((key) => names[key].length > 1).map((key) => {
    const pick = el("select", { id: `pick-${key}` }, ["", ...names[key]].map((id) => el("option", { value: id, selected: PICK[key] === id }, id ? label(key === "over" ? UPPER : "", id) : w("all"))));
    pick.addEventListener("change", () => { PICK[key] = pick.value; render(); document.getElementById(pick.id).focus(); });
    return el("label", {}, `${titles[key]} `, pick);
  });
  return shown.length ? el("div", { className: "filters" }, shown, picked() ? dim(w("filtered")) : null) : "";
}
