import { describe, expect, it } from "vitest";
import { withoutPasswords } from "../src/printable.js";

describe("a URL as it may be shown", () => {
  it.each([
    ["ws://user:pw@host:1/path", "ws://(not shown)@host:1/path"],
    ["ws://user:p@ss@host", "ws://(not shown)@host"],
    ["http://host/x?probe=1&token=pw&deep=2#pw", "http://host/x?probe=1&token=(not shown)&deep=2#pw"],
    ["http://host/x?api_key=pw", "http://host/x?api_key=(not shown)"],
    ["Server=db;Password=pw;Port=1", "Server=db;Password=(not shown);Port=1"],
    ["http://host/a@b, mail a@b", "http://host/a@b, mail a@b"],
  ])("%s", (text, shown) => {
    expect(withoutPasswords(text)).toBe(shown);
  });
});
