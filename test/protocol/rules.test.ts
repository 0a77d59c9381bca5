import { describe, expect, it } from "vitest";
import * as protocol from "../../src/protocol/index.js";
import { claims } from "./rules/all.js";

describe("docs/protocol.md, rule by rule", () => {
  for (const { title, prove } of claims) it(title, () => prove(protocol));

  it("names no claim twice", () => {
    expect(new Set(claims.map(({ title }) => title)).size).toBe(claims.length);
  });
});
