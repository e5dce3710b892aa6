-- All decisions of policies/xx-county/2026-05-01 that tables can hold, as a data engineer writes them for DuckDB.
-- $IN is the folder of extracts, $OUT that of the results, $ON the day.

-- Checks: each row with each thing that cannot be right.
CREATE TEMP VIEW raw_household AS SELECT *, file_row_number AS row FROM read_parquet('$IN/households.parquet', file_row_number = true);
CREATE TEMP VIEW raw_village AS SELECT * FROM read_parquet('$IN/villages.parquet');
CREATE TEMP VIEW raw_township AS SELECT * FROM read_parquet('$IN/townships.parquet');
CREATE TEMP MACRO absurd(x) AS x < 0 OR x >= 1e15;
CREATE TEMP TABLE bad AS
SELECT row, id, unnest(reasons) AS reason FROM (
  SELECT row, id, list_filter([
    CASE WHEN trim(id) = '' OR id IS NULL THEN 'no_id' END, CASE WHEN length(id) > 64 THEN 'long_id' END,
    CASE WHEN village IS NULL THEN 'no_village' END,
    CASE WHEN village NOT IN (SELECT id FROM raw_village WHERE id IS NOT NULL) THEN 'strange_village' END,
    CASE WHEN status NOT IN ('resident', 'moved_away', 'deceased', 'absconded') THEN 'status' END,
    CASE WHEN provincial_grade NOT IN ('AAA', 'AA', 'A', 'B', 'C', 'D') THEN 'provincial_grade' END,
    CASE WHEN conduct NOT IN ('good', 'fair', 'poor') THEN 'conduct' END,
    CASE WHEN loan_record NOT IN ('on_time', 'none', 'late') THEN 'loan_record' END,
    CASE WHEN len(list_filter(votes, lambda v: v.side NOT IN ('committee', 'lender'))) > 0 THEN 'votes.side' END,
    CASE WHEN len(list_filter(votes, lambda v: v.verdict NOT IN ('approve', 'oppose', 'abstain'))) > 0 THEN 'votes.verdict' END,
    CASE WHEN absurd(annual_income) THEN 'annual_income' END, CASE WHEN absurd(farming_years) THEN 'farming_years' END,
    CASE WHEN absurd(assets) THEN 'assets' END, CASE WHEN absurd(granted_limit) THEN 'granted_limit' END,
    CASE WHEN absurd(need) THEN 'need' END, CASE WHEN absurd(loan_balance) THEN 'loan_balance' END,
    CASE WHEN absurd(npl_balance) THEN 'npl_balance' END, CASE WHEN absurd(lender_loan_balance) THEN 'lender_loan_balance' END,
    CASE WHEN absurd(lender_npl_balance) THEN 'lender_npl_balance' END,
    CASE WHEN npl_balance > loan_balance THEN 'npl > loans' END,
    CASE WHEN lender_loan_balance > loan_balance THEN 'lender''s loans > loans' END,
    CASE WHEN lender_npl_balance > lender_loan_balance THEN 'lender''s npl > loans' END
  ], lambda r: r IS NOT NULL) AS reasons FROM raw_household);
INSERT INTO bad SELECT row, id, 'repeated_id' FROM raw_household
  WHERE id IN (SELECT id FROM raw_household WHERE id IS NOT NULL GROUP BY id HAVING count(*) > 1);
COPY (FROM bad ORDER BY row, reason) TO '$OUT/set_aside.parquet' (FORMAT parquet);

-- The bits of criteria that are not met, and of those that are not known; the first criterion is the lowest.
CREATE TEMP MACRO f(x, bit) AS CASE WHEN NOT x THEN bit ELSE 0 END;
CREATE TEMP MACRO u(x, bit) AS CASE WHEN x IS NULL THEN bit ELSE 0 END;
CREATE TEMP MACRO wide(x) AS x::DECIMAL(19, 2);
CREATE TEMP MACRO told(x) AS nullif(x, 'needs_information');
-- How many records of a list are so; null where one of them cannot be told.
CREATE TEMP MACRO many(flags) AS CASE WHEN NOT list_contains(list_transform(flags, lambda x: x IS NULL), true)
  THEN len(list_filter(flags, lambda x: x)) END;

-- Households.
COPY (
  WITH clean AS (
    SELECT id, village AS village_id, v.township_id, birth_date, status, adverse_record, other_unfitness, votes,
      provincial_grade, graded_on, conduct, annual_income, farming_years, assets, loan_record, civilised_household,
      guarantee_called, basic_information, property_information, income_information, granted_limit, need, has_project,
      has_collateral, has_guarantor, loan_balance, npl_balance, lender_loan_balance, lender_npl_balance
    FROM raw_household LEFT JOIN (SELECT id AS v_id, township AS township_id FROM raw_village) v ON village = v_id
    WHERE row NOT IN (SELECT row FROM bad)
  ), facts AS (
    SELECT *,
      year(DATE '$ON') - year(birth_date)
        - CASE WHEN month(birth_date) * 100 + day(birth_date) > month(DATE '$ON') * 100 + day(DATE '$ON') THEN 1 ELSE 0 END AS age,
      many(list_transform(votes, lambda v: v.side = 'committee')) AS committee,
      many(list_transform(votes, lambda v: v.side = 'lender')) AS lenders,
      many(list_transform(votes, lambda v: NOT v.related)) AS counted,
      many(list_transform(votes, lambda v: NOT v.related AND v.verdict = 'approve')) AS approvals,
      (graded_on + INTERVAL 1 YEAR)::DATE AS valid_until,
      CASE conduct WHEN 'good' THEN 25 WHEN 'fair' THEN 15 WHEN 'poor' THEN 0 END AS p1,
      CASE WHEN annual_income < 20000 THEN 5 WHEN annual_income < 50000 THEN 15 WHEN annual_income >= 50000 THEN 25 END AS p2,
      CASE WHEN farming_years < 3 THEN 5 WHEN farming_years < 10 THEN 10 WHEN farming_years >= 10 THEN 15 END AS p3,
      CASE WHEN assets < 50000 THEN 5 WHEN assets < 200000 THEN 10 WHEN assets >= 200000 THEN 15 END AS p4,
      CASE loan_record WHEN 'on_time' THEN 20 WHEN 'none' THEN 12 WHEN 'late' THEN 0 END AS p5,
      CASE WHEN civilised_household THEN 5 ELSE 0 END AS p6,
      CASE WHEN guarantee_called THEN -10 ELSE 0 END AS p7,
      loan_record <> 'late' AS not_late
    FROM clean
  ), first AS (
    SELECT *, age BETWEEN 18 AND 65 AS s0, status <> 'moved_away' AS s1, status <> 'deceased' AS s2,
      status <> 'absconded' AS s3, NOT adverse_record AS s4, NOT other_unfitness AS s5,
      DATE '$ON' > valid_until AS expired, DATE '$ON' >= valid_until - 30 AS due,
      greatest(0, least(105, p1 + p2 + p3 + p4 + p5 + p6 + p7))
        + CASE WHEN p1 + p2 + p3 + p4 + p5 IS NULL THEN NULL ELSE 0 END AS total
    FROM facts
  ), second AS (
    SELECT *, s0 AND s1 AND s2 AND s3 AND s4 AND s5 AS fit,
      CASE WHEN expired THEN 'expired' WHEN due THEN 'due_soon' WHEN NOT due THEN 'valid' ELSE 'needs_information' END AS record_validity,
      CASE WHEN total >= 90 THEN 0 WHEN total >= 80 THEN 1 WHEN total >= 70 THEN 2 WHEN total >= 60 THEN 3
        WHEN total >= 50 THEN 4 WHEN total < 50 THEN 5 END AS by_points
    FROM first
  ), third AS (
    SELECT *, CASE WHEN NOT fit THEN 'excluded' WHEN fit THEN 'collectable' ELSE 'needs_information' END AS screening,
      CASE WHEN adverse_record THEN 'D' WHEN adverse_record IS NULL OR by_points IS NULL THEN 'needs_information'
        WHEN not_late IS NULL AND by_points < 3 THEN 'needs_information'
        ELSE ['AAA', 'AA', 'A', 'B', 'C', 'D'][1 + CASE WHEN NOT not_late THEN greatest(by_points, 3) ELSE by_points END] END AS scoring
    FROM second
  ), fourth AS (
    SELECT *, fit AS r0, committee BETWEEN 2 AND 3 OR NOT fit AS r1, lenders >= 1 OR NOT fit AS r2, counted >= 2 OR NOT fit AS r3,
      CASE WHEN counted > 0 THEN approvals * 2 > counted END AS r4,
      coalesce(CASE WHEN record_validity IN ('valid', 'due_soon') THEN provincial_grade END, told(scoring)) AS grade,
      need > granted_limit AS above
    FROM third
  ), fifth AS (
    SELECT *, coalesce(grade, 'needs_information') AS grading,
      CASE WHEN NOT (r1 AND r2 AND r3) THEN 'review_again' WHEN (r1 AND r2 AND r3) IS NULL THEN 'needs_information'
        WHEN NOT (r0 AND r4) THEN 'not_listed' WHEN (r0 AND r4) IS NULL THEN 'needs_information' ELSE 'white_listed' END AS review,
      above AND has_collateral AS w0, above AND has_guarantor AS w1, above AND has_project AND grade IN ('AAA', 'AA') AS w2,
      has_project OR need > 0 AS w4
    FROM fourth
  ), sixth AS (
    SELECT *, told(review) IN ('not_listed', 'review_again') AS g0, told(record_validity) = 'expired' AS g1,
      NOT basic_information OR NOT property_information OR NOT income_information AS g2,
      CASE WHEN w0 THEN 0 WHEN w0 IS NULL THEN -1 WHEN w1 THEN 1 WHEN w1 IS NULL THEN -1 WHEN w2 THEN 2 WHEN w2 IS NULL THEN -1
        WHEN above THEN 3 WHEN above IS NULL THEN -1 WHEN w4 THEN 4 WHEN w4 IS NULL THEN -1 ELSE 5 END AS use
    FROM fifth
  ), seventh AS (
    SELECT *, CASE WHEN g0 THEN 0 WHEN g0 IS NULL THEN -1 WHEN g1 THEN 1 WHEN g1 IS NULL THEN -1 WHEN g2 THEN 2
      WHEN g2 IS NULL OR grade IS NULL THEN -1 WHEN grade = 'AAA' THEN 3 WHEN grade = 'AA' THEN 4 WHEN grade = 'A' THEN 5 ELSE 6 END AS granting
    FROM sixth
  )
  SELECT id, village_id, township_id, birth_date, status, adverse_record, other_unfitness, votes, provincial_grade,
    graded_on, conduct, annual_income, farming_years, assets, loan_record, civilised_household, guarantee_called,
    basic_information, property_information, income_information, granted_limit, need, has_project, has_collateral,
    has_guarantor, loan_balance, npl_balance, lender_loan_balance, lender_npl_balance,
    record_validity, f(expired, 1) + f(due, 2) AS record_validity__not_met, u(expired, 1) + u(due, 2) AS record_validity__unknown,
    valid_until AS record_validity__last_valid_day,
    scoring, f(s4, 1) + f(not_late, 2) AS scoring__not_met, u(s4, 1) + u(not_late, 2) AS scoring__unknown, total AS scoring__total,
    p1 AS scoring__points__conduct, p2 AS scoring__points__annual_income, p3 AS scoring__points__farming_years,
    p4 AS scoring__points__assets, p5 AS scoring__points__loan_record, p6 AS scoring__points__civilised_household,
    p7 AS scoring__points__guarantee_called,
    grading, CASE WHEN grade IS NULL THEN 0 ELSE 31 - CASE grade WHEN 'AAA' THEN 1 WHEN 'AA' THEN 2 WHEN 'A' THEN 4
      WHEN 'B' THEN 8 WHEN 'C' THEN 16 ELSE 0 END END AS grading__not_met,
    CASE WHEN grade IS NULL THEN 31 ELSE 0 END AS grading__unknown,
    screening, f(s0, 1) + f(s1, 2) + f(s2, 4) + f(s3, 8) + f(s4, 16) + f(s5, 32) AS screening__not_met,
    u(s0, 1) + u(s1, 2) + u(s2, 4) + u(s3, 8) + u(s4, 16) + u(s5, 32) AS screening__unknown,
    review, f(r0, 1) + f(r1, 2) + f(r2, 4) + f(r3, 8) + f(r4, 16) AS review__not_met,
    u(r0, 1) + u(r1, 2) + u(r2, 4) + u(r3, 8) + u(r4, 16) AS review__unknown,
    CASE WHEN granting IN (1, 2) THEN 'collect_first' WHEN granting IN (3, 4, 5) THEN 'submit_for_approval'
      WHEN granting = -1 THEN 'needs_information' ELSE 'finish_collection_offer_other_services' END AS "grant",
    f(g0, 1) + f(g1, 2) + f(g2, 4) + f(grade = 'AAA', 8) + f(grade = 'AA', 16) + f(grade = 'A', 32) AS grant__not_met,
    u(g0, 1) + u(g1, 2) + u(g2, 4) + CASE WHEN grade IS NULL THEN 56 ELSE 0 END AS grant__unknown,
    CASE granting WHEN -1 THEN NULL WHEN 3 THEN 200000 WHEN 4 THEN 100000 WHEN 5 THEN 50000 ELSE 0 END AS grant__limit,
    CASE WHEN use = -1 THEN 'needs_information' WHEN use < 4 THEN 'recommend_products' ELSE 'within_limit' END AS usage,
    f(w0, 1) + f(w1, 2) + f(w2, 4) + f(above, 8) + f(w4, 16) AS usage__not_met,
    u(w0, 1) + u(w1, 2) + u(w2, 4) + u(above, 8) + u(w4, 16) AS usage__unknown,
    CASE WHEN use BETWEEN 0 AND 4 THEN 'key' WHEN use = 5 THEN 'regular' END AS usage__tier,
    CASE use WHEN 0 THEN 'secured_loan' WHEN 1 THEN 'guaranteed_loan' WHEN 2 THEN 'credit_increase' WHEN 3 THEN 'case_by_case'
      WHEN 4 THEN 'pre_granted_loan' WHEN 5 THEN 'pre_granted_loan' END AS usage__product
  FROM seventh ORDER BY id
) TO '$OUT/household.parquet' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000);

-- Counts: null where one record cannot be told.
CREATE TEMP MACRO count_of(x) AS CASE WHEN bool_or(x IS NULL) THEN NULL ELSE count(*) FILTER (WHERE x) END;
CREATE TEMP MACRO sum_of(x) AS CASE WHEN count(x) = count(*) THEN sum(x) END;
CREATE TEMP TABLE counted AS
SELECT village_id, count(*) AS households, count_of(collectable) AS collectable_households,
  count_of(provincial_grade IS NOT NULL AND provincial_grade IN ('AAA', 'AA', 'A') AND told(record_validity) IN ('valid', 'due_soon')) AS a_grade_households,
  count_of(collectable AND graded_on IS NOT NULL AND told(record_validity) IN ('valid', 'due_soon')) AS filed_households,
  count_of(collectable AND graded_on IS NOT NULL AND told(record_validity) IN ('valid', 'due_soon')
    AND granted_limit IS NOT NULL AND granted_limit > 0) AS granted_households,
  count_of(loan_balance > 0) AS borrowing_households, sum_of(loan_balance) AS loan_balance, sum_of(npl_balance) AS npl_balance,
  sum_of(lender_loan_balance) AS lender_loan_balance, sum_of(lender_npl_balance) AS lender_npl_balance
FROM (SELECT *, told(screening) = 'collectable' AS collectable FROM read_parquet('$OUT/household.parquet')) GROUP BY village_id;
CREATE TEMP TABLE the_county AS
SELECT c.* EXCLUDE (households, borrowing_households), h.households, h.borrowing_households
FROM read_parquet('$IN/county.parquet') c,
  (SELECT sum(households) AS households, sum_of(borrowing_households) AS borrowing_households FROM counted) h;

-- Villages.
CREATE TEMP MACRO step(a, b, c, d, e, f, g, h, i) AS CASE WHEN a THEN 0 WHEN a IS NULL THEN -1 WHEN b THEN 1 WHEN b IS NULL THEN -1
  WHEN c THEN 2 WHEN c IS NULL THEN -1 WHEN d THEN 3 WHEN d IS NULL THEN -1 WHEN e THEN 4 WHEN e IS NULL THEN -1 WHEN f THEN 5
  WHEN f IS NULL THEN -1 WHEN g THEN 6 WHEN g IS NULL THEN -1 WHEN h THEN 7 WHEN h IS NULL THEN -1 WHEN i THEN 8
  WHEN i IS NULL THEN -1 ELSE 9 END;
COPY (
  WITH facts AS (
    SELECT v.* EXCLUDE (township, households, a_grade_households, collectable_households, filed_households, granted_households,
        borrowing_households, loan_balance, npl_balance, lender_loan_balance, lender_npl_balance), v.township AS township_id,
      coalesce(h.households, 0) AS households,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.a_grade_households END AS a_grade_households,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.collectable_households END AS collectable_households,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.filed_households END AS filed_households,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.granted_households END AS granted_households,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.borrowing_households END AS borrowing_households,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.loan_balance END AS loan_balance,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.npl_balance END AS npl_balance,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.lender_loan_balance END AS lender_loan_balance,
      CASE WHEN village_id IS NULL THEN 0 ELSE h.lender_npl_balance END AS lender_npl_balance,
      v.title_in_force OR t.title_in_force AS entitled, c.households AS c_households, c.borrowing_households AS c_borrowing,
      wide(c.loan_balance) AS c_loans, wide(c.npl_balance) AS c_npl
    FROM raw_village v LEFT JOIN counted h ON v.id = village_id LEFT JOIN raw_township t ON v.township = t.id, the_county c
  ), checked AS (
    SELECT *, CASE WHEN households > 0 THEN a_grade_households * 100 >= households * 55 END AS c0,
      CASE WHEN households > 0 AND c_households > 0 THEN borrowing_households * c_households > c_borrowing * households END AS c9,
      CASE WHEN loan_balance > 0 AND c_loans > 0 THEN wide(npl_balance) * c_loans < c_npl * wide(loan_balance) END AS c10,
      CASE WHEN collectable_households > 0 THEN filed_households * 10 >= collectable_households * 9 END AS c11,
      CASE WHEN filed_households > 0 THEN granted_households * 2 >= filed_households END AS c12,
      CASE WHEN lender_loan_balance > 0 THEN lender_npl_balance * 50 <= lender_loan_balance END AS c13
    FROM facts
  ), judged AS (
    SELECT *, c0 AND collective_economy_sound AND financial_rules_sound AND public_order_stable AND leadership_sound AND supports_lenders
      AND promotes_credit AND no_debt_dispute AND residents_financially_aware AND c9 AND c10 AND c11 AND c12 AND c13 AS good
    FROM checked
  ), steps AS (
    SELECT *, step(NOT preselected, NOT applied, NOT good, NOT first_review_passed, NOT second_review_passed, NOT determined,
      NOT notice_posted, objection_open, DATE '$ON' <= notice_posted_on + 7) AS next,
      DATE '$ON' <= notice_posted_on + 7 AS running, DATE '$ON' < titled_on + INTERVAL 1 YEAR AS early
    FROM judged
  )
  SELECT * EXCLUDE (entitled, c_households, c_borrowing, c_loans, c_npl, c0, c9, c10, c11, c12, c13, good, next, running, early),
    CASE WHEN good THEN 'qualified' WHEN NOT good THEN 'not_qualified' ELSE 'needs_information' END AS credit_village,
    f(c0, 1) + f(collective_economy_sound, 2) + f(financial_rules_sound, 4) + f(public_order_stable, 8) + f(leadership_sound, 16)
      + f(supports_lenders, 32) + f(promotes_credit, 64) + f(no_debt_dispute, 128) + f(residents_financially_aware, 256)
      + f(c9, 512) + f(c10, 1024) + f(c11, 2048) + f(c12, 4096) + f(c13, 8192) AS credit_village__not_met,
    u(c0, 1) + u(collective_economy_sound, 2) + u(financial_rules_sound, 4) + u(public_order_stable, 8) + u(leadership_sound, 16)
      + u(supports_lenders, 32) + u(promotes_credit, 64) + u(no_debt_dispute, 128) + u(residents_financially_aware, 256)
      + u(c9, 512) + u(c10, 1024) + u(c11, 2048) + u(c12, 4096) + u(c13, 8192) AS credit_village__unknown,
    CASE WHEN next = 9 THEN 'award' WHEN next = 8 THEN 'wait' WHEN next = 2 THEN 'not_qualified' WHEN next >= 0 THEN 'next_step'
      ELSE 'needs_information' END AS village_award,
    f(NOT preselected, 1) + f(NOT applied, 2) + f(NOT good, 4) + f(NOT first_review_passed, 8) + f(NOT second_review_passed, 16)
      + f(NOT determined, 32) + f(NOT notice_posted, 64) + f(objection_open, 128) + f(running, 256) AS village_award__not_met,
    u(preselected, 1) + u(applied, 2) + u(good, 4) + u(first_review_passed, 8) + u(second_review_passed, 16)
      + u(determined, 32) + u(notice_posted, 64) + u(objection_open, 128) + u(running, 256) AS village_award__unknown,
    CASE WHEN next IN (0, 3, 9) THEN 'lender' WHEN next = 1 THEN 'village_committee' WHEN next IN (2, 8) THEN 'nobody'
      WHEN next = 4 THEN 'leading_group' WHEN next >= 5 THEN 'group_office' END AS village_award__actor,
    CASE WHEN next = 9 THEN 'lender' END AS village_award__awarding_body,
    CASE WHEN NOT title_in_force THEN 'untitled' WHEN title_in_force IS NULL THEN 'needs_information' WHEN early THEN 'keep'
      WHEN early IS NULL THEN 'needs_information' WHEN NOT good THEN 'revoke' WHEN good THEN 'renew' ELSE 'needs_information' END AS village_designation,
    f(NOT title_in_force, 1) + f(early, 2) + f(NOT good, 4) + f(good, 8) AS village_designation__not_met,
    u(title_in_force, 1) + u(early, 2) + u(good, 4) + u(good, 8) AS village_designation__unknown,
    CASE WHEN NOT title_in_force THEN 0.0 WHEN title_in_force IS NULL THEN NULL WHEN early THEN 0.0 WHEN early IS NULL THEN NULL
      WHEN NOT good THEN 0.0 WHEN good THEN 0.1 END AS village_designation__limit_raise,
    CASE WHEN entitled THEN 'entitled' WHEN NOT entitled THEN 'not_entitled' ELSE 'needs_information' END AS village_measures,
    CASE WHEN NOT entitled THEN 15 ELSE 0 END AS village_measures__not_met,
    CASE WHEN entitled IS NULL THEN 15 ELSE 0 END AS village_measures__unknown,
    CASE WHEN entitled THEN 0.005 END AS village_measures__rate_discount__rate_discount,
    CASE WHEN entitled THEN greatest(0.030 + 0.025 - 0.005, 0.045) END AS village_measures__rate_discount__rate,
    CASE WHEN entitled THEN 'wednesday' END AS village_measures__village_service__service_day
  FROM steps ORDER BY id
) TO '$OUT/village.parquet' (FORMAT parquet, COMPRESSION zstd);

-- Townships.
COPY (
  WITH facts AS (
    SELECT t.*, CASE WHEN township_id IS NULL THEN 0 ELSE v.villages END AS villages, CASE WHEN township_id IS NULL THEN 0 ELSE v.credit END AS credit,
      wide(c.loan_balance) AS c_loans, wide(c.npl_balance) AS c_npl
    FROM raw_township t LEFT JOIN (SELECT township_id, count(*) AS villages, count_of(told(credit_village) = 'qualified') AS credit
      FROM read_parquet('$OUT/village.parquet') GROUP BY township_id) v ON t.id = township_id, the_county c
  ), checked AS (
    SELECT *, CASE WHEN villages > 0 THEN credit * 100 >= villages * 75 END AS c0,
      CASE WHEN loan_balance > 0 AND c_loans > 0 THEN wide(npl_balance) * c_loans < c_npl * wide(loan_balance) END AS c7
    FROM facts
  ), judged AS (
    SELECT *, c0 AND collective_economy_sound AND financial_rules_sound AND supports_credit_system AND supports_lenders
      AND no_illegal_fundraising AND no_debt_dispute AND c7 AS good
    FROM checked
  ), steps AS (
    SELECT *, step(NOT preselected, NOT applied, NOT good, NOT first_review_passed, NOT second_review_passed, NOT determined,
      NOT notice_posted, objection_open, DATE '$ON' <= notice_posted_on + 7) AS next,
      DATE '$ON' <= notice_posted_on + 7 AS running, DATE '$ON' < titled_on + INTERVAL 1 YEAR AS early
    FROM judged
  )
  SELECT * EXCLUDE (villages, credit, c_loans, c_npl, c0, c7, good, next, running, early),
    CASE WHEN good THEN 'qualified' WHEN NOT good THEN 'not_qualified' ELSE 'needs_information' END AS credit_township,
    f(c0, 1) + f(collective_economy_sound, 2) + f(financial_rules_sound, 4) + f(supports_credit_system, 8) + f(supports_lenders, 16)
      + f(no_illegal_fundraising, 32) + f(no_debt_dispute, 64) + f(c7, 128) AS credit_township__not_met,
    u(c0, 1) + u(collective_economy_sound, 2) + u(financial_rules_sound, 4) + u(supports_credit_system, 8) + u(supports_lenders, 16)
      + u(no_illegal_fundraising, 32) + u(no_debt_dispute, 64) + u(c7, 128) AS credit_township__unknown,
    CASE WHEN next = 9 THEN 'award' WHEN next = 8 THEN 'wait' WHEN next = 2 THEN 'not_qualified' WHEN next >= 0 THEN 'next_step'
      ELSE 'needs_information' END AS township_award,
    f(NOT preselected, 1) + f(NOT applied, 2) + f(NOT good, 4) + f(NOT first_review_passed, 8) + f(NOT second_review_passed, 16)
      + f(NOT determined, 32) + f(NOT notice_posted, 64) + f(objection_open, 128) + f(running, 256) AS township_award__not_met,
    u(preselected, 1) + u(applied, 2) + u(good, 4) + u(first_review_passed, 8) + u(second_review_passed, 16)
      + u(determined, 32) + u(notice_posted, 64) + u(objection_open, 128) + u(running, 256) AS township_award__unknown,
    CASE WHEN next IN (0, 3) THEN 'lender' WHEN next = 1 THEN 'township_government' WHEN next IN (2, 8) THEN 'nobody'
      WHEN next = 4 THEN 'leading_group' WHEN next >= 5 THEN 'group_office' END AS township_award__actor,
    CASE WHEN next = 9 THEN 'city_office' END AS township_award__awarding_body,
    CASE WHEN NOT title_in_force THEN 'untitled' WHEN title_in_force IS NULL THEN 'needs_information' WHEN early THEN 'keep'
      WHEN early IS NULL THEN 'needs_information' WHEN NOT good THEN 'revoke' WHEN good THEN 'renew' ELSE 'needs_information' END AS township_designation,
    f(NOT title_in_force, 1) + f(early, 2) + f(NOT good, 4) AS township_designation__not_met,
    u(title_in_force, 1) + u(early, 2) + u(good, 4) AS township_designation__unknown,
    CASE WHEN title_in_force THEN 'entitled' WHEN NOT title_in_force THEN 'not_entitled' ELSE 'needs_information' END AS township_measures,
    CASE WHEN NOT title_in_force THEN 15 ELSE 0 END AS township_measures__not_met,
    CASE WHEN title_in_force IS NULL THEN 15 ELSE 0 END AS township_measures__unknown
  FROM steps ORDER BY id
) TO '$OUT/township.parquet' (FORMAT parquet, COMPRESSION zstd);

-- The county.
COPY (
  WITH facts AS (
    SELECT c.*, v.* FROM the_county c, (
      SELECT count(*) AS villages, count_of(collection_done AND filing_done AND granting_done) AS completed, count_of(pilot) AS pilot_villages,
        count_of(pilot AND publicity_done AND graded AND collection_done AND filing_done AND granting_done) AS finished
      FROM read_parquet('$OUT/village.parquet')) v
  ), checked AS (
    SELECT *, villages > 0 AND completed * 100 >= villages * 30 OR DATE '$ON' < DATE '2026-12-31' AS r0,
      villages > 0 AND completed * 100 >= villages * 70 OR DATE '$ON' < DATE '2027-06-30' AS r2,
      villages > 0 AND completed >= villages OR DATE '$ON' < DATE '2027-12-31' AS r3,
      pilot_villages >= 4 OR DATE '$ON' < DATE '2026-05-31' AS p0, plan_issued OR DATE '$ON' < DATE '2026-05-31' AS p1,
      staff_trained OR DATE '$ON' < DATE '2026-05-31' AS p2, launch_held OR DATE '$ON' < DATE '2026-05-31' AS p3,
      finished >= pilot_villages OR DATE '$ON' < DATE '2026-06-30' AS p4, pilots_assessed OR DATE '$ON' < DATE '2026-07-31' AS p5
    FROM facts
  ), judged AS (
    SELECT *, r0 AND r2 AND r3 AS rolled, p0 AND p1 AND p2 AND p3 AND p4 AND p5 AS piloted FROM checked
  )
  SELECT households, borrowing_households, loan_balance, npl_balance, plan_issued, staff_trained, launch_held, pilots_assessed,
    CASE WHEN piloted THEN 'on_track' WHEN NOT piloted THEN 'behind' ELSE 'needs_information' END AS pilots,
    f(p0, 1) + f(p1, 2) + f(p2, 4) + f(p3, 8) + f(p4, 16) + f(p5, 32) AS pilots__not_met,
    u(p0, 1) + u(p1, 2) + u(p2, 4) + u(p3, 8) + u(p4, 16) + u(p5, 32) AS pilots__unknown,
    CASE WHEN rolled THEN 'on_track' WHEN NOT rolled THEN 'behind' ELSE 'needs_information' END AS rollout,
    f(r0, 1) + f(r0, 2) + f(r2, 4) + f(r3, 8) AS rollout__not_met, u(r0, 1) + u(r0, 2) + u(r2, 4) + u(r3, 8) AS rollout__unknown
  FROM judged
) TO '$OUT/county.parquet' (FORMAT parquet);
