import { monthMs } from "../../tuning/model/network-profile.js";

/** In at most four digits; whole numbers as they are. */
export function shortText(number: number): string {
  return Number.isInteger(number) ? String(number) : String(Number(number.toPrecision(4)));
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** A time in the unit that suits it. */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${ms.toFixed(1).replace(/\.0$/, "")} ms`;
  if (ms < 10 * minuteMs) return `${short(ms / 1000)} s`;
  if (ms < 10 * hourMs) return `${short(ms / minuteMs)} min`;
  return ms < 3 * dayMs ? `${short(ms / hourMs)} h` : `${short(ms / dayMs)} days`;
}

/** What comes after longer than a month does not come in it. */
export function waitText(ms: number): string {
  return ms >= monthMs ? "never" : durationText(ms);
}

/** A part of a month. */
export function perMonthText(ms: number): string {
  return ms >= monthMs ? "all of it" : durationText(ms);
}

/** Rare and frequent things alike, in few digits. */
export function rateText(perMonth: number): string {
  if (perMonth < 0.001) return "< 0.001";
  return perMonth < 100 ? String(Number(perMonth.toPrecision(2))) : countText(perMonth);
}

/** A large number in two digits, with commas. */
export function countText(count: number): string {
  return Number(count.toPrecision(2)).toLocaleString("en-US", { maximumFractionDigits: 3 });
}

function short(number: number): string {
  return String(Number(number.toPrecision(3)));
}
