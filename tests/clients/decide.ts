// A decision through each client that is generated for TypeScript, compiled under `strict`.
import createClient from "openapi-fetch";
import type { paths } from "./schema";
import { client } from "./hey/client.gen";
import { decideCreditVillage } from "./hey/sdk.gen";

const [baseUrl, key] = process.argv.slice(2) as [string, string];
const headers = { Authorization: `Bearer ${key}` };
const body = { subject: { id: "V-9" }, on: "2026-12-31", facts: { households: 100, a_grade_households: 54 } };

async function main(): Promise<void> {
  const typed = createClient<paths>({ baseUrl, headers });
  const { data } = await typed.POST("/v1/decisions/credit_village", { body });
  const outcome: "qualified" | "not_qualified" | "needs_information" | undefined = data?.outcome;
  client.setConfig({ baseUrl, headers });
  const other = await decideCreditVillage({ body });
  console.log(JSON.stringify([outcome, other.data?.outcome, typeof data?.log_id]));
}

void main();
