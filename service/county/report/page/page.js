// Puts the page together, in either language, on the screen and on paper.
const WIDE = new Set(["near", "titles", "alone", "table", "counts", "scatter", "aside", "gaps", "changes", "ahead", "rankings", "milestones", "moves", "sweep", "turns"]);

function header() {
  const about = DATA.about;
  const other = el("button", { id: "lang", type: "button" }, lang === "zh" ? "English" : "中文");
  other.addEventListener("click", () => { lang = lang === "zh" ? "en" : "zh"; try { localStorage.setItem("lang", lang); } catch { /* a file may keep nothing */ } render(); });
  const print = el("button", { id: "print", type: "button" }, w("print"));
  print.addEventListener("click", () => window.print());
  const served = location.protocol.startsWith("http") ? el("a", { href: "../", id: "home" }, w("home")) : null;
  const files = DATA.kind === "report" && !about.publish ? ["workbook.xlsx", "set_aside.xlsx"].map((one) => el("a", { href: one, download: one }, w(one))) : [];
  const said = [w(DATA.kind), t(about.asked), about.on, about.edition, ...about.tried.map(t), about.publish ? w("published", { n: about.smallest }) : ""].filter(Boolean).join(" · ");
  return el("div", { className: "inner" }, el("div", { className: "bar" }, served, files, other, print), el("h1", {}, t(about.title)), el("div", { className: "dim" }, said));
}

function render() {
  charts.splice(0).forEach(([box]) => echarts.getInstanceByDom(box)?.dispose());
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = `${w(DATA.kind)} · ${t(DATA.about.title)}`;
  document.querySelector("header").replaceChildren(header());
  const top = DATA.results ? tiles(DATA.results) : "";
  const made = DATA.order.filter((name) => DATA[name]).map((name) => {
    const one = PARTS[name](DATA[name]);
    if (one && WIDE.has(name)) one.classList.add("wide");
    return one;
  }).filter(Boolean);
  document.querySelector("main").replaceChildren(DATA.records ? filters() : "", top, el("div", { className: "grid" }, made));
  document.querySelector("footer").replaceChildren(dim(`${DATA.about.edition} sha256 ${DATA.about.edition_sha256}`), dim(`Apache ECharts ${echarts.version} · Apache-2.0`));
  for (const [box, option] of charts) {
    echarts.init(box, null, { renderer: "svg", locale: lang === "zh" ? "ZH" : "EN" }).setOption({
      animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, aria: { enabled: true }, ...option });
  }
  scaled();
  document.body.dataset.ready = lang;
}
// A drawing keeps its proportions on paper of any width: nothing is drawn anew for a printer.
const scaled = () => charts.forEach(([box]) => { const svg = box.querySelector("svg"); svg.setAttribute("viewBox", `0 0 ${svg.getAttribute("width")} ${svg.getAttribute("height")}`); });
addEventListener("resize", () => {
  if (matchMedia("print").matches) return;
  charts.forEach(([box]) => echarts.getInstanceByDom(box)?.resize());
  scaled();
});
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => { one.open = true; }));
render();
if (DATA.records) open();
