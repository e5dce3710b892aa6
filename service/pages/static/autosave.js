// Saves the form of a draft by itself when nothing was typed for a while, and asks before what is unsaved is left.

import { make, say } from "./words.js";

const IDLE = 3000; // milliseconds without typing until it is saved
const AGAIN = 15000; // ... until it is tried again where it could not be

const form = document.getElementById("form");
const told = make("p", { class: "soft", role: "status", id: "saved" });
let unsaved = "unsaved" in form.dataset;
let composing = false;
let stopped = !form.dataset.autosave;
let typed = 0; // how often something was typed
let timer;
let under; // the save that is under way

form.querySelector("button.main")?.closest("p, form").append(told);
form.addEventListener("input", change);
form.addEventListener("change", change);
form.addEventListener("compositionstart", () => (composing = true));
form.addEventListener("compositionend", () => (composing = false));
form.addEventListener("submit", async (event) => {
  clearTimeout(timer);
  if (under) {
    event.preventDefault();
    await under;
    form.requestSubmit(event.submitter);
    return;
  }
  unsaved = false;
  stopped = true;
});
window.addEventListener("beforeunload", (event) => {
  if (unsaved) event.preventDefault();
});

function change() {
  typed += 1;
  unsaved = true;
  if (!stopped) wait(IDLE);
}

function wait(milliseconds) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    if (composing || under) wait(IDLE);
    else under = save().finally(() => (under = undefined));
  }, milliseconds);
}

async function save() {
  const before = typed;
  let answer;
  try {
    const body = new URLSearchParams(new FormData(form));
    answer = await fetch(form.dataset.autosave, { method: "POST", body, headers: { "Accept-Language": lang() } });
    if (answer.status >= 500) throw new Error(answer.status);
  } catch {
    told.textContent = say("暂时连不上服务，还没有保存，会再试。", "The service cannot be reached: not saved yet, tried again soon.");
    wait(AGAIN);
    return;
  }
  const said = await answer.json().catch(() => ({}));
  if (answer.ok && said.revision) {
    form.elements.revision.value = said.revision;
    if (typed === before) unsaved = false;
    told.textContent = say(`已保存 ${said.at}`, `Saved ${said.at}`);
  } else if (answer.status === 409) {
    stopped = true;
    conflict(said);
  } else {
    const why = said.held ?? said.errors?.map((one) => one.message).join(" ") ?? said.detail ?? "";
    told.textContent = say(`还没有保存。${why}`, `Not saved yet. ${why}`);
  }
}

function lang() {
  return document.documentElement.lang;
}

/** Both texts, where somebody else has saved another. */
function conflict(said) {
  told.textContent = say("自动保存已停。", "Saving by itself has stopped.");
  const box = make("section", { class: "notice", role: "alert", id: "conflict" }, make("p", {}, said.detail ?? ""));
  if (said.theirs !== undefined) {
    const mine = form.elements.text?.value;
    const half = (title, text) => make("div", {}, make("b", {}, title), make("pre", { tabindex: "0" }, text));
    const theirs = half(say("现在保存着的", "What is saved now"), said.theirs);
    box.append(mine === undefined ? theirs : make("div", { class: "two" }, half(say("您写的", "Yours"), mine), theirs));
  }
  form.before(box);
}
