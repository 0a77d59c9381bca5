import { spawnSync } from "node:child_process";

/**
 * Tests that start real processes run the compiled package, so it is compiled before any test. Type errors do not stop it: they
 * are found by `npm run check`, and must not keep unrelated tests from running.
 */
export function setup(): void {
  const { error } = spawnSync("npx", ["tsc", "-p", "tsconfig.build.json"], { stdio: "ignore" });
  if (error !== undefined) throw error;
}
