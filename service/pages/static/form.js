// The facts of one decision as a form: grouped by the subject they are about, read as the body of a request.

import { field } from "./inputs.js";
import { records } from "./records.js";
import { kind } from "./schema.js";
import { half, make } from "./words.js";

export class FactForm {
  constructor(schemas, form, place, outcomes) {
    const facts = schemas.facts(form.decision, place);
    this.fields = [];
    this.element = make("div");
    for (const [subject, paths] of grouped(form.facts)) {
      const schema = subject ? schemas.property(facts, subject) : facts;
      const title = subject ? half(schema.description ?? subject) : half(`${form.subject.title.zh} / ${form.subject.title.en}`);
      const grid = make("div", { class: "facts" });
      for (const path of paths) {
        const one = schemas.property(schema, path.at(-1));
        if (["list", "record"].includes(kind(one))) continue;
        grid.append(this.#add(path, field(one, `/facts/${path.join("/")}`)));
      }
      this.element.append(make("fieldset", {}, make("legend", {}, title), grid));
    }
    for (const [name, columns] of Object.entries(form.lists)) {
      const list = records(schemas, schemas.property(facts, name), columns, `/facts/${name}`, outcomes);
      this.element.append(this.#add([name], list));
    }
  }

  #add(path, one) {
    this.fields.push({ ...one, path });
    return one.element;
  }

  write(facts) {
    for (const one of this.fields) one.write(one.path.reduce((node, step) => node?.[step], facts));
  }

  read() {
    const facts = {};
    for (const { path, read } of this.fields) {
      const value = read();
      if (value === undefined) continue;
      const place = path.slice(0, -1).reduce((node, step) => (node[step] ??= {}), facts);
      place[path.at(-1)] = value;
    }
    return facts;
  }
}

/** The paths by the subject they lead to; that of the decision itself is "". */
function grouped(paths) {
  const found = new Map();
  for (const path of paths) {
    const above = path.slice(0, -1).join("/");
    found.set(above, [...(found.get(above) ?? []), path]);
  }
  return found;
}
