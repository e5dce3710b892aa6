// A list of records as a table: a row for each, a column for each fact.

import { aboutOf, control } from "./inputs.js";
import { kind } from "./schema.js";
import { make, say } from "./words.js";

/** The list under `pointer`; `names` are its columns, `outcomes` what the outcomes of decisions are called. */
export function records(schemas, schema, names, pointer, outcomes) {
  const record = schemas.resolve(schema.items);
  const columns = names
    .map((name) => ({ name, schema: schemas.property(record, name) }))
    .filter((one) => !["list", "record"].includes(kind(one.schema)))
    .map((one) => ({ ...one, about: about(one, outcomes) }));
  const title = aboutOf(schema).title;
  const body = make("tbody");
  const head = make("tr", {}, ...columns.map((one) => make("th", { scope: "col" }, one.about.title)), make("td"));
  const problem = make("p", { class: "problem", hidden: true });
  const add = make("button", { type: "button", class: "small" }, say("加一行", "Add a row"));
  const box = make("div", { class: "records", tabindex: "0", role: "group", "aria-label": title });
  box.append(make("table", {}, make("thead", {}, head), body));
  const element = make("fieldset", { class: "list field" }, make("legend", {}, title), box, add, problem);
  let rows = [];

  function addRow(values = {}) {
    const cells = columns.map((one) => ({ ...control(one.schema, one.about, { "aria-label": one.about.title }), name: one.name }));
    const remove = make("button", { type: "button", class: "small", "aria-label": say("删去这一行", "Remove this row") }, "×");
    const row = { cells, element: make("tr", {}, ...cells.map((one) => make("td", {}, one.element)), make("td", {}, remove)) };
    for (const cell of cells) cell.write(values[cell.name]);
    remove.addEventListener("click", () => {
      rows = rows.filter((one) => one !== row);
      row.element.remove();
      add.focus();
    });
    rows.push(row);
    body.append(row.element);
    return row;
  }

  add.addEventListener("click", () => addRow().cells[0]?.element.focus());

  return {
    pointer, element, problem, target: add, marked: box,
    read: () => (rows.length ? rows.map(read) : undefined),
    write(values) {
      rows = [];
      body.replaceChildren();
      for (const one of values ?? []) addRow(one);
    },
  };
}

function about({ name, schema }, outcomes) {
  if (name === "id") return { title: say("编号", "Id"), codes: {} };
  const found = aboutOf(schema);
  return outcomes[name] ? { ...found, codes: outcomes[name] } : found;
}

function read(row) {
  return Object.fromEntries(row.cells.map((one) => [one.name, one.read()]).filter(([, value]) => value !== undefined));
}
