import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { stringify } from "yaml";
import { dashboard, expressionsOf } from "../deploy/support/monitoring.js";
import { root } from "../docs/support/pages.js";
import { temporaryFolder } from "../processes/support/node.js";
import { describeWith, path } from "./support/tools.js";

const folder = join(root, "docs/deploy");

function promtool(cwd: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(path("promtool"), args, { cwd, encoding: "utf8" });
  return { status, said: stdout + stderr };
}

describeWith(["promtool"], "the alerts and the dashboard of docs/deploy", () => {
  it("are rules that Prometheus takes", () => {
    const { status, said } = promtool(folder, "check", "rules", "alerts.yaml");
    expect(said).toMatch(/SUCCESS: \d+ rules found/);
    expect(status).toBe(0);
  });

  it("fire when their test says, and that test sees an alert that fires too late", () => {
    expect(promtool(folder, "test", "rules", "alerts.test.yaml")).toMatchObject({ status: 0 });
    const changed = temporaryFolder();
    cpSync(folder, changed, { recursive: true });
    const rules = readFileSync(join(changed, "alerts.yaml"), "utf8");
    writeFileSync(join(changed, "alerts.yaml"), rules.replace("for: 30s", "for: 10m"));
    const late = promtool(changed, "test", "rules", "alerts.test.yaml");
    expect(late.status).not.toBe(0);
    expect(late.said).toContain("RaftbeatNoLeader");
  });

  it("ask in expressions that Prometheus parses", () => {
    const here = temporaryFolder();
    const rules = expressionsOf(dashboard).map((expr, index) => ({
      record: `dashboard:expression:${index}`,
      expr,
    }));
    writeFileSync(join(here, "dashboard.yaml"), stringify({ groups: [{ name: "dashboard", rules }] }));
    const { status, said } = promtool(here, "check", "rules", "dashboard.yaml");
    expect(said).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(status).toBe(0);
  });
});
