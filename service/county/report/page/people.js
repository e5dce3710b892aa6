// Households: the funnel, what excludes them, and what is not known of them.
PARTS.funnel = (rows) => {
  const most = rows[0].count || 1;
  const untold = rows.some((one) => one.unknown !== 0);
  const key = untold ? legend([COLOUR.blue, w("funnel_within")], [COLOUR.unknown, w("bar_unknown")]) : null;
  return section("funnel", w("funnel"), w("funnel_about"), key, bars(rows.map((one, place) => {
    const before = place ? rows[place - 1].count : null;
    const kept = one.count === null || !before ? "" : ` · ${w("of_before", { p: percent(one.count / before) })}`;
    const more = one.unknown === 0 ? "" : ` · ${w("funnel_unknown", { n: number(one.unknown) })}`;
    return { name: t(one.title), segments: [[one.count ?? 0, COLOUR.blue], [one.unknown ?? 0, COLOUR.unknown]],
      said: `${number(one.count)}  ${percent(one.count === null ? null : one.count / most)}${kept}${more}` };
  }), most));
};

// For each criterion: those it alone refuses, those it refuses with others, those of whom it cannot be told.
function unmet(items) {
  const shown = items.filter((one) => one.not_met !== 0 || one.unknown !== 0);
  const most = Math.max(1, ...shown.map((one) => (one.not_met ?? 0) + (one.unknown ?? 0)));
  return bars(shown.map((one) => ({
    name: t(one.title), note: one.clause,
    segments: [[one.alone ?? 0, ALONE], [(one.not_met ?? 0) - (one.alone ?? 0), COLOUR.not_met], [one.unknown ?? 0, COLOUR.unknown]],
    said: [one.not_met === 0 ? null : `${number(one.not_met)}${one.alone === 0 ? "" : w("alone_of", { n: number(one.alone) })}`,
      one.unknown === 0 ? null : `${w("bar_unknown")} ${number(one.unknown)}`].filter(Boolean).join(" · "),
  })), most);
}
const ALONE = "#7b1e12";
const unmetLegend = () => legend([ALONE, w("bar_alone")], [COLOUR.not_met, w("bar_others")], [COLOUR.unknown, w("bar_unknown")]);

PARTS.exclusions = (all) => section("exclusions", w("exclusions"), w("exclusions_about"), unmetLegend(),
  all.map((one) => el("div", {}, el("h3", {}, t(one.title)), unmet(one.items))));

PARTS.bounded = (all) => section("bounded", w("bounded"), w("bounded_about"), all.map((one) => el("div", {},
  el("p", {}, w("bounded_of", { n: number(one.places), all: number(one.of), what: t(one.title) })),
  one.decided.length ? table([w("bounded_by"), [t(one.title), 1]], one.decided.map(([title, n]) => [t(title), number(n)])) : null)));

PARTS.gaps = (all) => section("gaps", w("gaps"), w("gaps_about"), all.map((one) => el("div", {},
  el("p", {}, w("gaps_of", { n: number(one.places), all: number(one.of), what: t(one.title), below: t(one.below), records: number(one.doubtful) }),
    one.looked < one.doubtful ? ` ${w("gaps_looked", { n: number(one.looked) })}` : ""),
  el("div", { className: "two" },
    table([w("gaps_fact"), [t(one.title), 1]], one.facts.map((fact) => [t(fact.title), number(fact.places)])),
    table([w("gaps_cause"), [t(one.below), 1], [t(one.title), 1]],
      one.causes.map((cause) => [t(cause.title), number(cause.records), number(cause.places)]))),
  one.rows.length ? table([t(one.title), t(one.above), [t(one.below), 1], w("gaps_cause")], one.rows.map((row) => [row.id, row.above,
    number(row.records), row.causes.map(([title, n]) => `${t(title)} ${number(n)}`).join(comma())])) : null,
  DATA.about.publish ? null : dim(w("gaps_list")))));
