// Villages and townships: how they stand against the lines, what they need, what refuses them.
PARTS.scatter = (part) => {
  const [x, y, z] = part.axes;
  const byRole = {};
  const points = among(part.subject, part.points);
  for (const point of points) {
    const outcome = part.outcomes[point[point.length - 1]];
    if (point[1] === null || point[2] === null || !outcome) continue;
    (byRole[t(outcome)] ??= { role: outcome.role, data: [] }).data.push([point[1], point[2], point[3], point[0]]);
  }
  const unseen = points.filter((one) => one[1] === null || one[2] === null).map((one) => one[0]);
  const mark = (axis, key) => ({ [key]: axis.limit, label: { formatter: figure(axis, axis.limit) } });
  const said = (axis, value) => `<br>${esc(t(axis.title))} ${figure(axis, value)}`;
  const ruled = part.axes.map((one) => `${t(one.title)} ${t(one.said)} ${figure(one, one.limit)}`).join(lang === "zh" ? "；" : "; ");
  const axis = (one) => ({ type: "value", scale: true, max: one.kind === "rate" ? 1 : null, axisLabel: { formatter: (v) => figure(one, v), hideOverlap: true }, ...LINES });
  return section("scatter", t(part.title), [ruled, ...(unseen.length ? [" · ", ...w("unseen").split("|").map((text) => (text === "n" ? some(part, { zh: w("bar_unknown"), en: w("bar_unknown") }, unseen.length, unseen) : text))] : [])], chart({
    color: Object.values(byRole).map((one) => COLOUR[one.role]), legend: { bottom: 0 },
    grid: { left: 12, right: 36, top: 46, bottom: 58, containLabel: true },
    tooltip: { formatter: (at) => (at.data[3] ? esc(label(part.subject, at.data[3])) + said(x, at.data[0]) + said(y, at.data[1]) + (z ? said(z, at.data[2]) : "") : "") },
    xAxis: { ...axis(x), name: t(x.title), nameLocation: "middle", nameGap: 26 },
    yAxis: { ...axis(y), name: t(y.title), nameTextStyle: { align: "left" }, nameGap: 28 },
    series: Object.entries(byRole).map(([name, one], place) => ({
      name, type: "scatter", data: one.data, symbolSize: 8, itemStyle: { opacity: .75 },
      symbol: (value) => (z && value[2] !== null && !holds(z, value[2]) ? "triangle" : "circle"),
      markLine: place ? undefined : { silent: true, symbol: "none", lineStyle: { color: COLOUR.grey, type: "dashed" }, data: [mark(x, "xAxis"), mark(y, "yAxis")] },
    })),
  }, "27rem"), z ? dim(`▲ ${w("third", { title: t(z.title) })}`) : null);
};

PARTS.shares = (part) => {
  const axis = part.axis, line = figure(axis, axis.limit), between = new Map(part.between), shown = among(part.subject, part.bars);
  const known = [...shown.filter((one) => one[1] !== null).map(([id, value]) => [id, value, value]), ...among(part.subject, part.between).map(([id, ends]) => [id, ...ends])];
  const unseen = shown.filter((one) => one[1] === null && !between.has(one[0])).map((one) => one[0]);
  const most = axis.kind === "rate" ? 1 : Math.max(axis.limit, ...known.map((one) => one[2]));
  const row = ([id, low, high]) => ({ name: ref(part.subject, id), said: low === high ? figure(axis, low) : `${figure(axis, low)} – ${figure(axis, high)}`,
    segments: [[low, holds(axis, low) ? COLOUR.met : COLOUR.pale], [high - low, "#e9cb8c"]] });
  return section("shares", t(axis.title), `${t(part.title)} · ${t(axis.said)} ${line}`, known.length ? el("div", { className: "scroll", tabIndex: 0 }, bars(known.map(row), most, axis.limit)) : null,
    part.between.length ? dim(w("between", { n: number(part.between.length) })) : null,
    unseen.length ? dim([`${w("bar_unknown")}${colon()}`, ...refs(part.subject, unseen.slice(0, 60)), unseen.length > 60 ? " …" : ""]) : null);
};

// A list of records: columns [head, cell of a row] after those of the record and the one above.
function records(part, rows, ...columns) {
  const over = part.over && part.heads[1];
  return table([t(part.heads[0]), ...(over ? [t(part.heads[1])] : []), ...columns.map(([head]) => head)],
    among(part.subject, rows).map((one) => [ref(part.subject, one.id), ...(over ? [ref(part.over, one.above)] : []), ...columns.map(([, cell]) => cell(one))]), "cards");
}
const failing = [() => w("unmet"), (one) => toned("not_met", joined(one.unmet))], telling = [() => w("untold"), (one) => toned("unknown", joined(one.unknown))];
const column = ([head, cell]) => [head(), cell];

PARTS.near = (part) => (part.rows.length || part.lacking.length ? section("near", w("near"), `${t(part.title)} · ${w("near_about")}`,
  part.rows.length ? records(part, part.rows, [w("unmet_count"), (one) => number(one.unmet.length)], [w("needs"), (one) => (one.changes.length ? joined(one.changes) : w("no_way"))], column(failing)) : el("p", {}, w("none")),
  part.lacking.length ? [el("h3", {}, w("near_lacking")), records(part, part.lacking, column(telling), column(failing))] : null) : null);

PARTS.titles = (part) => {
  const held = part.held.filter((id) => inside(part.subject, id)), rows = among(part.subject, part.rows);
  const some = (n, ids) => num(n, () => listRecords(w("titles"), part.subject, ids));
  return section("titles", w("titles"), "", el("p", {}, w("titles_about").split("|").map((text) => (text === "all" ? some(held.length, held) : text === "n" ? some(rows.length, rows.map((one) => one.id)) : text))),
    rows.length ? records(part, part.rows, column(failing), column(telling)) : el("p", {}, w("none")));
};

PARTS.alone = (all) => {
  const made = all.filter((one) => one.items.some((item) => item.not_met !== 0 || item.unknown !== 0));
  return made.length ? section("alone", w("alone"), w("alone_about"), unmetLegend(), made.map((one) =>
    el("div", {}, el("h3", {}, `${t(one.title)} · ${t(one.subject)}`), unmet(one)))) : null;
};

const SHOWN = 300;  // rows on the screen at a time
PARTS.table = (part) => {
  const find = el("input", { type: "search", placeholder: w("search"), ariaLabel: w("search"), id: "search" });
  const heads = [...part.heads.map((one) => [t(one)]), ...part.axes.map((one) => [t(one.title), 1]), [w("unmet")], [w("untold")]];
  const titles = (places) => joined(places.map((place) => part.criteria[place]));
  const axes = part.axes.length, outcome = (code) => t(part.outcomes[code]);
  const cells = among(part.subject, part.rows).map((row) => [row[0], row[1] ?? "", row[2], ...row.slice(3, 3 + axes), titles(row[3 + axes]), titles(row[4 + axes])]);
  const box = table(heads, [], "cards"), body = box.querySelector("tbody"), shown = el("p", { className: "dim", id: "shown", role: "status" });
  const texts = (row) => row.map((cell, place) => (place === 0 ? label(part.subject, cell) : place === 1 ? label(part.over, cell) : place === 2 ? outcome(cell) : part.axes[place - 3] ? figure(part.axes[place - 3], cell) : String(cell ?? "")));
  const text = (row) => texts(row).join(" ").toLowerCase();
  const draw = (cell, place) => (place === 0 ? ref(part.subject, cell) : place === 1 ? ref(part.over, cell) : place === 2 ? toned(part.outcomes[cell]?.role ?? "", outcome(cell) || "–")
    : part.axes[place - 3] ? figure(part.axes[place - 3], cell) : String(cell ?? ""));
  const bears = DATA.bearers?.subject === part.subject;
  const download = csv(`${t(part.heads[0])} ${DATA.about.on}`, [...heads.map(([one]) => one), ...(bears ? [t(DATA.bearers.title)] : [])], cells.map((row) => [...texts(row), ...(bears ? [bearerOf(row[0])] : [])]));
  let order = 0, up = true;
  const redraw = () => {
    const asked = find.value.trim().toLowerCase();
    const rows = cells.filter((row) => !asked || text(row).includes(asked));
    rows.sort((one, two) => ((one[order] ?? "") < (two[order] ?? "") ? -1 : (one[order] ?? "") > (two[order] ?? "") ? 1 : 0) * (up ? 1 : -1));
    body.replaceChildren(...rows.slice(0, SHOWN).map((row) => el("tr", {}, row.map((cell, place) => el("td", { className: heads[place][1] ? "n" : "", "data-head": heads[place][0] }, draw(cell, place))))));
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
  return section("table", w("table"), "", find, el("p", {}, download), shown, box);
};
