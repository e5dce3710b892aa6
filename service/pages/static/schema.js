// Reads the schemas of the OpenAPI document.

export class Schemas {
  constructor(document) {
    this.document = document;
  }

  /** A schema with what it refers to in its place; null as an alternative is left aside. */
  resolve(schema) {
    let found = schema ?? {};
    for (let steps = 0; steps < 10; steps += 1) {
      if (found.$ref) {
        const target = found.$ref.split("/").slice(1).reduce((node, step) => node?.[step], this.document);
        found = { ...target, description: found.description ?? target?.description };
      } else if (found.anyOf?.some((one) => one.$ref)) {
        const { anyOf, ...rest } = found;
        found = { ...rest, ...anyOf.find((one) => one.$ref) };
      } else break;
    }
    return found;
  }

  /** The schema of a decision's facts; `place` tells the plans that offer it apart. */
  facts(decision, place) {
    const operation = this.document.paths[`/v1/decisions/${decision}`]?.post;
    const body = operation?.requestBody?.content["application/json"]?.schema ?? {};
    return this.resolve(this.resolve((body.anyOf ?? [body])[place]).properties?.facts);
  }

  property(schema, name) {
    return this.resolve(schema.properties?.[name]);
  }
}

/** What kind of input a schema asks for. */
export function kind(schema) {
  const types = [schema.type ?? (schema.anyOf ?? []).flatMap((one) => one.type)].flat();
  if (types.includes("boolean")) return "boolean";
  if (schema.enum) return "choice";
  if (schema.format === "date") return "date";
  if (types.includes("array")) return "list";
  if (types.includes("integer")) return "integer";
  if (types.includes("number")) return types.includes("string") ? "rate" : "number";
  return types.includes("object") ? "record" : "text";
}
