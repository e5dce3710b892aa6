// What was, and what is to come.
PARTS.milestones = (part) => {
  const due = [...new Map(part.points.map((one) => [one.on, one.need]))].sort();
  const all = part.points[0].all, first = part.curve[0][0] < due[0][0] ? part.curve[0][0] : due[0][0];
  const start = 1.05 * Date.parse(first) - 0.05 * Date.parse(due.at(-1)[0]);  // beside the axis, not on it
  const late = part.points.some((one) => one.short > 0 && one.on <= DATA.about.on);  // below the dashed line
  const state = (one) => (one.short === 0 ? toned("met", w("reached")) : one.a_week === null ? toned("not_met", w("late", { n: number(one.short) }))
    : w("a_week", { n: number(one.a_week) }));
  return section("milestones", t(part.title), w("milestones_about"), chart({
    grid: { left: 8, right: 30, top: 24, bottom: 34, containLabel: true }, legend: { bottom: 0 }, tooltip: { trigger: "axis" },
    xAxis: { type: "time", min: start }, yAxis: { type: "value", min: 0, max: all, ...LINES },
    series: [
      { name: w("needed"), type: "line", symbolSize: 9, lineStyle: { type: "dashed" }, itemStyle: { color: COLOUR.grey }, data: due, label: { show: true, position: late ? "top" : "bottom", formatter: (at) => number(at.data[1]) } },
      { name: w("done"), type: "line", symbol: "circle", symbolSize: 11, lineStyle: { width: 3 }, itemStyle: { color: COLOUR.blue }, data: part.curve, label: { show: true, position: late ? "bottom" : "top", color: COLOUR.blue, fontWeight: "bold", formatter: (at) => number(at.data[1]) } }],
  }, "18rem"), part.pace ? el("p", {}, w("pace", { since: part.pace.since, n: number(part.pace.a_week) })) : null,
  table([w("by"), w("what"), w("clause"), [w("done_of"), 1], w("state")],
    part.points.map((one) => [one.on, t(one.title), clause(one.clause), `${number(one.done)} / ${number(one.need)}`, state(one)]), "cards"));
};

const BECAME = { gained: COLOUR.met, lost: COLOUR.not_met, kept: COLOUR.pale };
PARTS.changes = (part) => section("changes", w("changes", { on: part.on }), part.same ? "" : w("changes_edition", { edition: part.edition }),
  part.decisions.map((one) => el("div", {}, el("h3", {}, `${t(one.title)} · ${t(one.subject)}`),
    el("p", {}, ...["gained", "lost", "kept"].flatMap((key) => [w(key), " ", became(one, key), "　"])),
    one.places.length && one.above ? moves(one) : null,
    one.rows.length ? table([t(one.subject), ...(one.over ? [t(one.above)] : []), w("became"), w("then"), w("now"), w("why")], among(one.of, one.rows).map((row) => [ref(one.of, row.id), ...(one.over ? [ref(one.over, row.above)] : []),
      toned(row.became === "gained" ? "met" : "not_met", w(row.became)), t(one.outcomes[row.was]) || "–", t(one.outcomes[row.now]) || "–",
      (row.why.length ? (row.became === "gained" ? w("was_unmet") : "") : "") + joined(row.why)]), "cards") : null)));

// How many gained, lost or kept a decision, with the way to them: of the choice where the page has all of them.
function became(one, key) {
  const ids = one.ids?.[key]?.filter((id) => inside(one.of, id));
  return ids && KNOWN[one.of] ? num(ids.length, () => listRecords(w(key), one.of, ids, one.id)) : el("b", {}, number(one.totals[key]));
}

function moves(one) {
  const places = one.places, series = [["kept", 3, 1], ["gained", 1, 1], ["lost", 2, -1]];
  return chart({
    grid: { left: 8, right: 16, top: 12, bottom: places.length > 40 ? 64 : 30, containLabel: true }, legend: { bottom: 0 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (v) => number(Math.abs(v)) },
    dataZoom: places.length > 40 ? [{ type: "slider", startValue: 0, endValue: 39, height: 18, bottom: 28 }] : [],
    xAxis: { type: "category", data: places.map((at) => nameOf(one.over, at[0]) || at[0]), axisLabel: { rotate: places.length > 6 ? 60 : 0 }, axisLine: { onZero: true }, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { formatter: (v) => number(Math.abs(v)) }, ...LINES },
    series: series.map(([key, at, sign]) => ({ name: w(key), type: "bar", stack: "all", barMaxWidth: 40, itemStyle: { color: BECAME[key] }, data: places.map((row) => sign * row[at]) })),
  }, "17rem");
}

PARTS.ahead = (part) => {
  const days = [DATA.about.on, ...part.dates.map((one) => one.on)];
  const head = part.dates.map((one) => one.on.slice(2, 7));
  const when = (row) => row.months.findIndex(Boolean);
  const cell = (names) => (names ? el("span", { className: "not_met", title: joined(names) }, "✕") : toned("met", "·"));
  const fresh = part.dates.map((one, place) => (one.expired ?? 0) - ((place ? part.dates[place - 1].expired : part.expired) ?? 0));
  const words = [w("ahead_met", { what: t(part.subject) }), ...(part.expiring ? [w("ahead_expired", { what: t(part.expiring) })] : [])];
  return section("ahead", w("ahead"), w("ahead_about"), legend([COLOUR.blue, words[0]], ...words.slice(1).map((one) => [COLOUR.unknown, one])), chart({
    grid: { left: 8, right: 16, top: 30, bottom: 8, containLabel: true }, tooltip: { trigger: "axis" },
    xAxis: { type: "category", data: days, axisLabel: { formatter: (day) => day.slice(2, 7) } },
    yAxis: [{ type: "value", minInterval: 1, ...LINES }, { type: "value", minInterval: 1, splitLine: { show: false } }],
    series: [
      { name: words[0], type: "line", step: "end", symbolSize: 7, areaStyle: { opacity: .12 }, itemStyle: { color: COLOUR.blue }, label: { show: true, position: [9, -14] }, labelLayout: { hideOverlap: true }, data: [part.met, ...part.dates.map((one) => part.met - one.lost)] },
      ...(part.expiring ? [{ name: words[1], type: "bar", yAxisIndex: 1, barMaxWidth: 22, itemStyle: { color: COLOUR.unknown, opacity: .55 }, data: [0, ...fresh] }] : [])],
  }, "17rem"), part.rows.length ? [el("h3", {}, w("calendar")), table([t(part.subject), w("state"), ...head.map((one) => [one, 1]), w("ahead_first")],
    among(part.of, part.rows).map((row) => [ref(part.of, row.id), toned(row.met ? "met" : "unknown", w(row.met ? "row_met" : "row_held")), ...row.months.map(cell), joined(row.months[when(row)])]), "calendar")] : dim(w("ahead_none")));
};
