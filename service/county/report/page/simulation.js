// A simulation: the curve of a sweep, and who gains and who loses by the record above.
const chosen = { step: DATA.moves.steps.length - 1 };

PARTS.sweep = (part) => {
  const shown = moving(part), subjects = [...new Set(shown.map((one) => t(one.subject)))];  // villages beside thousands of households lie on the floor
  return section("sweep", w("sweep"), w("sweep_about"), subjects.map((subject) => el("div", {}, el("h3", {}, subject), chart({
    grid: { left: 8, right: 24, top: 14, bottom: 34, containLabel: true }, legend: { type: "scroll", bottom: 0 }, tooltip: { trigger: "axis" },
    xAxis: { type: "category", boundaryGap: false, data: part.values }, yAxis: { type: "value", min: 0, minInterval: 1, ...LINES },
    series: shown.filter((one) => t(one.subject) === subject).map((one) => ({ name: t(one.title), type: "line", showSymbol: true, symbolSize: 7, lineStyle: { type: "dotted" }, data: one.met })),
  }, "19rem"))), table([w("decision"), w("subject"), [w("now"), 1], ...part.values.map((one) => [one, 1])],
    part.curves.map((one) => [t(one.title), t(one.subject), number(one.now), ...one.met.map(number)]), "cards"));
};
const moving = (part) => (part.curves.some((one) => new Set([one.now, ...one.met]).size > 1) ? part.curves.filter((one) => new Set([one.now, ...one.met]).size > 1) : part.curves);

PARTS.moves = (part) => {
  const pick = el("select", { id: "step", ariaLabel: w("step") }, part.steps.map((one, place) => el("option", { value: place, selected: place === chosen.step }, one.value)));
  pick.addEventListener("change", () => { chosen.step = Number(pick.value); render(); });
  const step = part.steps[chosen.step];
  const named = (row, code) => t(part.decisions[row.decision].outcomes[code]);
  return section("moves", w("moves"), w("moves_about"), part.steps.length > 1 ? el("p", {}, `${w("step")} `, pick) : null,
    Object.entries(part.decisions).filter(([name]) => step.places[name]).map(([name, one]) => el("div", {},
      el("h3", {}, `${t(one.title)} · ${t(one.subject)}`), turns(step.places[name]))),
    step.moved.length ? [el("p", { className: "dim" }, w("moved", { n: number(step.many) })), table([w("id"), w("above"), w("decision"), w("now"), w("then_"), w("became")],
      step.moved.map((row) => [row.id, row.above, t(part.decisions[row.decision].title), named(row, row.before), named(row, row.after), turned(part, row)]), "cards")]
      : el("p", {}, w("nothing_moves")));
};

function turned(part, row) {
  const met = part.decisions[row.decision].met, was = met.includes(row.before), is = met.includes(row.after);
  return is && !was ? toned("met", w("gains")) : was && !is ? toned("not_met", w("loses")) : "";
}

function turns(places) {
  const many = places.length > 40;
  return chart({
    grid: { left: 8, right: 16, top: 12, bottom: many ? 64 : 30, containLabel: true }, legend: { bottom: 0 },
    tooltip: { trigger: "axis", axisPointer: { type: "shadow" }, valueFormatter: (v) => number(Math.abs(v)) },
    dataZoom: many ? [{ type: "slider", startValue: 0, endValue: 39, height: 18, bottom: 28 }] : [],
    xAxis: { type: "category", data: places.map((at) => at[0] || "–"), axisLabel: { rotate: places.length > 6 ? 60 : 0 }, axisTick: { show: false } },
    yAxis: { type: "value", minInterval: 1, axisLabel: { formatter: (v) => number(Math.abs(v)) }, ...LINES },
    series: [["gains", 1, 1, COLOUR.met], ["loses", 2, -1, COLOUR.not_met]].map(([key, at, sign, colour]) => ({
      name: w(key), type: "bar", stack: "all", barMaxWidth: 40, itemStyle: { color: colour }, data: places.map((row) => sign * row[at]) })),
  }, "17rem");
}
