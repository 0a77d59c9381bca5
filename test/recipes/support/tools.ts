import { existsSync, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe } from "vitest";

/** A program that a recipe needs, by the Debian package that has it. */
const packageOf = {
  postgres: "postgresql",
  initdb: "postgresql",
  "redis-server": "redis-server",
  promtool: "prometheus",
  "systemd-analyze": "systemd",
  openssl: "openssl",
  curl: "curl",
} as const;

export type Tool = keyof typeof packageOf;

/** Where Debian puts the programs of PostgreSQL: not among those of everybody. */
function folders(): string[] {
  const postgres = "/usr/lib/postgresql";
  const versions = existsSync(postgres) ? readdirSync(postgres).sort().reverse() : [];
  return [
    ...(process.env["PATH"] ?? "").split(delimiter),
    ...versions.map((version) => join(postgres, version, "bin")),
  ];
}

/** The path of a program, or null. */
export function find(tool: Tool): string | null {
  return (
    folders()
      .map((folder) => join(folder, tool))
      .find((path) => existsSync(path)) ?? null
  );
}

/** The path of a program. @throws where it is missing */
export function path(tool: Tool): string {
  const found = find(tool);
  if (found === null) throw new Error(`${tool} is missing: apt-get install ${packageOf[tool]}`);
  return found;
}

/**
 * A suite that needs programs. Where one is missing the suite is skipped and its title says what to install; with RECIPES_MUST_RUN, as in
 * continuous integration, it runs and fails.
 */
export function describeWith(tools: readonly Tool[], title: string, suite: () => void): void {
  const missing = tools.filter((tool) => find(tool) === null);
  if (missing.length === 0 || process.env["RECIPES_MUST_RUN"] !== undefined) describe(title, suite);
  else
    describe.skip(
      `${title} (skipped: ${missing.join(", ")} missing; apt-get install ${[...new Set(missing.map((tool) => packageOf[tool]))].join(" ")})`,
      suite,
    );
}
