import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { read, tableOf } from "../docs/support/pages.js";
import { alerts, dashboard, expressionsOf } from "./support/monitoring.js";

/** Another test holds this table to what a running node serves. */
const served = tableOf(read("docs/operations.md"), "metrics").flatMap(([names = ""]) => names.split(", "));

/** The metrics of an expression; a histogram is served as three. */
function metricsIn(expression: string): string[] {
  return [...expression.matchAll(/raftbeat_\w+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ""));
}

describe("the alerts and the dashboard of docs/deploy", () => {
  it("ask for metrics that a node serves, and no other", () => {
    const asked = [...alerts.map(({ expr }) => expr), ...expressionsOf(dashboard)];
    expect(asked.length).toBeGreaterThan(25);
    const names = asked.map((expression) => metricsIn(expression));
    expect(names.filter((found) => found.length === 0)).toEqual([]);
    expect(names.flat().filter((name) => !served.includes(name))).toEqual([]);
  });

  it("explain each alert, and test each", () => {
    const { tests } = parse(read("docs/deploy/alerts.test.yaml")) as {
      readonly tests: readonly {
        readonly alert_rule_test: readonly {
          readonly alertname: string;
          readonly exp_alerts: readonly object[];
        }[];
      }[];
    };
    const fired = tests
      .flatMap(({ alert_rule_test }) => alert_rule_test)
      .filter(({ exp_alerts }) => exp_alerts.length > 0)
      .map(({ alertname }) => alertname);
    expect(fired.sort()).toEqual(alerts.map(({ alert }) => alert).sort());
    for (const { alert, annotations, labels } of alerts) {
      expect(annotations.summary, alert).toMatch(/\{\{ \$labels\.cluster \}\}/);
      expect(annotations.description, alert).not.toBe("");
      expect(["warning", "critical"], alert).toContain(labels.severity);
    }
    const named = tableOf(read("docs/operations.md"), "alerts").map(([alert]) => alert);
    expect(named).toEqual(alerts.map(({ alert }) => alert));
  });

  it("draw panels that lie beside each other, each of one cluster and one data source", () => {
    const cells = new Set<string>();
    for (const { title, gridPos, targets, description } of dashboard.panels) {
      expect(description, title).not.toBe("");
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++)
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(cells.has(`${x},${y}`), `${title} overlaps`).toBe(false);
          cells.add(`${x},${y}`);
        }
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (const { expr, datasource } of targets) {
        expect(expr, title).toContain('cluster="$cluster"');
        expect(datasource.uid).toMatch(/^\$\{datasource\}$/);
      }
    }
    expect(new Set(dashboard.panels.map(({ id }) => id)).size).toBe(dashboard.panels.length);
    expect(dashboard.templating.list.map(({ name }) => name)).toEqual(["datasource", "cluster"]);
  });
});
