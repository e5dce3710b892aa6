// What is proposed, all outcomes, and the files.
PARTS.rankings = (all) => section("rankings", w("rankings"), w("rankings_about"), all.map((one) => {
  const short = one.take !== null && one.chosen < one.take;
  return el("div", {}, el("h3", {}, `${t(one.title)} · ${one.clause}`),
    el("p", { className: short ? "notice" : "" }, toned(one.outcome.role, t(one.outcome)), " · ",
      w(short ? "ranking_short" : "ranking_enough", { take: number(one.take ?? one.chosen), chosen: number(one.chosen), eligible: number(one.eligible), of: number(one.of), what: t(one.listed) }),
      one.unknown ? ` ${w("ranking_unknown", { n: number(one.unknown) })}` : ""),
    dim(`${w("ranking_asks")}${joined(one.eligibility)} · ${w("ranking_by")}${one.keys.map((key) => `${t(key)}${w(key.first)}`).join(comma())}`),
    table([[w("place"), 1], t(one.listed), t(one.above), w("chosen"), ...one.keys.map((key) => [t(key), 1])], one.rows.map((row) => [row.place, ref(one.of_listed, row.id), ref(one.over, row.above),
      row.chosen ? toned("met", "✓") : "", ...row.values.map(t)]), "cards"),
    one.out.length ? el("details", {}, el("summary", {}, w("ranking_out", { n: number(one.out.length) })),
      table([t(one.listed), t(one.above), w("why")], one.out.map((row) => [ref(one.of_listed, row.id), ref(one.over, row.above), t(row.why)]), "cards")) : null);
}));

function outcomeNum(subject, decision, out) {
  const heading = `${t(decision.title)} · ${t(out.title)}`, of = DATA.records?.[subject];
  if (DATA.people?.subject === subject) return peopleNum(counted(`${decision.id} ${out.id}`, out.count), heading, `${decision.id} ${out.id}`);
  const place = of ? of.decisions.findIndex((one) => one.id === decision.id) : -1;
  if (place < 0) return num(out.count);
  const ids = among(subject, of.rows).filter((row) => row[2][place][0] === out.id).map((row) => row[0]);
  return num(ids.length, () => listRecords(heading, subject, ids, decision.id));
}

PARTS.counts = (all) => section("counts", w("counts"), "", table([w("subject"), w("decision"), w("clause"), w("outcomes")], all.flatMap((one) => one.decisions.map((at) =>
  [t(one.title), t(at.title), clause(at.clause), el("span", {}, at.outcomes.flatMap((out) => [toned(out.role, `${t(out.title)} `), outcomeNum(one.subject, at, out), "　"]))])), "cards"));

const noticed = (all, words) => (all ?? []).map((one) => el("p", { className: "notice" },
  words(one), one.ids.length ? [" ", ...refs(one.subject, one.ids), one.ids.length < one.count ? " …" : ""] : ""));

PARTS.aside = ({ sheets, notes, totals }) => section("aside", w("aside"), w("aside_about"),
  table([w("file"), w("sheet"), [w("rows"), 1], [w("taken"), 1], [w("bad"), 1], [w("unused"), 1], w("unused_what"), [w("totals_agree"), 1], [w("totals_differ"), 1]],
    sheets.map((one) => [one.file, one.sheet, number(one.rows), number(one.kept), number(one.bad), number(one.unused),
      one.kinds.map(([what, count]) => `${t(what)} ${number(count)}`).join(comma()), number(one.agreeing), number(one.differing)]), "cards"),
  notes.map((one) => el("p", { className: "notice" }, `${[one.file, one.column].filter(Boolean).join(" · ")}${colon()}${t(one.said)}`)),
  totals.length ? [el("p", { className: "notice" }, w("totals_about")), table([w("file"), w("sheet"), [w("row"), 1], w("column"), [w("stated"), 1], [w("added"), 1]],
    totals.map((one) => [one.file, one.sheet, one.row, one.column, one.stated, one.records]))] : null,
  noticed(DATA.empty, (one) => w("empty", { n: number(one.count), what: t(one.title), below: t(one.below) })),
  noticed(DATA.nowhere, (one) => w("nowhere", { n: number(one.count), what: t(one.title), above: t(one.above) })),
  noticed(DATA.unplaced, (one) => w("unplaced", { n: number(one.count), what: t(one.title), above: t(one.above) })),
  noticed(DATA.contradictions, (one) => w("contradiction", { n: number(one.count), what: t(one.title), part: t(one.part), whole: t(one.whole) })));
