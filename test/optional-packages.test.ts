import { expect, it } from "vitest";
import { optionalPackageError, RaftbeatError } from "../src/errors.js";

const missing = (message: string) => Object.assign(new Error(message), { code: "ERR_MODULE_NOT_FOUND" });
const told = (message: string) =>
  optionalPackageError("prom-client", "Prometheus metrics need", missing(message));

it("an optional package that is missing is named, with the command that installs it", () => {
  const error = told("Cannot find package 'prom-client' imported from /app/metrics.js");
  expect(error).toBeInstanceOf(RaftbeatError);
  expect((error as Error).message).toMatch(/^Prometheus metrics need .*npm install "prom-client@/);
});

it("a package that an optional one lacks stays its own error", () => {
  const error = told("Cannot find package 'tdigest' imported from /app/node_modules/prom-client/summary.js");
  expect(error).not.toBeInstanceOf(RaftbeatError);
});
