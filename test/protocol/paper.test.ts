import { describe, expect, it } from "vitest";
import * as protocol from "../../src/protocol/index.js";
import { claims } from "./claims/all.js";
import { ruleOf } from "./claims/claim.js";

describe("PROTOCOL.md, rule by rule", () => {
  for (const { title, prove } of claims) it(title, () => prove(protocol));

  it("has a claim for every rule", () => {
    const rules = new Set(claims.map(ruleOf));
    for (let rule = 1; rule <= 22; rule++) expect(rules.has(rule), `rule ${rule}`).toBe(true);
  });

  it("names no claim twice", () => {
    expect(new Set(claims.map(({ title }) => title)).size).toBe(claims.length);
  });
});
