// Villages and townships: how they stand against the lines, what they need, what refuses them.
PARTS.scatter = (part) => {
  const [x, y, z] = part.axes;
  const byRole = {};
  for (const point of part.points) {
    const outcome = part.outcomes[point[point.length - 1]];
    if (point[1] === null || point[2] === null || !outcome) continue;
    (byRole[t(outcome)] ??= { role: outcome.role, data: [] }).data.push([point[1], point[2], point[3], point[0]]);
  }
  const unseen = part.points.filter((one) => one[1] === null || one[2] === null).length;
  const mark = (axis, key) => ({ [key]: axis.limit, label: { formatter: figure(axis, axis.limit) } });
  const said = (axis, value) => `<br>${esc(t(axis.title))} ${figure(axis, value)}`;
  const ruled = part.axes.map((one) => `${t(one.title)} ${t(one.said)} ${figure(one, one.limit)}`).join(lang === "zh" ? "；" : "; ");
  const axis = (one) => ({ type: "value", scale: true, max: one.kind === "rate" ? 1 : null, axisLabel: { formatter: (v) => figure(one, v) }, ...LINES });
  return section("scatter", t(part.title), ruled + (unseen ? ` · ${w("unseen", { n: number(unseen) })}` : ""), chart({
    color: Object.values(byRole).map((one) => COLOUR[one.role]), legend: { bottom: 0 },
    grid: { left: 12, right: 36, top: 34, bottom: 58, containLabel: true },
    tooltip: { formatter: (at) => (at.data[3] ? esc(at.data[3]) + said(x, at.data[0]) + said(y, at.data[1]) + (z ? said(z, at.data[2]) : "") : "") },
    xAxis: { ...axis(x), name: t(x.title), nameLocation: "middle", nameGap: 26 },
    yAxis: { ...axis(y), name: t(y.title), nameTextStyle: { align: "left" } },
    series: Object.entries(byRole).map(([name, one], place) => ({
      name, type: "scatter", data: one.data, symbolSize: 8, itemStyle: { opacity: .75 },
      symbol: (value) => (z && value[2] !== null && !holds(z, value[2]) ? "triangle" : "circle"),
      markLine: place ? undefined : { silent: true, symbol: "none", lineStyle: { color: COLOUR.grey, type: "dashed" }, data: [mark(x, "xAxis"), mark(y, "yAxis")] },
    })),
  }, "27rem"), z ? dim(`▲ ${w("third", { title: t(z.title) })}`) : null);
};

PARTS.shares = (part) => {
  const axis = part.axis, line = figure(axis, axis.limit), between = new Map(part.between);
  const known = [...part.bars.filter((one) => one[1] !== null).map(([id, value]) => [id, value, value]), ...part.between.map(([id, ends]) => [id, ...ends])];
  const unseen = part.bars.filter((one) => one[1] === null && !between.has(one[0])).map((one) => one[0]);
  const said = (at) => (between.has(known[at][0]) ? `${figure(axis, known[at][1])} – ${figure(axis, known[at][2])}` : figure(axis, known[at][1]));
  const bar = { type: "bar", stack: "all", barMaxWidth: 46 };
  return section("shares", t(axis.title), `${t(part.title)} · ${t(axis.said)} ${line}`, known.length ? chart({
    grid: { left: 8, right: 20, top: 24, bottom: known.length > 40 ? 74 : 34, containLabel: true }, legend: { bottom: 0 },
    tooltip: { trigger: "axis", formatter: ([one]) => `${esc(one.name)}<br>${said(one.dataIndex)}` },
    dataZoom: known.length > 40 ? [{ type: "slider", startValue: 0, endValue: 39, height: 18, bottom: 32 }] : [],
    xAxis: { type: "category", data: known.map((one) => one[0]), axisLabel: { rotate: known.length > 6 ? 60 : 0 } },
    yAxis: { type: "value", min: 0, max: axis.kind === "rate" ? 1 : null, axisLabel: { formatter: (v) => figure(axis, v) }, ...LINES },
    series: [
      { ...bar, name: w("sure"), itemStyle: { color: COLOUR.pale }, data: known.map((one) => ({ value: one[1], itemStyle: { color: holds(axis, one[1]) ? COLOUR.met : COLOUR.pale } })),
        markLine: lineAt("yAxis", axis.limit, line, { position: "insideEndTop" }) },
      { ...bar, name: w("possible"), itemStyle: { color: "#e9cb8c" }, data: known.map((one) => one[2] - one[1]),
        label: { show: known.length <= 8, position: "top", formatter: (at) => said(at.dataIndex) } }],
  }, "20rem") : null, part.between.length ? dim(w("between", { n: number(part.between.length) })) : null,
  unseen.length ? dim(`${w("bar_unknown")}${lang === "zh" ? "：" : ": "}${unseen.slice(0, 60).join(comma())}${unseen.length > 60 ? " …" : ""}`) : null);
};

PARTS.near = (part) => (part.rows.length ? section("near", w("near"), `${t(part.title)} · ${w("near_about")}`,
  table([...part.heads.map(t), w("needs"), w("unmet")], part.rows.map((one) => [one.id, one.above, one.changes.length ? joined(one.changes) : w("no_way"), joined(one.unmet)]), "cards")) : null);

PARTS.titles = (part) => section("titles", w("titles"), w("titles_about", { n: number(part.rows.length), all: number(part.held) }),
  part.rows.length ? table([...part.heads.map(t), w("unmet"), w("untold")], part.rows.map((one) => [one.id, one.above, toned("not_met", joined(one.unmet)), toned("unknown", joined(one.unknown))]), "cards")
    : el("p", {}, w("none")));

PARTS.alone = (all) => {
  const made = all.filter((one) => one.items.some((item) => item.not_met !== 0 || item.unknown !== 0));
  return made.length ? section("alone", w("alone"), w("alone_about"), unmetLegend(), made.map((one) =>
    el("div", {}, el("h3", {}, `${t(one.title)} · ${t(one.subject)}`), unmet(one.items)))) : null;
};

const SHOWN = 300;  // rows on the screen at a time
PARTS.table = (part) => {
  const find = el("input", { type: "search", placeholder: w("search"), ariaLabel: w("search"), id: "search" });
  const heads = [...part.heads.map((one) => [t(one)]), ...part.axes.map((one) => [t(one.title), 1]), [w("unmet")], [w("untold")]];
  const titles = (places) => joined(places.map((place) => part.criteria[place]));
  const axes = part.axes.length, outcome = (code) => t(part.outcomes[code]);
  const cells = part.rows.map((row) => [row[0], row[1] ?? "", row[2], ...row.slice(3, 3 + axes), titles(row[3 + axes]), titles(row[4 + axes])]);
  const box = table(heads, []), body = box.querySelector("tbody"), shown = el("p", { className: "dim", id: "shown", role: "status" });
  const text = (row) => row.map((cell, place) => (place === 2 ? outcome(cell) : String(cell ?? ""))).join(" ").toLowerCase();
  const draw = (cell, place) => (place === 2 ? toned(part.outcomes[cell]?.role ?? "", outcome(cell) || "–")
    : part.axes[place - 3] ? figure(part.axes[place - 3], cell) : String(cell ?? ""));
  let order = 0, up = true;
  const redraw = () => {
    const asked = find.value.trim().toLowerCase();
    const rows = cells.filter((row) => !asked || text(row).includes(asked));
    rows.sort((one, two) => ((one[order] ?? "") < (two[order] ?? "") ? -1 : (one[order] ?? "") > (two[order] ?? "") ? 1 : 0) * (up ? 1 : -1));
    body.replaceChildren(...rows.slice(0, SHOWN).map((row) => el("tr", {}, row.map((cell, place) => el("td", { className: heads[place][1] ? "n" : "" }, draw(cell, place))))));
    box.querySelectorAll("th").forEach((head, place) => head.setAttribute("aria-sort", place !== order ? "none" : up ? "ascending" : "descending"));
    shown.textContent = w("shown", { n: number(Math.min(rows.length, SHOWN)), all: number(cells.length) });
  };
  box.querySelectorAll("th").forEach((head, place) => {
    head.dataset.sort = place; head.tabIndex = 0;
    const sort = () => { up = order === place ? !up : true; order = place; redraw(); };
    head.addEventListener("click", sort);
    head.addEventListener("keydown", (event) => { if (event.key === "Enter") sort(); });
  });
  find.addEventListener("input", redraw);
  redraw();
  return section("table", w("table"), "", find, shown, box);
};
