import { spawnSync } from "node:child_process";

/**
 * Tests that start real processes run the compiled package, so it is compiled before any test. Type errors do not stop it: they
 * are found by `npm run check`, and must not keep unrelated tests from running.
 */
export function setup(): void {
  // `npm test` has compiled everything just now.
  if (process.env["npm_lifecycle_event"] === "test") return;
  spawn("npx", "tsc", "-p", "tsconfig.build.json");
  spawn("npm", "run", "build:pages");
}

function spawn(command: string, ...args: readonly string[]): void {
  const { error } = spawnSync(command, args, { stdio: "ignore" });
  if (error !== undefined) throw error;
}
