import { describe, expect, it } from "vitest";
import { firstAbove, firstFrom } from "../../../../src/report/browser/run/search.js";

const risingLists = [
  [],
  [3],
  [1, 2, 3],
  [1, 1, 1],
  [0, 1, 1, 2, 2, 2, 5, 9],
  Array.from({ length: 33 }, (_, place) => Math.floor(place / 3)),
];
const bounds = [-1, 0, 0.5, 1, 2, 3, 4.5, 9, 10];

describe("a binary search", () => {
  it.each(risingLists)("finds in list %# what going through it from the start finds", (...values) => {
    for (const bound of bounds) {
      const above = values.findIndex((value) => value > bound);
      const from = values.findIndex((value) => value >= bound);
      expect([bound, firstAbove(values, bound)]).toEqual([bound, above < 0 ? values.length : above]);
      expect([bound, firstFrom(values, bound)]).toEqual([bound, from < 0 ? values.length : from]);
    }
  });
});
