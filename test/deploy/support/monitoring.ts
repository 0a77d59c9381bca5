import { parse } from "yaml";
import { read } from "../../docs/support/pages.js";

/** An alert of `docs/deploy/alerts.yaml`. */
export interface Alert {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string };
}

export const alerts: readonly Alert[] = (
  parse(read("docs/deploy/alerts.yaml")) as {
    readonly groups: readonly { readonly rules: readonly Alert[] }[];
  }
).groups.flatMap(({ rules }) => rules);

/** What the tests read of `docs/deploy/grafana.json`. */
export interface Dashboard {
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly panels: readonly {
    readonly id: number;
    readonly title: string;
    readonly description: string;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
  }[];
}

export const dashboard = JSON.parse(read("docs/deploy/grafana.json")) as Dashboard;

/** Every expression of a dashboard, with what Grafana puts in place of its variables. */
export function expressionsOf({ panels }: Dashboard): string[] {
  return panels.flatMap(({ targets }) =>
    targets.map(({ expr }) => expr.replaceAll("$cluster", "c").replaceAll("$__rate_interval", "1m")),
  );
}
