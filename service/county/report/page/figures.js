"use strict";
// Shows figures by the rules of rules/values/figures.py: whole as long as they end, behind ≈ where they were rounded.
const PLACES = 6, ROUNDED = 2, LARGE = [[1e8, "亿元"], [1e4, "万元"]], DIVISIONS = 100;
const ends = (value) => Math.abs(value - value.toFixed(PLACES)) <= Math.abs(value) * 2 ** -51;  // the error of a division

function plain(value, digits = ROUNDED) {
  const whole = ends(value), text = value.toLocaleString("en", { maximumFractionDigits: whole ? PLACES : digits });
  return (whole ? "" : "≈") + (text === "-0" ? "0" : text);
}
const rate = (value, digits = ROUNDED) => `${plain(value * 100, digits)}%`;

function yuan(value, lang, digits = ROUNDED) {
  if (lang !== "zh") return `${plain(value, digits)} yuan`;
  const [size, word] = LARGE.find(([one]) => Math.abs(value) >= one && Number.isInteger(value * DIVISIONS / one)) || [1, "元"];
  return plain(value / size, digits) + word;
}
