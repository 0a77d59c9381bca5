import { describe, expect, it } from "vitest";
import { htmlPage } from "../../src/report/pages/html-page.js";
import { runPage } from "../../src/report/pages/run-page.js";
import { reported } from "./support/run.js";

describe("a page", () => {
  it("lets no data end its script or begin markup", () => {
    const evil = "</script><script>alert(1)</script><!--<b>&amp;";
    const html = htmlPage("run", evil, "", { name: evil });
    expect(html).not.toContain("<script>alert");
    const data = /<script type="application\/json" id="data">(.*?)<\/script>/s.exec(html)?.[1];
    expect(data).not.toContain("<");
    expect(JSON.parse(data ?? "")).toEqual({ name: evil });
    expect(html).toContain("<title>&lt;/script&gt;");
  });

  it("asks for nothing from elsewhere, and carries the licences of what it is made with", () => {
    const html = runPage([reported({ observeMs: 2_000 })]);
    expect(html).not.toMatch(/<(?:script|link|img|iframe)[^>]*(?:src|href)=/);
    expect(html).not.toMatch(/@import|url\((?!#)/);
    expect(html).toContain("Copyright 2020-2025 Observable, Inc.");
    expect(html).toContain("Mike Bostock");
  });
});
