// Follows an effect that is being worked out, and puts in what is ready. Only the parts that changed are replaced, and
// only while nobody is about to click or type: whatever else is on the page stays, with its focus and what was typed.

const EVERY = 1500; // milliseconds between two looks
const STILL = 600; // milliseconds without the mouse or a key before anything moves on the page
const parts = (page) => new Map([...page.querySelectorAll("[data-part]")].map((one) => [one.dataset.part, one]));
const sent = new Map([...parts(document)].map(([name, one]) => [name, one.innerHTML])); // as the service sent them
const pause = (time) => new Promise((done) => setTimeout(done, time));
let held = false;
let last = 0;

for (const name of ["pointerdown", "pointermove", "pointerup", "pointercancel", "keydown", "keyup"]) {
  addEventListener(name, () => {
    last = performance.now();
    if (name !== "pointermove") held = name.endsWith("down");
  }, { capture: true, passive: true });
}

async function still() {
  while (held || performance.now() - last < STILL) await pause(STILL / 4);
}

function replace(part, html) {
  const had = part.contains(document.activeElement) ? document.activeElement : null;
  const open = new Map([...part.querySelectorAll("details")].map((one) => [one.querySelector("summary").textContent, one.open]));
  part.innerHTML = html;
  for (const one of part.querySelectorAll("details")) {
    one.open = open.get(one.querySelector("summary").textContent) ?? one.open;
  }
  if (!had) return;
  const same = [...part.querySelectorAll(had.localName)].find((one) => one.textContent === had.textContent);
  if (!same) part.tabIndex = -1;
  (same ?? part).focus({ preventScroll: true });
}

function put(page) {
  for (const [name, part] of parts(page)) {
    const here = parts(document).get(name);
    if (!here || sent.get(name) === part.innerHTML) continue;
    sent.set(name, part.innerHTML);
    replace(here, part.innerHTML);
  }
  const [said, now] = [document, page].map((one) => one.getElementById("said"));
  if (now && said.textContent !== now.textContent) said.textContent = now.textContent;
}

async function look() {
  const place = document.getElementById("progress");
  if (!place) return false;
  const state = await (await fetch(place.dataset.state, { headers: { Accept: "application/json" } })).json();
  if (state.parts > Number(place.dataset.parts) || state.status !== place.dataset.status) {
    const answer = await fetch(place.dataset.page, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return true; // it is busy, or nobody is signed in any more
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    await still();
    put(page);
    return true;
  }
  const bar = place.querySelector("progress");
  if (bar && state.of) Object.assign(bar, { max: state.of, value: state.done });
  return true;
}

for (let more = Boolean(document.getElementById("progress")); more; ) {
  await pause(EVERY);
  more = await look().catch(() => true); // the service is away for a moment: the next look tells
}
