// The text of a file of a draft in an editor: errors at their line as one types, completion, and what a word means.
// Without scripts the text area below stays.

import { make, say } from "./words.js";

const IDLE = 800; // milliseconds without typing until the text is checked
const form = document.getElementById("form");
const area = document.getElementById("text");
const faults = document.getElementById("faults");
const about = make("p", { class: "soft about", "aria-live": "polite" });
const host = make("div", { class: "editor" });
area.before(host);
area.hidden = true;
faults.parentElement.before(about);
document.querySelector("label[for=text]").addEventListener("click", () => editor.focus());

const { ace } = window;
if (say(true, false)) {
  ace.config.setMessages({
    "autocomplete.loading": "正在查找…",
    "autocomplete.popup.aria-label": "可以写的",
    "autocomplete.popup.aria-roledescription": "可以写的",
    "autocomplete.popup.item.aria-roledescription": "一项",
    "editor.gutter.aria-label": "行号栏，按回车进入，用方向键移动，按 Esc 离开",
    "editor.gutter.aria-roledescription": "行号栏",
    "editor.scroller.aria-label": "文本，按回车开始编辑，按 Esc 离开",
    "editor.scroller.aria-roledescription": "文本编辑器",
    "editor.tooltip.disable-editing": "不能编辑",
    "gutter-tooltip.aria-label.error.plural": "处错误",
    "gutter-tooltip.aria-label.error.singular": "处错误",
    "gutter-tooltip.aria-label.warning.plural": "处提醒",
    "gutter-tooltip.aria-label.warning.singular": "处提醒",
    "gutter.annotation.aria-label.error": "第 $0 行有错误",
    "gutter.annotation.aria-label.warning": "第 $0 行有提醒",
    "gutter.code-folding.closed.aria-label": "展开或收起第 $0 至 $1 行",
    "gutter.code-folding.closed.title": "展开",
    "gutter.code-folding.open.aria-label": "收起第 $0 行",
    "gutter.code-folding.open.title": "收起",
    "gutter.code-folding.range.aria-label": "展开或收起第 $0 至 $1 行",
    "inline-fold.closed.title": "展开",
    "text-input.aria-label": "光标在第 $0 行",
    "text-input.aria-roledescription": "文本编辑器",
  });
}
const editor = ace.edit(host);
const { session } = editor;
session.setUseWorker(false);
session.setMode("ace/mode/yaml");
session.setUseSoftTabs(true);
session.setTabSize(2);
session.setValue(area.value);
editor.setOptions({
  enableBasicAutocompletion: [{ getCompletions: complete, identifierRegexps: [/[\w.()（）\u4e00-\u9fff-]/] }],
  enableKeyboardAccessibility: true,
  enableLiveAutocompletion: true,
  fontFamily: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "Noto Sans Mono CJK SC", monospace',
  fontSize: 14,
  liveAutocompletionDelay: 300,
  maxLines: 34,
  minLines: 12,
  readOnly: area.readOnly,
  showPrintMargin: false,
  textInputAriaLabel: say("文本", "Text"),
  wrap: window.innerWidth < 700,
});
const line = /^#L(\d+)$/.exec(location.hash);
if (line) editor.gotoLine(Number(line[1]));

// --- errors at their line

const input = editor.textInput.getElement();
let composing = false;
let asked = 0;
input.addEventListener("compositionstart", () => (composing = true));
input.addEventListener("compositionend", () => (composing = false));
const check = idle(async () => {
  const found = await ask(form.dataset.check, {});
  if (found) tell(found.problems);
  else check(); // too much was asked at once, or the text has changed: again
});
const look = idle(async () => {
  const { row, column } = editor.getCursorPosition();
  about.textContent = ((await here(row, column))?.means ?? []).join(" · ");
});
session.on("change", () => {
  area.value = session.getValue();
  area.dispatchEvent(new Event("input", { bubbles: true }));
  check();
});
session.selection.on("changeCursor", look);
check();

/** The same, done when nothing was typed for a while; never while characters are being composed. */
function idle(work) {
  let timer;
  return function later() {
    clearTimeout(timer);
    timer = setTimeout(() => (composing ? later() : work()), IDLE);
  };
}

/** The answer to a question about the text as it is; nothing where another was asked meanwhile, or none came. */
async function ask(address, more) {
  const body = new URLSearchParams({ csrf: form.elements.csrf.value, text: session.getValue(), ...more });
  const text = session.getValue();
  try {
    const headers = { "Accept-Language": document.documentElement.lang };
    const answer = await fetch(address, { method: "POST", body, headers });
    return answer.ok && text === session.getValue() ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

function here(row, column, more = {}) {
  return ask(form.dataset.here, { line: row + 1, column: column + 1, ...more });
}

function tell(found) {
  session.setAnnotations(found.map((one) => ({
    row: one.line - 1, column: one.column - 1, text: say(one.zh, one.en), type: one.severity === "error" ? "error" : "warning",
  })));
  faults.replaceChildren(...found.map((one) => {
    const place = make("a", { href: `#L${one.line}` }, say(`第 ${one.line} 行`, `line ${one.line}`));
    place.addEventListener("click", (event) => {
      event.preventDefault();
      editor.gotoLine(one.line, one.column - 1);
      editor.focus();
    });
    return make("li", { class: one.severity === "error" ? "bad" : "unknown" }, place, ` ${say(one.zh, one.en)}`);
  }));
}

// --- completion, and what a word means

async function complete(_editor, _session, position, _prefix, done) {
  asked += 1;
  const mine = asked;
  const offers = (await here(position.row, position.column, { offers: "1" }))?.offers ?? [];
  if (mine !== asked || composing) return;
  done(null, offers.map((one, number) => ({
    caption: one.word, value: one.word, meta: one.title === one.word ? "" : one.title, score: offers.length - number,
  })));
}

const { HoverTooltip } = ace.require("ace/tooltip");
const { Range } = ace.require("ace/range");
const tooltip = new HoverTooltip();
tooltip.addToEditor(editor);
tooltip.setDataProvider(async (event) => {
  const { row, column } = event.getDocumentPosition();
  const means = (await here(row, column))?.means ?? [];
  if (!means.length) return;
  const words = session.getWordRange(row, column);
  const box = make("div", { class: "means" }, ...means.map((one) => make("p", {}, one)));
  tooltip.showForRange(editor, new Range(row, words.start.column, row, words.end.column), box, event);
});
