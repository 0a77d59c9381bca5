import { describe, expect, it } from "vitest";
import * as testing from "../../../src/testing/index.js";
import { claims } from "./claims.js";

describe("waiting for a lease", () => {
  it.each(Object.entries(claims))("%s", async (_name, claim) => {
    expect(await claim(testing)).toEqual([]);
  });
});
