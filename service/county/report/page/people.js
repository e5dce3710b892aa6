// Results, whose turn it is, and households: the funnel, what excludes them, and what is not known of them.
function tiles(rows) {
  return el("div", { className: "tiles" }, rows.map((one) => {
    const mine = DATA.people?.subject === one.subject;
    const ids = one.ids ? one.ids.filter((id) => inside(one.subject, id)) : null;
    const count = mine ? counted(one.key, one.count) : ids ? ids.length : one.count, unknown = mine ? counted(`${one.key}?`, one.unknown) : picked() ? 0 : one.unknown;
    const of = mine ? counted("all", one.of) : ids && picked() && DATA.records[one.subject] ? among(one.subject, DATA.records[one.subject].rows).length : one.of;
    const total = one.of_sum && one.sum !== null ? counted(`sum ${one.key}`, one.sum) : null;
    const amount = (value) => (one.of_sum.kind === "amount" ? rounded(value) : plain(value));
    const list = mine ? (DATA.people ? () => listPeople(t(one.title), one.key) : null) : ids && KNOWN[one.subject] ? () => listRecords(t(one.title), one.subject, ids) : null;
    return el("div", { className: one.risk && count ? "tile risk" : "tile" }, el("span", { className: "dim" }, t(one.title)), num(count, list),
      dim(w("share_of", { all: number(of), p: percent(count === null || !of ? null : count / of) }) + (unknown ? ` · ${w("bar_unknown")} ${number(unknown)}` : "")),
      total === null ? null : dim(`${t(one.of_sum.title)} ${amount(total)}`),
      one.then && !picked() ? dim([`${w("since", { on: one.then.on.replaceAll("-", "\u2011") })} ${moved(count, one.then.count, number)}`, total === null || one.then.sum === null ? "" : moved(total, one.then.sum, amount)].filter(Boolean).join(comma())) : null);
  }));
}
const TENS = 1e4, CLOSE = 100;  // a sum that opens the report is rounded to ten thousands, once it has a hundred of them
const rounded = (value) => (Math.abs(value) < TENS * CLOSE ? yuan(value, lang) : `${value % TENS ? "≈" : ""}${yuan(Math.round(value / TENS) * TENS, lang)}`);
const moved = (now, then, said) => (now === null || then === null ? "–" : now === then ? w("same") : `${now > then ? "+" : "−"}${said(Math.abs(now - then)).replace("≈", "")}`);

PARTS.turns = (all) => section("turns", w("turns"), w("turns_about"), all.map((one) => {
  const rows = one.groups.flatMap((group) => {
    const steps = new Map();
    among(one.subject, group.rows).forEach((row) => steps.set(t(row.step), [...(steps.get(t(row.step)) ?? []), row]));
    return [...steps].map(([step, those]) => [t(group.who) || "–", [`${step} `, clause(those[0].clause)], number(those.length), refs(one.subject, those.map((row) => row.id))]);
  });
  return el("div", {}, el("h3", {}, `${t(one.title)} · ${t(one.outcome)}`), table([t(one.by), w("step_of"), [w("how_many"), 1], t(DATA.records[one.subject].title)], rows, "cards"));
}));

PARTS.funnel = (all) => {
  const rows = all.map((one, place) => ({ title: one.title, count: counted(`f${place}`, one.count), unknown: counted(`f${place}?`, one.unknown), key: `f${place}` }));
  const most = rows[0].count || 1;
  const untold = rows.some((one) => one.unknown !== 0);
  const key = untold ? legend([COLOUR.blue, w("funnel_within")], [COLOUR.unknown, w("bar_unknown")]) : null;
  return section("funnel", w("funnel"), w("funnel_about"), key, bars(rows.map((one, place) => {
    const before = place ? rows[place - 1].count : null;
    const kept = one.count === null || !before ? "" : ` · ${w("of_before", { p: percent(one.count / before) })}`;
    const more = one.unknown === 0 ? "" : ` · ${w("funnel_unknown", { n: number(one.unknown) })}`;
    return { name: t(one.title), segments: [[one.count ?? 0, COLOUR.blue], [one.unknown ?? 0, COLOUR.unknown]],
      said: [peopleNum(one.count, t(one.title), one.key), `  ${percent(one.count === null ? null : one.count / most)}${kept}${more}`] };
  }), most));
};

// For each criterion: those it alone refuses, those it refuses with others, those whose others cannot be told, and those
// of whom it cannot be told itself.
function unmet(part) {
  const people = DATA.people?.subject === part.of;
  const lists = (at, kind) => DATA.records?.[part.of]?.rows.filter((row) => inside(part.of, row[0]) && has(part, row, at, kind)).map((row) => row[0]);
  const shown = part.items.map((one, at) => Object.fromEntries([...KINDS.map((kind) => [kind, people ? counted(`${part.id}.${at} ${kind}`, one[kind])
    : picked() && lists(at, kind) ? lists(at, kind).length : one[kind]]), ["title", one.title], ["clause", one.clause], ["at", at]])).filter((one) => one.not_met !== 0 || one.unknown !== 0);
  const most = Math.max(1, ...shown.map((one) => (one.not_met ?? 0) + (one.unknown ?? 0)));
  const head = (one, kind) => `${w(HEADS[kind])}${colon()}${t(one.title)}`;
  const linked = (one, kind) => (people ? peopleNum(one[kind], head(one, kind), `${part.id}.${one.at} ${kind}`)
    : num(one[kind], DATA.records?.[part.of] ? () => listRecords(head(one, kind), part.of, lists(one.at, kind), part.id) : null));
  return bars(shown.map((one) => ({
    name: t(one.title), note: one.clause,
    segments: [[one.alone ?? 0, ALONE], [one.others ?? 0, COLOUR.not_met], [(one.not_met ?? 0) - (one.alone ?? 0) - (one.others ?? 0), OPEN], [one.unknown ?? 0, COLOUR.unknown]],
    said: [one.not_met === 0 ? [] : [linked(one, "not_met"), one.alone === 0 ? "" : [w("alone_before"), linked(one, "alone"), w("alone_after")]],
      one.unknown === 0 ? [] : [one.not_met === 0 ? "" : " · ", `${w("bar_unknown")} `, linked(one, "unknown")]].flat(3),
  })), most);
}
const HEADS = { not_met: "unmet", alone: "bar_alone", unknown: "bar_unknown" };
const KINDS = ["not_met", "alone", "others", "unknown"], ALONE = "#7b1e12", OPEN = "#d9a79f";
const unmetLegend = () => legend([ALONE, w("bar_alone")], [COLOUR.not_met, w("bar_others")], [OPEN, w("bar_open")], [COLOUR.unknown, w("bar_unknown")]);

function has(part, row, at, kind) {
  const place = DATA.records[part.of].decisions.findIndex((one) => one.id === part.id), [, failed, open] = row[2][place];
  if (kind === "unknown") return open.includes(at) && !failed.length;
  return failed.includes(at) && (kind !== "alone" || (failed.length === 1 && !open.length)) && (kind !== "others" || failed.length > 1);
}

PARTS.exclusions = (all) => section("exclusions", w("exclusions"), w("exclusions_about"), unmetLegend(),
  all.map((one) => el("div", {}, el("h3", {}, t(one.title)), unmet(one))));

// A number of upper records, which leads to them; the filter leaves those that it is about.
function some(part, title, all, ids) {
  const mine = ids && KNOWN[part.subject] ? ids.filter((id) => inside(part.subject, id)) : null;
  return mine ? num(mine.length, () => listRecords(t(title), part.subject, mine)) : number(all);
}

PARTS.bounded = (all) => section("bounded", w("bounded"), w("bounded_about"), all.map((one) => el("div", {},
  el("p", {}, w("bounded_of", { all: number(picked() && DATA.records?.[one.subject] ? among(one.subject, DATA.records[one.subject].rows).length : one.of), what: t(one.title) }).split("|").map((text) => (text === "n" ? some(one, { zh: w("bounded"), en: w("bounded") }, one.places, one.ids) : text))),
  one.decided.length ? table([w("bounded_by"), [t(one.title), 1]], one.decided.map(([title, n, ids]) => [t(title), some(one, title, n, ids)]), "cards") : null)));

PARTS.gaps = (all) => section("gaps", w("gaps"), w("gaps_about"), all.map((one) => el("div", {},
  el("p", {}, w("gaps_of", { n: number(one.places), all: number(one.of), what: t(one.title), below: t(one.below), records: number(one.doubtful) }),
    one.looked < one.doubtful ? ` ${w("gaps_looked", { n: number(one.looked) })}` : ""),
  el("div", { className: "two" },
    table([w("gaps_fact"), [t(one.title), 1]], one.facts.map((fact) => [t(fact.title), some(one, fact.title, fact.places, fact.ids)]), "cards"),
    table([w("gaps_cause"), [t(one.below), 1], [t(one.title), 1]],
      one.causes.map((cause) => [t(cause.title), number(cause.records), some(one, cause.title, cause.places, cause.ids)]), "cards")),
  one.rows.length ? table([t(one.title), ...(one.over ? [t(one.above)] : []), [t(one.below), 1], w("gaps_cause")], among(one.subject, one.rows).map((row) => [ref(one.subject, row.id), ...(one.over ? [ref(one.over, row.above)] : []),
    number(row.records), row.causes.map(([title, n]) => `${t(title)} ${number(n)}`).join(comma())]), "cards") : null,
  DATA.about.publish ? null : dim(w("gaps_list")))));
