-- The county run of policies/xx-county/2026-05-01 as a data engineer writes it for DuckDB: the same checks of rows,
-- the same decisions with the same findings and outputs, the same counts within the same bounds. Not here: the ranking of
-- demonstration villages, the assignment of managers, the list of missing data, the words of the reasons, workbook, report.
-- A change of the plan is a change here; tests/county/test_by_hand.py names the first cell that differs.
-- $IN is the folder of extracts, $OUT that of the results, $ON the day. A column whose name begins with _ is not written.

-- ── Constants that the lender sets, and three-valued helpers ────────────────────────────────────────────────────────
CREATE TEMP MACRO today() AS DATE '$ON';
CREATE TEMP MACRO notice_days() AS 7;
CREATE TEMP MACRO due_notice() AS 30;
CREATE TEMP MACRO review_grace() AS 0;
CREATE TEMP MACRO raise_by() AS 0.1;
CREATE TEMP MACRO usual_rate() AS 0.030 + 0.025;
CREATE TEMP MACRO rate_discount() AS 0.005;
CREATE TEMP MACRO rate_floor() AS 0.045;
CREATE TEMP MACRO discounted_rate() AS least(usual_rate(), greatest(usual_rate() - rate_discount(), rate_floor()));
CREATE TEMP MACRO year_after(d) AS (d + INTERVAL 1 YEAR)::DATE;

CREATE TEMP MACRO known(outcome) AS nullif(outcome, 'needs_information');
-- Of one criterion: its bit where it is not met, and where it is not known.
CREATE TEMP MACRO f(x, bit) AS CASE WHEN NOT x THEN bit ELSE 0 END;
CREATE TEMP MACRO u(x, bit) AS CASE WHEN x IS NULL THEN bit ELSE 0 END;
-- The same of a list of criteria; their conjunction; and the first row that holds: 0 where none does, -1 where it is not known.
CREATE TEMP MACRO fs(xs) AS list_sum(list_transform(xs, lambda x, i: f(x, 1 << (i - 1)::INT)))::BIGINT;
CREATE TEMP MACRO us(xs) AS list_sum(list_transform(xs, lambda x, i: u(x, 1 << (i - 1)::INT)))::BIGINT;
CREATE TEMP MACRO every(xs) AS list_reduce(xs, lambda x, y: x AND y);
CREATE TEMP MACRO place(xs) AS coalesce(list_position(list_transform(xs, lambda x: coalesce(x, true)), true), 0);
CREATE TEMP MACRO first_row(xs) AS CASE WHEN place(xs) > 0 AND xs[place(xs)] IS NULL THEN -1 ELSE place(xs) END;
CREATE TEMP MACRO checklist(x, met, not_met) AS CASE WHEN x THEN met WHEN NOT x THEN not_met ELSE 'needs_information' END;
-- A figure is a range {low, high}: both ends are the value where it is known; without high it has no upper end, without low
-- nothing is known of it.
-- Whether part / whole surely stands so to percent; not known where the whole may be 0.
CREATE TEMP MACRO point(x) AS {'low': x, 'high': x};
CREATE TEMP MACRO at_least(part, whole, percent) AS CASE WHEN NOT whole.low > 0 THEN NULL
  WHEN part.low * 100 >= whole.high * percent THEN true WHEN part.high * 100 < whole.low * percent THEN false END;
CREATE TEMP MACRO at_most(part, whole, percent) AS CASE WHEN NOT whole.low > 0 THEN NULL
  WHEN part.high * 100 <= whole.low * percent THEN true WHEN part.low * 100 > whole.high * percent THEN false END;
CREATE TEMP MACRO times(x, y) AS x::DECIMAL(19, 2) * y::DECIMAL(19, 2);
-- a/b > c/d, where a is part of b and c of d: no share is above 1
CREATE TEMP MACRO above(a, b, c, d) AS CASE
  WHEN (b.low > 0 AND d.low > 0 AND a.low IS NOT NULL AND c.low IS NOT NULL) IS DISTINCT FROM true THEN NULL
  WHEN times(a.low, d.low) > times(c.high, b.high) THEN true
  WHEN times(a.high, d.high) <= times(c.low, b.low) OR a.high = 0 OR c.low >= d.high THEN false END;
-- Records of a list that are so; not known where one of them is not.
CREATE TEMP MACRO many(flags) AS CASE WHEN NOT list_contains(list_transform(flags, lambda x: x IS NULL), true)
  THEN len(list_filter(flags, lambda x: x)) END;
-- Of the records of a list: those that are so, and with them those of which it is not known. Whether one such range reaches another.
CREATE TEMP MACRO count_range(x) AS {'low': count(*) FILTER (WHERE x), 'high': count(*) FILTER (WHERE coalesce(x, true))};
CREATE TEMP MACRO reaches(x, y) AS CASE WHEN x.low >= y.high THEN true WHEN x.high < y.low THEN false END;
-- Ranges of a group: its records that are so, and its total of amounts that are not below zero. The low end leaves out
-- records that are not known, the high end has them; `more` records were set aside (null where none was) and may be so.
CREATE TEMP MACRO count_of(x) AS {'low': count(*) FILTER (WHERE x), 'high': count(*) FILTER (WHERE x IS DISTINCT FROM false)};
CREATE TEMP MACRO sum_of(x) AS {'low': coalesce(sum(x), 0), 'high': CASE WHEN count(x) = count(*) THEN sum(x) END};
CREATE TEMP MACRO count_with(x, more) AS {'low': coalesce(x.low, 0), 'high': coalesce(x.high, 0) + coalesce(more, 0)};
CREATE TEMP MACRO sum_with(x, more) AS {'low': coalesce(x.low, 0),
  'high': CASE WHEN more IS NOT NULL THEN NULL WHEN x IS NULL THEN 0 ELSE x.high END}; -- x is null of no records
-- A part is no larger than its wholes: the range of a figure, with the parts within it and the wholes around it.
CREATE TEMP MACRO narrowed(x, parts, wholes) AS {'low': list_max([x.low, list_max(list_transform(parts, lambda p: p.low))]),
  'high': list_min([x.high, list_min(list_transform(wholes, lambda w: w.high))])};
-- The columns of a figure: its value, else its ends.
CREATE TEMP MACRO told(x) AS CASE WHEN x.low = x.high THEN x.low END;
CREATE TEMP MACRO low_end(x) AS CASE WHEN x.low < x.high OR x.high IS NULL THEN x.low END;
CREATE TEMP MACRO high_end(x) AS CASE WHEN x.low < x.high THEN x.high END;

-- ── Checks: each row with each fault; a row with any is not used ────────────────────────────────────────────────────
-- `facts` are left unknown in a row that stands; a row with a fault of no fact does not.
CREATE TEMP MACRO fault(wrong, col, code) AS CASE WHEN wrong THEN {'column_name': col, 'code': code, 'facts':
  CASE WHEN col = 'id' OR code IN ('no_record_above', 'strange_record_above') THEN '' ELSE split_part(col, '.', 1) END} END;
CREATE TEMP MACRO faulty_id(id) AS [
  fault(id IS NULL, 'id', 'no_id'), fault(length(id) > 64, 'id', 'long_id'),
  fault(regexp_full_match(id, '[0-9]{17}[0-9Xx]'), 'id', 'identity_card'),
  fault(regexp_matches(id, '[\x00-\x1f\x7f]'), 'id', 'not_printable')];
CREATE TEMP MACRO shown_id(id) AS CASE WHEN NOT regexp_full_match(id, '[0-9]{17}[0-9Xx]') THEN id END;
CREATE TEMP MACRO figure(x, col) AS [fault(x < 0, col, 'too_small'), fault(x >= 1e15, col, 'too_large')];
CREATE TEMP MACRO not_ahead(d, col) AS fault(d > today(), col, 'in_future');
CREATE TEMP MACRO part(a, b, col, whole) AS CASE WHEN a > b THEN {'column_name': col, 'code': 'part_exceeds_whole', 'facts': col || ',' || whole} END;
CREATE TEMP MACRO choice(x, col, choices) AS fault(NOT list_contains(choices, x), col, 'not_a_choice');
CREATE TEMP MACRO step_done(x, col) AS choice(x, col, ['not_yet', 'passed', 'refused']);
CREATE TEMP MACRO objection_code(x) AS choice(x, 'objection', ['none', 'pending', 'dismissed', 'upheld']);
CREATE TEMP MACRO read_file(name) AS TABLE
  SELECT * EXCLUDE (file_row_number), file_row_number + 1 AS _row FROM read_parquet('$IN/' || name || '.parquet', file_row_number = true);

CREATE TEMP VIEW raw_household AS SELECT * REPLACE (nullif(trim(id), '') AS id, nullif(trim(village), '') AS village) FROM read_file('households');
CREATE TEMP VIEW raw_village AS SELECT * REPLACE (nullif(trim(id), '') AS id, nullif(trim(township), '') AS township) FROM read_file('villages');
CREATE TEMP VIEW raw_township AS SELECT * REPLACE (nullif(trim(id), '') AS id) FROM read_file('townships');
CREATE TEMP VIEW raw_county AS SELECT 'county' AS id, * FROM read_file('county');

CREATE TEMP TABLE bad AS
WITH found AS (
  SELECT 'household' AS subject, _row, id, faulty_id(id) || [
      fault(village IS NULL, 'village', 'no_record_above'),
      fault(village NOT IN (SELECT id FROM raw_village WHERE id IS NOT NULL), 'village', 'strange_record_above'),
      fault(birth_date < DATE '1900-01-01', 'birth_date', 'too_early'), not_ahead(birth_date, 'birth_date'),
      not_ahead(provincial_graded_on, 'provincial_graded_on'), not_ahead(graded_on, 'graded_on'),
      choice(status, 'status', ['resident', 'moved_away', 'deceased', 'absconded']),
      choice(provincial_grade, 'provincial_grade', ['AAA', 'AA', 'A', 'B', 'C', 'D']),
      choice(conduct, 'conduct', ['good', 'fair', 'poor']), choice(loan_record, 'loan_record', ['on_time', 'none', 'late']),
      choice(told_by, 'told_by', ['not_told', 'board', 'phone', 'letter', 'other']),
      fault(len(list_filter(votes, lambda v: v.side NOT IN ('committee', 'lender'))) > 0, 'votes.side', 'not_a_choice'),
      fault(len(list_filter(votes, lambda v: v.verdict NOT IN ('approve', 'oppose', 'abstain'))) > 0, 'votes.verdict', 'not_a_choice'),
      part(npl_balance, loan_balance, 'npl_balance', 'loan_balance'), part(lender_loan_balance, loan_balance, 'lender_loan_balance', 'loan_balance'),
      part(lender_npl_balance, lender_loan_balance, 'lender_npl_balance', 'lender_loan_balance'), part(lender_npl_balance, npl_balance, 'lender_npl_balance', 'npl_balance')]
    || figure(annual_income, 'annual_income') || figure(farming_years, 'farming_years') || figure(assets, 'assets')
    || figure(granted_limit, 'granted_limit') || figure(need, 'need') || figure(loan_balance, 'loan_balance')
    || figure(npl_balance, 'npl_balance') || figure(lender_loan_balance, 'lender_loan_balance')
    || figure(lender_npl_balance, 'lender_npl_balance') AS faults FROM raw_household
  UNION ALL
  SELECT 'village', _row, id, faulty_id(id) || [
      fault(township IS NULL, 'township', 'no_record_above'),
      fault(township NOT IN (SELECT id FROM raw_township WHERE id IS NOT NULL), 'township', 'strange_record_above'),
      step_done(first_review, 'first_review'), step_done(second_review, 'second_review'), step_done(determination, 'determination'),
      objection_code(objection), not_ahead(notice_posted_on, 'notice_posted_on'), not_ahead(titled_on, 'titled_on'), fault(integrity_score > 100, 'integrity_score', 'too_large'),
      part(a_grade_households, households, 'a_grade_households', 'households'), part(collectable_households, households, 'collectable_households', 'households'),
      part(filed_households, collectable_households, 'filed_households', 'collectable_households'), part(granted_households, filed_households, 'granted_households', 'filed_households'),
      part(borrowing_households, households, 'borrowing_households', 'households'),
      part(npl_balance, loan_balance, 'npl_balance', 'loan_balance'), part(lender_loan_balance, loan_balance, 'lender_loan_balance', 'loan_balance'),
      part(lender_npl_balance, lender_loan_balance, 'lender_npl_balance', 'lender_loan_balance'), part(lender_npl_balance, npl_balance, 'lender_npl_balance', 'npl_balance')]
    || figure(households, 'households') || figure(a_grade_households, 'a_grade_households')
    || figure(collectable_households, 'collectable_households') || figure(filed_households, 'filed_households')
    || figure(granted_households, 'granted_households') || figure(borrowing_households, 'borrowing_households')
    || figure(loan_balance, 'loan_balance') || figure(npl_balance, 'npl_balance')
    || figure(lender_loan_balance, 'lender_loan_balance') || figure(lender_npl_balance, 'lender_npl_balance')
    || figure(residents, 'residents') || figure(per_capita_income, 'per_capita_income') || figure(integrity_score, 'integrity_score')
    || figure(panel_committee, 'panel_committee') || figure(panel_lender, 'panel_lender') FROM raw_village
  UNION ALL
  SELECT 'township', _row, id, faulty_id(id) || [
      step_done(first_review, 'first_review'), step_done(second_review, 'second_review'), step_done(determination, 'determination'),
      objection_code(objection), not_ahead(notice_posted_on, 'notice_posted_on'), not_ahead(titled_on, 'titled_on'), part(npl_balance, loan_balance, 'npl_balance', 'loan_balance')]
    || figure(leading_officers, 'leading_officers') || figure(liaison_officers, 'liaison_officers')
    || figure(loan_balance, 'loan_balance') || figure(npl_balance, 'npl_balance') FROM raw_township
  UNION ALL
  SELECT 'county', _row, id, [
      part(borrowing_households, households, 'borrowing_households', 'households'), part(npl_balance, loan_balance, 'npl_balance', 'loan_balance'),
      part(household_loan_balance, loan_balance, 'household_loan_balance', 'loan_balance'),
      part(household_npl_balance, household_loan_balance, 'household_npl_balance', 'household_loan_balance'), part(household_npl_balance, npl_balance, 'household_npl_balance', 'npl_balance')]
    || figure(households, 'households') || figure(borrowing_households, 'borrowing_households')
    || figure(household_loan_balance, 'household_loan_balance') || figure(household_npl_balance, 'household_npl_balance')
    || figure(loan_balance, 'loan_balance') || figure(npl_balance, 'npl_balance') FROM raw_county
), repeated AS (
  SELECT 'household' AS subject, _row, id FROM raw_household UNION ALL SELECT 'village', _row, id FROM raw_village
  UNION ALL SELECT 'township', _row, id FROM raw_township
)
SELECT subject, _row AS row, id, unnest(list_filter(faults, lambda x: x IS NOT NULL), recursive := true) FROM found
UNION ALL
SELECT subject, _row, id, 'id', 'repeated_id', '' FROM repeated WHERE id IS NOT NULL
QUALIFY count(*) OVER (PARTITION BY subject, id) > 1;
COPY (
  SELECT subject, row, shown_id(id) AS id, column_name, code,
    NOT bool_or(facts = '') OVER (PARTITION BY subject, row) AS kept, '' AS sheet,
    CASE subject WHEN 'household' THEN 'households' WHEN 'village' THEN 'villages' WHEN 'township' THEN 'townships' ELSE subject END || '.parquet' AS file
  FROM bad ORDER BY ALL
) TO '$OUT/set_aside.parquet' (FORMAT parquet);
COPY (
  SELECT DISTINCT ON (subject, id) subject, id, trim(name) AS name, NULL::VARCHAR AS bearer FROM (
    SELECT 'village' AS subject, id, name FROM raw_village UNION ALL SELECT 'township', id, name FROM raw_township)
  WHERE trim(name) <> '' AND shown_id(id) IS NOT NULL ORDER BY ALL
) TO '$OUT/directory.parquet' (FORMAT parquet);

-- ── Good rows ──────────────────────────────────────
CREATE TEMP MACRO bad_rows(which) AS TABLE SELECT row FROM bad WHERE subject = which AND facts = '';
CREATE TEMP MACRO bad_cells(which) AS TABLE SELECT row AS _bad, string_split(string_agg(facts, ','), ',') AS _facts
  FROM bad WHERE subject = which AND facts <> '' GROUP BY row;
CREATE TEMP MACRO told_of(unknown, col, x) AS CASE WHEN list_contains(unknown, col) THEN NULL ELSE x END;
CREATE TEMP VIEW kept_household AS SELECT * EXCLUDE (_facts, _bad) REPLACE (
    told_of(_facts, 'birth_date', birth_date) AS birth_date,
    told_of(_facts, 'provincial_graded_on', provincial_graded_on) AS provincial_graded_on,
    told_of(_facts, 'graded_on', graded_on) AS graded_on, told_of(_facts, 'status', status) AS status,
    told_of(_facts, 'provincial_grade', provincial_grade) AS provincial_grade,
    told_of(_facts, 'conduct', conduct) AS conduct, told_of(_facts, 'loan_record', loan_record) AS loan_record,
    told_of(_facts, 'told_by', told_by) AS told_by, told_of(_facts, 'annual_income', annual_income) AS annual_income,
    told_of(_facts, 'farming_years', farming_years) AS farming_years, told_of(_facts, 'assets', assets) AS assets,
    told_of(_facts, 'granted_limit', granted_limit) AS granted_limit, told_of(_facts, 'need', need) AS need,
    told_of(_facts, 'loan_balance', loan_balance) AS loan_balance,
    told_of(_facts, 'npl_balance', npl_balance) AS npl_balance,
    told_of(_facts, 'lender_loan_balance', lender_loan_balance) AS lender_loan_balance,
    told_of(_facts, 'lender_npl_balance', lender_npl_balance) AS lender_npl_balance,
    told_of(_facts, 'votes', votes) AS votes)
  FROM raw_household LEFT JOIN bad_cells('household') ON _row = _bad WHERE _row NOT IN (FROM bad_rows('household'));
CREATE TEMP VIEW kept_village AS SELECT * EXCLUDE (_facts, _bad) REPLACE (
    told_of(_facts, 'first_review', first_review) AS first_review,
    told_of(_facts, 'second_review', second_review) AS second_review,
    told_of(_facts, 'determination', determination) AS determination,
    told_of(_facts, 'notice_posted_on', notice_posted_on) AS notice_posted_on,
    told_of(_facts, 'titled_on', titled_on) AS titled_on, told_of(_facts, 'households', households) AS households,
    told_of(_facts, 'a_grade_households', a_grade_households) AS a_grade_households,
    told_of(_facts, 'collectable_households', collectable_households) AS collectable_households,
    told_of(_facts, 'filed_households', filed_households) AS filed_households,
    told_of(_facts, 'granted_households', granted_households) AS granted_households,
    told_of(_facts, 'borrowing_households', borrowing_households) AS borrowing_households,
    told_of(_facts, 'loan_balance', loan_balance) AS loan_balance,
    told_of(_facts, 'npl_balance', npl_balance) AS npl_balance,
    told_of(_facts, 'lender_loan_balance', lender_loan_balance) AS lender_loan_balance,
    told_of(_facts, 'lender_npl_balance', lender_npl_balance) AS lender_npl_balance,
    told_of(_facts, 'residents', residents) AS residents,
    told_of(_facts, 'per_capita_income', per_capita_income) AS per_capita_income,
    told_of(_facts, 'integrity_score', integrity_score) AS integrity_score,
    told_of(_facts, 'panel_committee', panel_committee) AS panel_committee,
    told_of(_facts, 'panel_lender', panel_lender) AS panel_lender, told_of(_facts, 'objection', objection) AS objection)
  FROM raw_village LEFT JOIN bad_cells('village') ON _row = _bad WHERE _row NOT IN (FROM bad_rows('village'));
CREATE TEMP VIEW kept_township AS SELECT * EXCLUDE (_facts, _bad) REPLACE (
    told_of(_facts, 'first_review', first_review) AS first_review,
    told_of(_facts, 'second_review', second_review) AS second_review,
    told_of(_facts, 'determination', determination) AS determination,
    told_of(_facts, 'notice_posted_on', notice_posted_on) AS notice_posted_on,
    told_of(_facts, 'titled_on', titled_on) AS titled_on,
    told_of(_facts, 'leading_officers', leading_officers) AS leading_officers,
    told_of(_facts, 'liaison_officers', liaison_officers) AS liaison_officers,
    told_of(_facts, 'loan_balance', loan_balance) AS loan_balance,
    told_of(_facts, 'npl_balance', npl_balance) AS npl_balance, told_of(_facts, 'objection', objection) AS objection)
  FROM raw_township LEFT JOIN bad_cells('township') ON _row = _bad WHERE _row NOT IN (FROM bad_rows('township'));
CREATE TEMP VIEW kept_county AS SELECT * EXCLUDE (_facts, _bad) REPLACE (
    told_of(_facts, 'households', households) AS households,
    told_of(_facts, 'borrowing_households', borrowing_households) AS borrowing_households,
    told_of(_facts, 'household_loan_balance', household_loan_balance) AS household_loan_balance,
    told_of(_facts, 'household_npl_balance', household_npl_balance) AS household_npl_balance,
    told_of(_facts, 'loan_balance', loan_balance) AS loan_balance,
    told_of(_facts, 'npl_balance', npl_balance) AS npl_balance)
  FROM raw_county LEFT JOIN bad_cells('county') ON _row = _bad WHERE _row NOT IN (FROM bad_rows('county'));
CREATE TEMP TABLE township AS SELECT 'county' AS county_id, * EXCLUDE (_row) FROM kept_township;
CREATE TEMP TABLE village AS SELECT v.* EXCLUDE (_row, township), v.township AS township_id, t.county_id
  FROM kept_village v LEFT JOIN township t ON v.township = t.id;
CREATE TEMP TABLE county AS SELECT * EXCLUDE (_row) FROM kept_county;

-- ── What counts and decisions read of households ──────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TEMP VIEW household AS
  WITH facts AS (
    SELECT h.* EXCLUDE (village, township, filed, granted, granted_on, drawn_on, arrears, _row), village AS village_id, township_id, county_id,
      year(today()) - year(birth_date)
        - CASE WHEN month(birth_date) * 100 + day(birth_date) > month(today()) * 100 + day(today()) THEN 1 ELSE 0 END AS _age,
      many(list_transform(votes, lambda v: v.side = 'committee')) AS _committee,
      many(list_transform(votes, lambda v: v.side = 'committee' AND NOT v.related)) AS _committee_counted,
      many(list_transform(votes, lambda v: v.side = 'lender')) AS _lender,
      many(list_transform(votes, lambda v: v.side = 'lender' AND NOT v.related)) AS _lender_counted,
      many(list_transform(votes, lambda v: NOT v.related)) AS _counted,
      many(list_transform(votes, lambda v: NOT v.related AND v.verdict = 'approve')) AS _approvals,
      year_after(graded_on) AS _valid_until,
      provincial_grade IS NOT NULL AND today() <= year_after(provincial_graded_on) AS _provincial_current,
      CASE conduct WHEN 'good' THEN 25 WHEN 'fair' THEN 15 WHEN 'poor' THEN 0 END AS scoring__points__conduct,
      CASE WHEN annual_income < 20000 THEN 5 WHEN annual_income < 50000 THEN 15 WHEN annual_income >= 50000 THEN 25 END AS scoring__points__annual_income,
      CASE WHEN farming_years < 3 THEN 5 WHEN farming_years < 10 THEN 10 WHEN farming_years >= 10 THEN 15 END AS scoring__points__farming_years,
      CASE WHEN assets < 50000 THEN 5 WHEN assets < 200000 THEN 10 WHEN assets >= 200000 THEN 15 END AS scoring__points__assets,
      CASE loan_record WHEN 'on_time' THEN 20 WHEN 'none' THEN 12 WHEN 'late' THEN 0 END AS scoring__points__loan_record,
      CASE WHEN civilised_household THEN 5 ELSE 0 END AS scoring__points__civilised_household,
      CASE WHEN guarantee_called THEN -10 WHEN NOT guarantee_called THEN 0 END AS scoring__points__guarantee_called
    FROM kept_household h LEFT JOIN (SELECT id AS _village, township_id, county_id FROM village) ON village = _village
  ), validity AS (
    SELECT *, today() > _valid_until AS _v1, today() >= _valid_until - due_notice() AS _v2,
      _age BETWEEN 18 AND 65 AS _s1, status <> 'moved_away' AS _s2, status <> 'deceased' AS _s3, status <> 'absconded' AS _s4,
      NOT adverse_record AS _s5, NOT other_unfitness AS _s6, loan_record <> 'late' AS _not_late,
      scoring__points__conduct + scoring__points__annual_income + scoring__points__farming_years + scoring__points__assets
        + scoring__points__loan_record + scoring__points__civilised_household + scoring__points__guarantee_called AS _points
    FROM facts
  )
  SELECT *, _s1 AND _s2 AND _s3 AND _s4 AND _s5 AND _s6 AS _collectable,
    CASE WHEN _points IS NOT NULL THEN greatest(0, least(105, _points)) END AS scoring__total,
    CASE WHEN _v1 THEN 'expired' WHEN _v2 THEN 'due_soon' WHEN _v2 IS NULL THEN 'needs_information' ELSE 'valid' END AS record_validity
  FROM validity;

-- ── Counts ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Rows set aside may count where the record above is known; one id counts once.
CREATE TEMP VIEW household_aside AS SELECT DISTINCT coalesce(shown_id(h.id), 'row ' || h._row) AS id, h.village AS village_id, v.county_id
  FROM raw_household h LEFT JOIN village v ON h.village = v.id WHERE h._row IN (FROM bad_rows('household'));
CREATE TEMP VIEW village_aside AS SELECT DISTINCT coalesce(shown_id(v.id), 'row ' || v._row) AS id, v.township AS township_id, t.county_id
  FROM raw_village v LEFT JOIN township t ON v.township = t.id WHERE v._row IN (FROM bad_rows('village'));
CREATE TEMP TABLE counted AS
SELECT village_id, any_value(county_id) AS county_id, point(count(*)) AS households, count_of(_collectable) AS collectable_households,
  count_of(_provincial_current AND provincial_grade IN ('AAA', 'AA', 'A')) AS a_grade_households,
  count_of(_collectable AND graded_on IS NOT NULL AND in_force) AS filed_households,
  count_of(_collectable AND graded_on IS NOT NULL AND in_force AND granted_limit IS NOT NULL AND granted_limit > 0) AS granted_households,
  count_of(loan_balance > 0) AS borrowing_households, sum_of(loan_balance) AS loan_balance, sum_of(npl_balance) AS npl_balance,
  sum_of(lender_loan_balance) AS lender_loan_balance, sum_of(lender_npl_balance) AS lender_npl_balance
FROM (SELECT *, known(record_validity) IN ('valid', 'due_soon') AS in_force FROM household) GROUP BY village_id;
CREATE TEMP TABLE village_counted AS
WITH added AS (
  SELECT v.* EXCLUDE (households, a_grade_households, collectable_households, filed_households, granted_households,
      borrowing_households, loan_balance, npl_balance, lender_loan_balance, lender_npl_balance), more AS household__set_aside,
    count_with(h.households, more) AS hh, count_with(h.a_grade_households, more) AS ag, count_with(h.collectable_households, more) AS co,
    count_with(h.filed_households, more) AS fi, count_with(h.granted_households, more) AS gr, count_with(h.borrowing_households, more) AS bo,
    sum_with(h.loan_balance, more) AS lo, sum_with(h.npl_balance, more) AS np,
    sum_with(h.lender_loan_balance, more) AS ll, sum_with(h.lender_npl_balance, more) AS ln
  FROM village v LEFT JOIN counted h ON v.id = h.village_id
    LEFT JOIN (SELECT village_id, count(DISTINCT id) AS more FROM household_aside GROUP BY village_id) a ON v.id = a.village_id
), figures AS (
  SELECT * EXCLUDE (hh, ag, co, fi, gr, bo, lo, np, ll, ln),
    narrowed(hh, [ag, co, fi, gr, bo], []) AS _f_households, narrowed(ag, [], [hh]) AS _f_a_grade_households,
    narrowed(co, [fi, gr], [hh]) AS _f_collectable_households, narrowed(fi, [gr], [co, hh]) AS _f_filed_households,
    narrowed(gr, [], [fi, co, hh]) AS _f_granted_households, narrowed(bo, [], [hh]) AS _f_borrowing_households,
    narrowed(lo, [np, ll, ln], []) AS _f_loan_balance, narrowed(np, [ln], [lo]) AS _f_npl_balance,
    narrowed(ll, [ln], [lo]) AS _f_lender_loan_balance, narrowed(ln, [], [ll, np, lo]) AS _f_lender_npl_balance
  FROM added
)
SELECT *, told(COLUMNS('^_f_(.+)')) AS '\1', low_end(COLUMNS('^_f_(.+)')) AS '\1__at_least', high_end(COLUMNS('^_f_(.+)')) AS '\1__at_most'
FROM figures;
CREATE TEMP TABLE county_counted AS
WITH added AS (
  SELECT c.* EXCLUDE (households, borrowing_households), more AS household__set_aside,
    count_with(h.households, more) AS hh, count_with(h.borrowing_households, more) AS bo
  FROM county c, (SELECT point(sum(households.low)::BIGINT) AS households,
      {'low': sum(borrowing_households.low)::BIGINT, 'high': sum(borrowing_households.high)::BIGINT} AS borrowing_households
    FROM counted WHERE county_id IS NOT NULL) h,
    (SELECT nullif(count(DISTINCT id), 0) AS more FROM household_aside WHERE county_id IS NOT NULL) a
), figures AS (
  SELECT * EXCLUDE (hh, bo), narrowed(hh, [bo], []) AS _f_households, narrowed(bo, [], [hh]) AS _f_borrowing_households FROM added
)
SELECT *, told(COLUMNS('^_f_(.+)')) AS '\1', low_end(COLUMNS('^_f_(.+)')) AS '\1__at_least', high_end(COLUMNS('^_f_(.+)')) AS '\1__at_most'
FROM figures;

-- ── A village's title and what it gives ───────────────────────────────────
CREATE TEMP TABLE designation AS
  WITH criteria AS (
    SELECT v.*, [at_least(v._f_a_grade_households, v._f_households, 55), collective_economy_sound, financial_rules_sound, public_order_stable,
        leadership_sound, supports_lenders, promotes_credit, no_debt_dispute, residents_financially_aware,
        above(v._f_borrowing_households, v._f_households, c._f_borrowing_households, c._f_households),
        above(point(c.household_npl_balance), point(c.household_loan_balance), v._f_npl_balance, v._f_loan_balance),
        at_least(v._f_filed_households, v._f_collectable_households, 90), at_least(v._f_granted_households, v._f_filed_households, 50),
        at_most(v._f_lender_npl_balance, v._f_lender_loan_balance, 2)] AS _credit
    FROM village_counted v LEFT JOIN county_counted c ON v.county_id = c.id
  ), rows AS (
    SELECT *, every(_credit) AS _good, [NOT title_in_force, today() < year_after(titled_on), NOT every(_credit)] AS _designation FROM criteria
  ), outcomes AS (
    SELECT *, checklist(_good, 'qualified', 'not_qualified') AS credit_village, fs(_credit) AS credit_village__not_met, us(_credit) AS credit_village__unknown,
      CASE first_row(_designation) WHEN 1 THEN 'untitled' WHEN 2 THEN 'keep' WHEN 3 THEN 'revoke' WHEN 0 THEN 'renew' ELSE 'needs_information' END AS village_designation,
      fs(_designation) AS village_designation__not_met, us(_designation) AS village_designation__unknown
    FROM rows
  )
  SELECT o.*, known(village_designation) IN ('renew', 'keep')
    OR (t.title_in_force AND today() < year_after(t.titled_on) + review_grace()) AS _entitled
  FROM outcomes o LEFT JOIN township t ON o.township_id = t.id;

-- ── Decisions about households ──────────────────────────────────────────────────────────────────────────────────────────────────────
COPY (
  WITH surrounded AS (
    SELECT h.*, _entitled FROM household h LEFT JOIN (SELECT id AS _village, _entitled FROM designation) ON h.village_id = _village
    ORDER BY h.id -- here, where rows are narrow
  ), places AS (
    SELECT *, CASE WHEN scoring__total >= 90 THEN 1 WHEN scoring__total >= 80 THEN 2 WHEN scoring__total >= 70 THEN 3
      WHEN scoring__total >= 60 THEN 4 WHEN scoring__total >= 50 THEN 5 WHEN scoring__total < 50 THEN 6 END AS _place
    FROM surrounded
  ), scored AS (
    SELECT *, CASE WHEN adverse_record THEN 'D' WHEN adverse_record IS NULL OR _place IS NULL OR (_not_late IS NULL AND _place < 4) THEN 'needs_information'
      ELSE ['AAA', 'AA', 'A', 'B', 'C', 'D'][CASE WHEN _not_late THEN _place ELSE greatest(_place, 4) END] END AS scoring
    FROM places
  ), graded AS (
    SELECT *, CASE WHEN _provincial_current THEN provincial_grade WHEN NOT _provincial_current THEN known(scoring) END AS _grade,
      NOT _provincial_current AND known(record_validity) = 'expired' AS _expired,
      _committee BETWEEN 2 AND 3 OR NOT _collectable AS _r2, _lender >= 1 OR NOT _collectable AS _r3,
      _lender_counted >= 1 OR NOT _collectable AS _r4, _committee_counted >= 2 OR NOT _collectable AS _r5,
      CASE WHEN _counted > 0 THEN _approvals * 2 > _counted END AS _r6
    FROM scored
  ), reviewed AS (
    SELECT *, CASE WHEN _expired THEN 'expired' WHEN _expired IS NULL OR _grade IS NULL THEN 'needs_information' ELSE _grade END AS grading,
      CASE WHEN NOT _collectable THEN 'not_reviewed' WHEN _collectable IS NULL THEN 'needs_information'
        WHEN NOT (_r2 AND _r3 AND _r4 AND _r5) THEN 'review_again' WHEN (_r2 AND _r3 AND _r4 AND _r5) IS NULL THEN 'needs_information'
        WHEN NOT _r6 THEN 'not_listed' WHEN _r6 IS NULL THEN 'needs_information' ELSE 'white_listed' END AS review
    FROM graded
  ), outcomes AS (
    SELECT *, known(grading) AS _g, known(review) AS _r, known(record_validity) = 'expired' AS _no_record,
      need > granted_limit AS _above, granted_limit <= 0 AS _not_granted FROM reviewed
  ), rows AS (
    SELECT *, _r = 'not_reviewed' AS _g1, _r = 'review_again' AS _g2, _r = 'not_listed' AS _g3,
      NOT basic_information OR NOT property_information OR NOT income_information AS _g5, _g = 'AAA' AS _g6, _g = 'AA' AS _g7, _g = 'A' AS _g8, _g = 'expired' AS _g9,
      adverse_record OR loan_record = 'late' AS _own_record,
      _r IN ('not_reviewed', 'review_again', 'not_listed') AS _n1, NOT list_posted AS _n2, told_by = 'not_told' AS _n3,
      _above AND _g IN ('AAA', 'AA', 'A') AND has_collateral AS _u2, _above AND _g IN ('AAA', 'AA', 'A') AND has_project AND has_guarantor AS _u3,
      _above AND has_project AND _g IN ('AAA', 'AA') AS _u4, has_project AND has_funds AS _u6
    FROM outcomes
  ), first_rows AS (
    SELECT *, CASE WHEN _g1 THEN 1 WHEN _g1 IS NULL THEN -1 WHEN _g2 THEN 2 WHEN _g3 THEN 3 WHEN _no_record THEN 4 WHEN _no_record IS NULL THEN -1
        WHEN _g5 THEN 5 WHEN _g5 IS NULL OR _g IS NULL THEN -1 WHEN _g6 THEN 6 WHEN _g7 THEN 7 WHEN _g8 THEN 8 WHEN _g9 THEN 9 ELSE 0 END AS _grant,
      CASE WHEN _not_granted THEN 1 WHEN _not_granted IS NULL THEN -1 WHEN _u2 THEN 2 WHEN _u2 IS NULL THEN -1 WHEN _u3 THEN 3 WHEN _u3 IS NULL THEN -1
        WHEN _u4 THEN 4 WHEN _u4 IS NULL THEN -1 WHEN _above THEN 5 WHEN _above IS NULL THEN -1 WHEN _u6 THEN 6 WHEN _u6 IS NULL THEN -1 ELSE 0 END AS _usage,
      CASE WHEN _not_granted THEN 'stays' WHEN _not_granted IS NULL THEN 'needs_information' WHEN NOT _entitled THEN 'stays' WHEN _entitled IS NULL THEN 'needs_information'
        WHEN NOT _collectable THEN 'stays' WHEN _collectable IS NULL THEN 'needs_information' WHEN _own_record THEN 'stays' WHEN _own_record IS NULL THEN 'needs_information'
        WHEN _no_record THEN 'stays' WHEN _no_record IS NULL THEN 'needs_information' ELSE 'may_be_raised' END AS limit_raise
    FROM rows
  ), written AS (
    SELECT *, false AS beyond,
      f(_v1, 1) + f(_v2, 2) AS record_validity__not_met, u(_v1, 1) + u(_v2, 2) AS record_validity__unknown,
      _valid_until AS record_validity__last_valid_day,
      f(_s5, 1) + f(_not_late, 2) AS scoring__not_met, u(_s5, 1) + u(_not_late, 2) AS scoring__unknown,
      f(_expired, 1) + CASE WHEN _grade IS NULL THEN 0 ELSE 62 - CASE _grade WHEN 'AAA' THEN 2 WHEN 'AA' THEN 4 WHEN 'A' THEN 8 WHEN 'B' THEN 16 WHEN 'C' THEN 32 ELSE 0 END END AS grading__not_met,
      u(_expired, 1) + u(_grade, 62) AS grading__unknown,
      checklist(_collectable, 'collectable', 'excluded') AS screening,
      f(_s1, 1) + f(_s2, 2) + f(_s3, 4) + f(_s4, 8) + f(_s5, 16) + f(_s6, 32) AS screening__not_met,
      u(_s1, 1) + u(_s2, 2) + u(_s3, 4) + u(_s4, 8) + u(_s5, 16) + u(_s6, 32) AS screening__unknown,
      f(_collectable, 1) + f(_r2, 2) + f(_r3, 4) + f(_r4, 8) + f(_r5, 16) + f(_r6, 32) AS review__not_met,
      u(_collectable, 1) + u(_r2, 2) + u(_r3, 4) + u(_r4, 8) + u(_r5, 16) + u(_r6, 32) AS review__unknown,
      CASE WHEN _grant = -1 THEN 'needs_information' WHEN _grant = 1 THEN 'not_a_target' WHEN _grant = 2 THEN 'review_first'
        WHEN _grant IN (4, 5, 9) THEN 'collect_first' WHEN _grant IN (6, 7, 8) THEN 'submit_for_approval' ELSE 'finish_collection_offer_other_services' END AS "grant",
      f(_g1, 1) + f(_g2, 2) + f(_g3, 4) + f(_no_record, 8) + f(_g5, 16) + f(_g6, 32) + f(_g7, 64) + f(_g8, 128) + f(_g9, 256) AS grant__not_met,
      u(_r, 7) + u(_no_record, 8) + u(_g5, 16) + u(_g, 480) AS grant__unknown,
      CASE _grant WHEN -1 THEN NULL WHEN 6 THEN 200000 WHEN 7 THEN 100000 WHEN 8 THEN 50000 ELSE 0 END AS grant__limit,
      f(_not_granted, 1) + f(NOT _entitled, 2) + f(NOT _collectable, 4) + f(_own_record, 8) + f(_no_record, 16) AS limit_raise__not_met,
      u(_not_granted, 1) + u(_entitled, 2) + u(_collectable, 4) + u(_own_record, 8) + u(_no_record, 16) AS limit_raise__unknown,
      CASE WHEN limit_raise = 'may_be_raised' THEN granted_limit * (1 + raise_by()) END AS limit_raise__limit,
      CASE WHEN _n1 THEN 'keep_secret' WHEN _n1 IS NULL THEN 'needs_information' WHEN _n2 THEN 'post_list' WHEN _n2 IS NULL THEN 'needs_information'
        WHEN _n3 THEN 'tell_household' WHEN _n3 IS NULL THEN 'needs_information' ELSE 'told' END AS notification,
      f(_n1, 1) + f(_n2, 2) + f(_n3, 4) AS notification__not_met, u(_n1, 1) + u(_n2, 2) + u(_n3, 4) AS notification__unknown,
      CASE WHEN _usage = -1 THEN 'needs_information' WHEN _usage = 1 THEN 'not_granted' WHEN _usage BETWEEN 2 AND 5 THEN 'recommend_products' ELSE 'within_limit' END AS usage,
      f(_not_granted, 1) + f(_u2, 2) + f(_u3, 4) + f(_u4, 8) + f(_above, 16) + f(_u6, 32) AS usage__not_met,
      u(_not_granted, 1) + u(_u2, 2) + u(_u3, 4) + u(_u4, 8) + u(_above, 16) + u(_u6, 32) AS usage__unknown,
      CASE WHEN _usage BETWEEN 2 AND 6 THEN 'key' WHEN _usage = 0 THEN 'regular' END AS usage__tier,
      CASE _usage WHEN 2 THEN 'secured_loan' WHEN 3 THEN 'guaranteed_loan' WHEN 4 THEN 'credit_increase' WHEN 5 THEN 'case_by_case'
        WHEN 6 THEN 'pre_granted_loan' WHEN 0 THEN 'pre_granted_loan' END AS usage__product
    FROM first_rows
  )
  SELECT COLUMNS('^[^_]') FROM written
) TO '$OUT/household.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000);

-- ── The award of a title: villages and townships share most steps ───────────────────────────────────────────────────
CREATE TEMP MACRO running(posted) AS today() <= posted + notice_days();

-- ── Villages ────────────────────────────────────────────────────────────────────────────────────────────────────────
COPY (
  WITH rows AS (
    SELECT *, [panel_committee BETWEEN 2 AND 3, panel_lender >= 1, panel_upright, panel_truthful, lists_secret] AS _panel,
      [NOT households_take_part OR NOT households_repay, NOT preselected, NOT applied, NOT opinions_gathered, NOT material_made, NOT _good,
       first_review = 'not_yet', first_review = 'refused', NOT reported, NOT views_checked, second_review = 'not_yet', second_review = 'refused',
       determination = 'not_yet', determination = 'refused', NOT system_approved, NOT notice_posted,
       objection = 'pending', objection = 'upheld', running(notice_posted_on)] AS _award
    FROM designation
  ), written AS (
    SELECT *, false AS beyond,
      checklist(every(_panel), 'fit', 'unfit') AS panel, fs(_panel) AS panel__not_met, us(_panel) AS panel__unknown,
      CASE first_row(_award) WHEN -1 THEN 'needs_information' WHEN 0 THEN 'award' WHEN 1 THEN 'not_selected' WHEN 6 THEN 'not_qualified'
        WHEN 8 THEN 'refused' WHEN 12 THEN 'refused' WHEN 14 THEN 'refused' WHEN 18 THEN 'refused' WHEN 19 THEN 'wait' ELSE 'next_step' END AS village_award,
      fs(_award) AS village_award__not_met, us(_award) AS village_award__unknown,
      -- who acts in each row, and after all of them
      ['nobody', 'lender_and_township', 'village_committee', 'lender', 'lender', 'nobody', 'lender', 'nobody', 'lender', 'group_office',
       'group_office', 'nobody', 'group_office', 'nobody', 'lender', 'group_office', 'group_office', 'nobody', 'nobody', 'lender'
      ][CASE first_row(_award) WHEN 0 THEN 20 WHEN -1 THEN NULL ELSE first_row(_award) END] AS village_award__actor,
      CASE first_row(_award) WHEN 0 THEN 'lender' END AS village_award__awarding_body,
      checklist(_entitled, 'entitled', 'not_entitled') AS village_measures, f(_entitled, 15) AS village_measures__not_met, u(_entitled, 15) AS village_measures__unknown,
      NULL AS village_measures__rate_discount, NULL AS village_measures__rate, NULL AS village_measures__service_day, -- nothing where no row holds
      CASE WHEN _entitled THEN usual_rate() - discounted_rate() END AS village_measures__rate_discount__rate_discount,
      CASE WHEN _entitled THEN discounted_rate() END AS village_measures__rate_discount__rate,
      CASE WHEN _entitled THEN 'wednesday' END AS village_measures__village_service__service_day
    FROM rows
  )
  SELECT COLUMNS('^[^_]') FROM written ORDER BY id
) TO '$OUT/village.parquet' (FORMAT parquet, COMPRESSION zstd);

-- ── Townships ───────────────────────────────────────────────────────────────────────────────────────────────────────
CREATE TEMP MACRO covered_until() AS DATE '2026-05-01' + INTERVAL 2 YEAR;
COPY (
  WITH facts AS (
    SELECT t.*, village__set_aside, c.npl_balance AS _npl, c.loan_balance AS _loans,
      -- of which villages there are nothing is known where one was set aside
      CASE WHEN village__set_aside IS NULL THEN coalesce(v.villages, []) END AS villages,
      CASE WHEN village__set_aside IS NULL THEN coalesce(v.number, 0) END AS _villages,
      CASE WHEN v.number > 0 THEN v.credit ELSE point(0) END AS _credit_villages, CASE WHEN v.number > 0 THEN v.covered ELSE point(0) END AS _covered
    FROM township t LEFT JOIN county_counted c ON t.county_id = c.id LEFT JOIN (
      SELECT township_id, count(*) AS number, count_range(known(credit_village) = 'qualified') AS credit,
        count_range(collection_done AND filing_done AND granting_done AND completed_on <= covered_until()) AS covered,
        list({id: id, credit_village: credit_village, collection_done: collection_done, filing_done: filing_done,
          granting_done: granting_done, completed_on: completed_on} ORDER BY id) AS villages
      FROM read_parquet('$OUT/village.parquet') GROUP BY township_id
    ) v ON t.id = v.township_id
      LEFT JOIN (SELECT township_id, count(DISTINCT id) AS village__set_aside FROM village_aside GROUP BY township_id) a ON t.id = a.township_id
  ), criteria AS (
    SELECT *, [at_least(_credit_villages, point(_villages), 75), collective_economy_sound, financial_rules_sound, supports_credit_system,
        supports_lenders, no_illegal_fundraising, no_debt_dispute, above(point(_npl), point(_loans), point(npl_balance), point(loan_balance))] AS _credit,
      [leading_officers = 1, liaison_officers = 1, reaches(_covered, point(_villages)) OR today() <= covered_until()] AS _progress
    FROM facts
  ), rows AS (
    SELECT *, [NOT preselected, NOT applied, NOT opinions_gathered, NOT material_made, NOT every(_credit),
        first_review = 'not_yet', first_review = 'refused', NOT reported, NOT views_checked, second_review = 'not_yet', second_review = 'refused',
        determination = 'not_yet', determination = 'refused', NOT notice_posted,
        objection = 'pending', objection = 'upheld', running(notice_posted_on)] AS _award,
      [NOT title_in_force, today() < year_after(titled_on), NOT every(_credit)] AS _designation
    FROM criteria
  ), written AS (
    SELECT *, false AS beyond,
      checklist(every(_credit), 'qualified', 'not_qualified') AS credit_township, fs(_credit) AS credit_township__not_met, us(_credit) AS credit_township__unknown,
      checklist(every(_progress), 'on_track', 'behind') AS township_progress, fs(_progress) AS township_progress__not_met, us(_progress) AS township_progress__unknown,
      CASE first_row(_award) WHEN -1 THEN 'needs_information' WHEN 0 THEN 'award' WHEN 5 THEN 'not_qualified'
        WHEN 7 THEN 'refused' WHEN 11 THEN 'refused' WHEN 13 THEN 'refused' WHEN 16 THEN 'refused' WHEN 17 THEN 'wait' ELSE 'next_step' END AS township_award,
      fs(_award) AS township_award__not_met, us(_award) AS township_award__unknown,
      ['lender_and_township', 'township_government', 'lender', 'lender', 'nobody', 'lender', 'nobody', 'lender', 'group_office',
       'group_office', 'nobody', 'group_office', 'nobody', 'group_office', 'group_office', 'nobody', 'nobody', 'group_office'
      ][CASE first_row(_award) WHEN 0 THEN 18 WHEN -1 THEN NULL ELSE first_row(_award) END] AS township_award__actor,
      CASE first_row(_award) WHEN 0 THEN 'city_office' END AS township_award__awarding_body,
      CASE first_row(_designation) WHEN 1 THEN 'untitled' WHEN 2 THEN 'keep' WHEN 3 THEN 'revoke' WHEN 0 THEN 'renew' ELSE 'needs_information' END AS township_designation,
      fs(_designation) AS township_designation__not_met, us(_designation) AS township_designation__unknown
    FROM rows
  ), measured AS (
    SELECT *, known(township_designation) IN ('renew', 'keep') AS _entitled FROM written
  )
  SELECT COLUMNS('^[^_]'), checklist(_entitled, 'entitled', 'not_entitled') AS township_measures,
    f(_entitled, 31) AS township_measures__not_met, u(_entitled, 31) AS township_measures__unknown
  FROM measured ORDER BY id
) TO '$OUT/township.parquet' (FORMAT parquet, COMPRESSION zstd);

-- ── The county ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- Something is required only after its day: done, and on that day or before.
CREATE TEMP MACRO due(last, done, done_on) AS (done AND done_on <= last) OR today() <= last;
CREATE TEMP MACRO milestone(last, number, villages, percent) AS at_least(number, point(villages), percent) OR today() <= last;
COPY (
  WITH facts AS (
    SELECT c.*, village__set_aside, CASE WHEN village__set_aside IS NULL THEN villages END AS villages,
      unnest(CASE WHEN village__set_aside IS NULL THEN counts END)
    FROM county_counted c, (SELECT nullif(count(DISTINCT id), 0) AS village__set_aside FROM village_aside WHERE county_id IS NOT NULL), (
      SELECT {'_villages': count(*), '_by_2026': count_range(completed AND completed_on <= DATE '2026-12-31'),
        '_by_mid_2027': count_range(completed AND completed_on <= DATE '2027-06-30'), '_by_2027': count_range(completed AND completed_on <= DATE '2027-12-31'),
        '_pilots': count_range(pilot), '_finished': count_range(pilot AND publicity_done AND graded AND completed AND pilot_finished_on <= DATE '2026-06-30')} AS counts,
        coalesce(list({id: id, collection_done: collection_done, filing_done: filing_done, granting_done: granting_done, completed_on: completed_on,
          pilot: pilot, publicity_done: publicity_done, graded: graded, pilot_finished_on: pilot_finished_on,
          credit_village: credit_village, leadership_sound: leadership_sound,
          supports_lenders: supports_lenders, per_capita_income: per_capita_income, integrity_score: integrity_score} ORDER BY id), []) AS villages
      FROM (SELECT *, collection_done AND filing_done AND granting_done AS completed FROM read_parquet('$OUT/village.parquet') WHERE county_id IS NOT NULL)) v
  ), criteria AS (
    SELECT *, [due(DATE '2026-05-31', plan_issued, plan_issued_on), due(DATE '2026-05-31', staff_trained, staff_trained_on),
        due(DATE '2026-05-31', launch_held, launch_held_on), reaches(_pilots, point(4)) OR today() < DATE '2026-06-01',
        reaches(_finished, _pilots) OR today() <= DATE '2026-06-30', due(DATE '2026-07-31', pilots_assessed, pilots_assessed_on)] AS _launch,
      [milestone(DATE '2026-12-31', _by_2026, _villages, 30), milestone(DATE '2026-12-31', _by_2026, _villages, 30),
       milestone(DATE '2027-06-30', _by_mid_2027, _villages, 70), milestone(DATE '2027-12-31', _by_2027, _villages, 100)] AS _rollout
    FROM facts
  )
  SELECT COLUMNS('^[^_]'), false AS beyond,
    checklist(every(_launch), 'on_track', 'behind') AS pilots, fs(_launch) AS pilots__not_met, us(_launch) AS pilots__unknown,
    checklist(every(_rollout), 'on_track', 'behind') AS rollout, fs(_rollout) AS rollout__not_met, us(_rollout) AS rollout__unknown
  FROM criteria
) TO '$OUT/county.parquet' (FORMAT parquet, COMPRESSION zstd);
