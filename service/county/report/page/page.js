// Puts the page together, in either language, on the screen and on paper.
const WIDE = new Set(["near", "titles", "alone", "table", "counts", "scatter", "aside", "gaps", "changes", "ahead", "rankings", "moves", "sweep"]);

function header() {
  const about = DATA.about;
  const other = el("button", { id: "lang", type: "button" }, lang === "zh" ? "English" : "中文");
  other.addEventListener("click", () => { lang = lang === "zh" ? "en" : "zh"; try { localStorage.setItem("lang", lang); } catch { /* a file may keep nothing */ } render(); });
  const print = el("button", { id: "print", type: "button" }, w("print"));
  print.addEventListener("click", () => window.print());
  const said = [w(DATA.kind), about.asked, about.on, about.edition, ...about.tried.map(t), about.publish ? w("published", { n: about.smallest }) : ""].filter(Boolean).join(" · ");
  return el("div", { className: "inner" }, el("div", { className: "bar" }, other, print), el("h1", {}, t(about.title)), el("div", { className: "dim" }, said));
}

function render() {
  charts.splice(0).forEach(([box]) => echarts.getInstanceByDom(box)?.dispose());
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = `${w(DATA.kind)} · ${t(DATA.about.title)}`;
  document.querySelector("header").replaceChildren(header());
  const tiles = DATA.counts ? el("div", { className: "tiles" }, [...DATA.counts].reverse().map((one) =>
    el("div", { className: "tile" }, el("span", { className: "dim" }, t(one.title)), el("b", {}, number(one.rows))))) : "";
  const made = DATA.order.filter((name) => DATA[name]).map((name) => {
    const one = PARTS[name](DATA[name]);
    if (one && WIDE.has(name)) one.classList.add("wide");
    return one;
  }).filter(Boolean);
  document.querySelector("main").replaceChildren(tiles, el("div", { className: "grid" }, made));
  document.querySelector("footer").replaceChildren(dim(`${DATA.about.edition} sha256 ${DATA.about.edition_sha256}`), dim(`Apache ECharts ${echarts.version} · Apache-2.0`));
  for (const [box, option] of charts) {
    echarts.init(box, null, { renderer: "svg", locale: lang === "zh" ? "ZH" : "EN" }).setOption({
      animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, aria: { enabled: true }, ...option });
  }
  document.body.dataset.ready = lang;
}
const resize = () => charts.forEach(([box]) => echarts.getInstanceByDom(box)?.resize());
addEventListener("resize", resize);
addEventListener("beforeprint", () => { document.querySelectorAll("details").forEach((one) => { one.open = true; }); resize(); });
matchMedia("print").addEventListener("change", resize);
render();
