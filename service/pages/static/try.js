// The form of the start page: choose a decision, fill in its facts, send it, read why. 

import { written } from "./exact.js";
import { FactForm } from "./form.js";
import { Schemas } from "./schema.js";
import { lang, make, say } from "./words.js";

const at = (id) => document.getElementById(id);
const [form, status, decision, example] = ["form", "status", "decision", "example"].map(at);
let schemas;
let forms = [];
let current;
let printable = "";

start();

async function start() {
  status.textContent = say("正在读取接口说明…", "Reading the API's description…");
  try {
    const [document, offered] = await Promise.all(["/openapi.json", "/try-it.json"].map(json));
    schemas = new Schemas(document);
    forms = offered;
  } catch {
    status.textContent = say("接口说明读不出来，请刷新页面。", "The API's description could not be read; reload the page.");
    return;
  }
  status.textContent = "";
  const several = new Set(forms.map((one) => one.plan)).size > 1;
  const subjects = new Map();
  forms.forEach((one, number) => {
    const title = one.subject.title[lang];
    if (!subjects.has(title)) subjects.set(title, make("optgroup", { label: title }));
    subjects.get(title).append(make("option", { value: number }, one.title[lang] + (several ? ` (${one.plan})` : "")));
  });
  decision.append(...subjects.values());
  decision.value = "0";
  decision.addEventListener("change", choose);
  example.addEventListener("change", fill);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  at("print").addEventListener("click", () => {
    window.open(URL.createObjectURL(new Blob([printable], { type: "text/html;charset=utf-8" })));
  });
  choose();
  form.hidden = false;
}

async function json(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(address);
  return response.json();
}

function choose() {
  const chosen = forms[Number(decision.value)];
  const place = forms.filter((one) => one.decision === chosen.decision).indexOf(chosen);
  current = { ...chosen, facts: new FactForm(schemas, chosen, place, outcomes(chosen.plan)) };
  at("facts").replaceChildren(current.facts.element);
  const titles = chosen.examples.map((one, number) => [number, `${one.subject.id}  ${one.title[lang]}`]);
  const options = [...titles, ["", say("空白", "blank")]];
  example.replaceChildren(...options.map(([value, title]) => make("option", { value }, title)));
  fill();
}

/** What the outcomes of a plan's decisions are called, by decision and code. */
function outcomes(plan) {
  const named = (titles) => Object.fromEntries(Object.entries(titles).map(([code, title]) => [code, title[lang]]));
  return Object.fromEntries(forms.filter((one) => one.plan === plan).map((one) => [one.decision, named(one.outcomes)]));
}

function fill() {
  const chosen = current.examples[example.value === "" ? -1 : Number(example.value)];
  at("subject").value = chosen?.subject.id ?? "X-001";
  at("on").value = chosen?.on ?? "";
  current.facts.write(chosen?.facts ?? {});
  forget();
  at("result").hidden = true;
}

function body() {
  const several = new Set(forms.map((one) => one.plan)).size > 1;
  return {
    ...(several ? { plan: current.plan } : {}),
    ...(at("on").value ? { on: at("on").value } : {}),
    subject: { id: at("subject").value.trim() },
    facts: current.facts.read(),
  };
}

async function send() {
  forget();
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  try {
    await decide();
  } catch {
    tell(say("连不上服务，请稍后再试。", "The service cannot be reached; try again in a moment."));
  } finally {
    button.disabled = false;
  }
}

async function decide() {
  const address = `/v1/decisions/${current.decision}`;
  const text = written(body());
  const headers = { "Accept-Language": lang, "X-CSRF-Token": document.querySelector("meta[name=csrf]").content };
  const posted = { method: "POST", headers: { ...headers, "Content-Type": "application/json" }, body: text };
  const answer = await fetch(address, posted);
  const said = await answer.text();
  show(address, text, said);
  const found = JSON.parse(said);
  if (!answer.ok) {
    refuse(found);
    return;
  }
  const reasons = await fetch(`/v1/decisions/${found.log_id}/explanation`, { headers: { ...headers, Accept: "text/html" } });
  const page = await reasons.text();
  at("decided").replaceChildren(reasons.ok ? article(page) : make("h2", {}, found.outcome_title[lang]));
  printable = reasons.ok ? page : "";
  at("does").hidden = !printable;
  at("result").hidden = false;
  at("decided").focus({ preventScroll: true });
  at("result").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
}

/** The decision on the page to print, for this page: without its frame, the clauses folded away. */
function article(page) {
  const found = document.adoptNode(new DOMParser().parseFromString(page, "text/html").querySelector("article.first"));
  found.removeAttribute("id");
  found.querySelector(".switch")?.remove();
  for (const one of found.querySelectorAll("details")) one.open = false;
  return found;
}

function show(address, text, said) {
  const quoted = text.replaceAll("'", "'\\''");
  at("curl").textContent = [
    `curl ${location.origin}${address}`, `-H "Authorization: Bearer $KEY"`, `-H 'Content-Type: application/json'`, `-d '${quoted}'`,
  ].join(" \\\n  ");
  at("answer").textContent = indented(said);
  at("sent").hidden = false;
}

function indented(said) {
  try {
    return JSON.stringify(JSON.parse(said), null, 2);
  } catch {
    return said;
  }
}

// --- what goes wrong

function forget() {
  for (const one of document.querySelectorAll("[aria-invalid]")) one.removeAttribute("aria-invalid");
  for (const one of document.querySelectorAll(".field .problem")) one.hidden = true;
  for (const id of ["problem", "does", "sent"]) at(id).hidden = true;
  at("decided").replaceChildren();
}

function tell(...lines) {
  at("problem").replaceChildren(...lines.map((line) => make("p", {}, line)));
  at("problem").hidden = false;
  at("result").hidden = false;
}

/** A problem document: each error beside its input, and all of it below the form. */
function refuse(problem) {
  const errors = problem.errors ?? [];
  tell(`${problem.title}${say("。", ". ")}${problem.detail ?? ""}`, ...errors.map((one) => `${one.pointer}  ${one[lang]}`));
  if (problem.status === 401) at("problem").append(make("a", { href: "/sign-in?next=/%23try" }, say("登录", "Sign in")));
  const targets = errors.map((error) => mark(error)).filter(Boolean);
  targets[0]?.focus();
}

function mark(error) {
  const plain = document.querySelector(`[data-pointer="${CSS.escape(error.pointer)}"]`);
  const one = current.facts.fields.find(({ pointer }) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`));
  (plain ?? one?.marked)?.setAttribute("aria-invalid", "true");
  if (one) {
    one.problem.textContent = error[lang];
    one.problem.hidden = false;
  }
  return plain ?? one?.target;
}
