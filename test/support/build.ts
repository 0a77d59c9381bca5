import { execFileSync } from "node:child_process";

/** Tests that start real processes run the compiled package, so it is compiled before any test. */
export function setup(): void {
  execFileSync("npx", ["tsc", "-p", "tsconfig.build.json"], { stdio: "inherit" });
}
