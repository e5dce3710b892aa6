"use strict";
// Draws the report from the data beside it. It knows the parts of a report, and nothing of any plan.
const DATA = JSON.parse(document.getElementById("data").textContent);
const WORDS = JSON.parse(document.getElementById("words").textContent);
const COLOUR = { met: "#1f8a5b", not_met: "#c0392b", unknown: "#d69e2e", "": "#7a8794" };
const BLUE = "#2f6db5";
let lang = localStorageLang() || "zh";
const charts = [];

function localStorageLang() {
  try { return new URLSearchParams(location.search).get("lang") || localStorage.getItem("lang"); } catch { return null; }
}
const w = (name) => WORDS[name][lang];
const t = (both) => (both ? both[lang] : "");
const number = (value) => (value === null || value === undefined ? (DATA.about.publish ? `<${DATA.about.smallest}` : "–")
  : value.toLocaleString(lang === "zh" ? "zh-CN" : "en"));
const percent = (value) => (value === null || value === undefined ? "–" : `${+(value * 100).toFixed(2)}%`);
const figure = (axis, value) => (axis.share ? percent(value) : number(value));
const joined = (list) => list.map(t).join(lang === "zh" ? "、" : ", ");

function el(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key in made && key !== "list") made[key] = value; else made.setAttribute(key, value);
  }
  made.append(...inside.filter((one) => one !== null && one !== undefined));
  return made;
}

function section(id, heading, about, ...inside) {
  return el("section", { id }, el("h2", {}, heading), about ? el("p", { className: "dim" }, about) : null, ...inside);
}

function chart(option, height) {
  const box = el("div", { className: "chart", role: "img" });
  if (height) box.style.height = height;
  charts.push([box, option]);
  return box;
}

function table(heads, rows) {
  const head = el("tr", {}, ...heads.map(([text, n]) => el("th", { className: n ? "n" : "" }, text)));
  const body = rows.map((cells) => el("tr", {}, ...cells.map((cell, place) =>
    cell instanceof Node ? el("td", { className: heads[place][1] ? "n" : "" }, cell)
      : el("td", { className: heads[place][1] ? "n" : "" }, String(cell)))));
  return el("div", { className: "scroll" }, el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

const axisStyle = { axisLabel: { color: "#66727f" }, splitLine: { lineStyle: { color: "#eceff3" } } };

const PARTS = {
  funnel(rows) {
    const most = rows[0].count || 1;
    return section("funnel", w("funnel"), w("funnel_about"), chart({
      grid: { left: 8, right: 118, top: 8, bottom: 8, containLabel: true },
      xAxis: { type: "value", show: false, max: most },
      yAxis: { type: "category", inverse: true, data: rows.map((one) => t(one.title)), axisTick: { show: false }, axisLine: { show: false } },
      series: [{ type: "bar", barWidth: "62%", itemStyle: { color: BLUE, borderRadius: 3 }, data: rows.map((one) => one.count ?? 0),
        label: { show: true, position: "right", formatter: (at) =>
          `${number(rows[at.dataIndex].count)}  ${percent(rows[at.dataIndex].count === null ? null : rows[at.dataIndex].count / most)}` } }],
    }, `${3 + 3 * rows.length}rem`));
  },
  exclusions(all) {
    return section("exclusions", w("exclusions"), w("exclusions_about"), ...all.map((one) => {
      const items = one.items.filter((item) => item.not_met !== 0 || item.unknown !== 0);
      return el("div", {}, el("h3", { className: "dim" }, t(one.title)), unmetChart(items));
    }));
  },
  scatter(part) {
    const [x, y, z] = part.axes;
    const byRole = {};
    for (const point of part.points) {
      const outcome = part.outcomes[point[point.length - 1]];
      if (point[1] === null || point[2] === null || !outcome) continue;
      (byRole[t(outcome)] ??= { role: outcome.role, data: [] }).data.push([point[1], point[2], point[3], point[0]]);
    }
    const line = (axis, key) => ({ [key]: axis.limit, label: { formatter: `${figure(axis, axis.limit)}` } });
    const unseen = part.points.filter((one) => one[1] === null || one[2] === null).length;
    return section("scatter", t(part.title), `${part.axes.map((one) => `${t(one.title)} ${t(one.said)} ${figure(one, one.limit)}`).join(lang === "zh" ? "；" : "; ")}` +
      (unseen ? ` · ${w("unseen").replace("{n}", number(unseen))}` : ""), chart({
      color: Object.values(byRole).map((one) => COLOUR[one.role]),
      legend: { bottom: 0 }, grid: { left: 12, right: 30, top: 30, bottom: 40, containLabel: true },
      tooltip: { formatter: (at) => at.data[3] ? `${esc(at.data[3])}<br>${esc(t(x.title))} ${figure(x, at.data[0])}<br>${esc(t(y.title))} ${figure(y, at.data[1])}` +
        (z ? `<br>${esc(t(z.title))} ${figure(z, at.data[2])}` : "") : "" },
      xAxis: { type: "value", name: t(x.title), nameLocation: "middle", nameGap: 26, scale: true, max: x.share ? 1 : null, axisLabel: { formatter: (v) => figure(x, v) }, splitLine: axisStyle.splitLine },
      yAxis: { type: "value", name: t(y.title), scale: true, max: y.share ? 1 : null, axisLabel: { formatter: (v) => figure(y, v) }, splitLine: axisStyle.splitLine },
      series: Object.entries(byRole).map(([name, one], place) => ({ name, type: "scatter", data: one.data, symbolSize: 8, itemStyle: { opacity: .75 },
        symbol: (value) => (z && value[2] !== null && !holds(z, value[2]) ? "triangle" : "circle"),
        markLine: place ? undefined : { silent: true, symbol: "none", lineStyle: { color: "#66727f", type: "dashed" }, data: [line(x, "xAxis"), line(y, "yAxis")] } })),
    }, "27rem"), z ? el("p", { className: "dim" }, `▲ ${w("third").replace("{title}", t(z.title))}`) : null);
  },
  shares(part) {
    const bars = part.bars.filter((one) => one[1] !== null), unseen = part.bars.length - bars.length;
    if (!bars.length) return null;
    return section("shares", `${t(part.axis.title)}`, `${t(part.title)} · ${t(part.axis.said)} ${figure(part.axis, part.axis.limit)}` +
      (unseen ? ` · ${w("unseen").replace("{n}", number(unseen))}` : ""), chart({
      grid: { left: 8, right: 20, top: 24, bottom: bars.length > 20 ? 48 : 8, containLabel: true }, tooltip: { trigger: "axis", valueFormatter: (v) => figure(part.axis, v) },
      dataZoom: bars.length > 40 ? [{ type: "slider", startValue: 0, endValue: 39, height: 18, bottom: 8 }] : [],
      xAxis: { type: "category", data: bars.map((one) => one[0]), axisLabel: { rotate: bars.length > 8 ? 60 : 0 } },
      yAxis: { type: "value", min: 0, max: part.axis.share ? 1 : null, axisLabel: { formatter: (v) => figure(part.axis, v) }, splitLine: axisStyle.splitLine },
      series: [{ type: "bar", data: bars.map((one) => ({ value: one[1], itemStyle: { color: holds(part.axis, one[1]) ? COLOUR.met : "#9fb3c8" } })),
        markLine: { silent: true, symbol: "none", lineStyle: { color: COLOUR.not_met }, data: [{ yAxis: part.axis.limit, label: { formatter: figure(part.axis, part.axis.limit), position: "insideEndTop" } }] } }],
    }));
  },
  milestones(part) {
    const days = part.points, all = days[0].all;
    const rows = days.map((one) => [one.on, t(one.title), one.clause, `${number(one.done)} / ${number(one.need)}`,
      one.short === 0 ? el("span", { className: "met" }, w("reached")) : one.a_week === null ? el("span", { className: "not_met" }, w("late").replace("{n}", number(one.short)))
        : w("a_week").replace("{n}", one.a_week.toFixed(1))]);
    const known = [...new Map(days.map((one) => [one.on, one.need]))].sort();
    return section("milestones", t(part.title), w("milestones_about"), chart({
      grid: { left: 8, right: 24, top: 24, bottom: 30, containLabel: true }, legend: { bottom: 0 }, tooltip: { trigger: "axis" },
      xAxis: { type: "time", min: DATA.about.on < known[0][0] ? DATA.about.on : known[0][0] }, yAxis: { type: "value", min: 0, max: all, splitLine: axisStyle.splitLine },
      series: [{ name: w("needed"), type: "line", symbolSize: 9, lineStyle: { type: "dashed" }, itemStyle: { color: "#66727f" }, data: known, label: { show: true, position: "top", formatter: (at) => number(at.data[1]) } },
        { name: w("done"), type: "scatter", symbolSize: 15, itemStyle: { color: BLUE }, data: [[DATA.about.on, days[0].done]], label: { show: true, position: "right", formatter: (at) => number(at.data[1]) } }],
    }, "17rem"), table([[w("by")], [""], [w("clause")], [w("done_of"), 1], [""]], rows));
  },
  near(part) {
    const rows = part.rows.map((one) => [one.id, one.changes.length ? joined(one.changes) : w("no_way"), joined(one.unmet)]);
    return rows.length ? section("near", w("near"), `${t(part.title)} · ${w("near_about")}`, table([["", 0], [w("needs")], [w("unmet")]], rows)) : null;
  },
  titles(part) {
    const rows = part.rows.map((one) => [one.id, el("span", { className: "not_met" }, joined(one.unmet)), el("span", { className: "unknown" }, joined(one.unknown))]);
    return section("titles", w("titles"), w("titles_about").replace("{n}", number(part.rows.length)).replace("{all}", number(part.held)),
      rows.length ? table([[""], [w("unmet")], [w("untold")]], rows) : el("p", {}, w("none")));
  },
  ahead(part) {
    const rows = part.dates.flatMap((at) => at.lost.map((one) => [at.on, one.id, joined(one.unmet)]));
    const seen = new Set(), first = rows.filter((one) => !seen.has(one[1]) && seen.add(one[1]));
    return section("ahead", w("ahead"), w("ahead_about"), chart({
      grid: { left: 8, right: 16, top: 24, bottom: 8, containLabel: true }, tooltip: { trigger: "axis" },
      xAxis: { type: "category", data: [DATA.about.on, ...part.dates.map((one) => one.on)] }, yAxis: { type: "value", minInterval: 1, splitLine: axisStyle.splitLine },
      series: [{ type: "line", step: "end", areaStyle: { opacity: .12 }, itemStyle: { color: BLUE }, label: { show: true }, data: [part.met, ...part.dates.map((one) => part.met - one.lost.length)] }],
    }, "16rem"), first.length ? table([[w("by")], [""], [w("unmet")]], first.slice(0, 60)) : null);
  },
  alone(all) {
    const made = all.map((one) => ({ ...one, items: one.items.filter((item) => item.not_met !== 0 || item.unknown !== 0) })).filter((one) => one.items.length);
    return made.length ? section("alone", w("alone"), w("alone_about"), ...made.map((one) =>
      el("div", {}, el("h3", { className: "dim" }, `${t(one.title)} · ${t(one.subject)}`), unmetChart(one.items)))) : null;
  },
  table(part) {
    const find = el("input", { type: "search", placeholder: w("search"), ariaLabel: w("search"), id: "search" });
    const heads = [...part.heads.map((one) => [t(one), 0]), ...part.axes.map((one) => [t(one.title), 1]), [w("unmet"), 0], [w("untold"), 0]];
    const bits = (value) => joined(part.criteria.filter((_, place) => Math.floor((value ?? 0) / 2 ** place) % 2));
    const last = (row, place) => row[3 + part.axes.length + place];
    const cells = part.rows.map((row) => [row[0], row[1] ?? "", row[2], ...row.slice(3, 3 + part.axes.length), bits(last(row, 0)), bits(last(row, 1))]);
    const box = table(heads, []), body = box.querySelector("tbody"), shown = el("p", { className: "dim", id: "shown" });
    let order = 0, up = true;
    const draw = () => {
      const asked = find.value.trim().toLowerCase();
      const text = (row) => row.map((cell, place) => (place === 2 ? t(part.outcomes[cell]) : String(cell ?? ""))).join(" ").toLowerCase();
      const rows = cells.filter((row) => !asked || text(row).includes(asked));
      rows.sort((one, two) => ((one[order] ?? "") < (two[order] ?? "") ? -1 : (one[order] ?? "") > (two[order] ?? "") ? 1 : 0) * (up ? 1 : -1));
      body.replaceChildren(...rows.slice(0, 300).map((row) => el("tr", {}, ...row.map((cell, place) => {
        if (place === 2) return el("td", {}, el("span", { className: part.outcomes[cell]?.role ?? "" }, t(part.outcomes[cell]) || "–"));
        const axis = part.axes[place - 3];
        return axis ? el("td", { className: "n" }, figure(axis, cell)) : el("td", {}, String(cell ?? ""));
      }))));
      shown.textContent = w("shown").replace("{n}", number(Math.min(rows.length, 300))).replace("{all}", number(cells.length));
    };
    box.querySelectorAll("th").forEach((head, place) => {
      head.dataset.sort = place; head.tabIndex = 0;
      const sort = () => { up = order === place ? !up : true; order = place; draw(); };
      head.addEventListener("click", sort);
      head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
    });
    find.addEventListener("input", draw);
    draw();
    return section("table", w("table"), "", find, shown, box);
  },
  counts(all) {
    const rows = all.flatMap((one) => one.decisions.map((at) => [t(one.title), t(at.title), at.clause,
      el("span", {}, ...at.outcomes.flatMap((out) => [el("span", { className: out.role }, `${t(out.title)} `), el("b", {}, number(out.count)), "　"]))]));
    return section("counts", w("counts"), "", table([[""], [""], [w("clause")], [w("outcomes")]], rows));
  },
  aside(rows) {
    return section("aside", w("aside"), w("aside_about"), table([[w("file")], [w("rows"), 1], [w("bad"), 1]], rows.map((one) => [one.file, number(one.rows), number(one.bad)])));
  },
};
const WIDE = new Set(["near", "titles", "alone", "table", "counts", "scatter", "aside"]);
const ORDER = ["funnel", "exclusions", "scatter", "shares", "milestones", "near", "titles", "ahead", "alone", "table", "counts", "aside"];

function unmetChart(items) {
  return chart({
    grid: { left: 8, right: 44, top: 8, bottom: 30, containLabel: true }, legend: { bottom: 0 }, tooltip: { trigger: "axis", axisPointer: { type: "shadow" } },
    color: [COLOUR.not_met, COLOUR.unknown, "#5b2333"],
    xAxis: { type: "value", minInterval: 1, splitNumber: 3, splitLine: axisStyle.splitLine }, yAxis: { type: "category", inverse: true, data: items.map((one) => t(one.title)), axisLabel: { width: 170, overflow: "break" } },
    series: ["not_met", "unknown", "alone"].map((key) => ({ name: w(`bar_${key}`), type: "bar", data: items.map((one) => one[key]), label: { show: true, position: "right", formatter: (at) => (items[at.dataIndex][key] === 0 ? "" : number(items[at.dataIndex][key])) } })),
  }, `${5 + 3.4 * items.length}rem`);
}

function holds(axis, value) {
  return { at_least: value >= axis.limit, above: value > axis.limit, at_most: value <= axis.limit, below: value < axis.limit, equals: value === axis.limit }[axis.operator];
}
function esc(text) { return String(text).replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`); }

function render() {
  charts.splice(0).forEach(([box]) => echarts.getInstanceByDom(box)?.dispose());
  document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  document.title = `${w("report")} · ${t(DATA.about.title)}`;
  const other = el("button", { id: "lang", type: "button" }, lang === "zh" ? "English" : "中文");
  other.addEventListener("click", () => { lang = lang === "zh" ? "en" : "zh"; try { localStorage.setItem("lang", lang); } catch { /* a file may keep nothing */ } render(); });
  const print = el("button", { id: "print", type: "button" }, w("print"));
  print.addEventListener("click", () => window.print());
  const head = el("div", { className: "inner" }, el("div", { className: "bar" }, other, print), el("h1", {}, t(DATA.about.title)),
    el("div", { className: "dim" }, `${w("report")} · ${DATA.about.on} · ${DATA.about.edition}${DATA.about.publish ? ` · ${w("published").replace("{n}", DATA.about.smallest)}` : ""}`));
  document.querySelector("header").replaceChildren(head);
  const tiles = el("div", { className: "tiles" }, ...[...DATA.counts].reverse().map((one) => el("div", { className: "tile" }, el("span", { className: "dim" }, t(one.title)), el("b", {}, number(one.rows)))));
  const made = ORDER.filter((name) => DATA[name]).map((name) => { const one = PARTS[name](DATA[name]); if (one && WIDE.has(name)) one.classList.add("wide"); return one; }).filter(Boolean);
  document.querySelector("main").replaceChildren(tiles, el("div", { className: "grid" }, ...made));
  document.querySelector("footer").replaceChildren(el("p", { className: "dim" }, `${DATA.about.edition} sha256 ${DATA.about.edition_sha256}`), el("p", { className: "dim" }, `Apache ECharts ${echarts.version} · Apache-2.0`));
  for (const [box, option] of charts) {
    const one = echarts.init(box, null, { renderer: "svg", locale: lang === "zh" ? "ZH" : "EN" });
    one.setOption({ animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily }, aria: { enabled: true }, ...option });
  }
  document.body.dataset.ready = lang;
}
const resize = () => charts.forEach(([box]) => echarts.getInstanceByDom(box)?.resize());
addEventListener("resize", resize);
addEventListener("beforeprint", resize);
matchMedia("print").addEventListener("change", resize);
render();
