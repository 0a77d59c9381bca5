import * as v from "valibot";
import { RaftbeatError } from "../../errors.js";
import { type ChecksSettings, resolveChecks } from "../../liveness/checks/checks-settings.js";
import { knownKeys } from "../../schemas/known-keys.js";
import { ownWords } from "../../schemas/own-words.js";
import { problemOf, problemText, type ScenarioProblem } from "../scenario/scenario-problem.js";
import { type BackendsScenarioInput, backendsScenarioSchema } from "./backends-schema.js";
import { gatewayName } from "./gateway-world.js";

type Parsed = v.InferOutput<typeof backendsScenarioSchema>;

/** A scenario of a gateway and its backends, with every default filled in and every name known: plain data. */
export interface BackendsScenario extends Parsed {
  readonly names: readonly string[];
}

const keys = knownKeys(backendsScenarioSchema);

/**
 * Checks a scenario of backends and fills in its defaults.
 * @throws RaftbeatError `invalidSettings`, naming the path and the value of each problem
 * @example
 * const crash = parseBackendsScenario({ backends: { of: 3 }, faults: [{ at: 0, do: "crash", nodes: "b1" }], expect: [{ downBy: 7000 }] });
 */
export function parseBackendsScenario(input: BackendsScenarioInput): BackendsScenario {
  const checked = checkBackendsScenario(input);
  if (checked.ok) return checked.scenario;
  throw new RaftbeatError("invalidSettings", checked.problems.map(problemText).join("\n"));
}

/** A scenario of backends, or all that is wrong with what should be one. */
export function checkBackendsScenario(
  input: unknown,
):
  | { readonly ok: true; readonly scenario: BackendsScenario }
  | { readonly ok: false; readonly problems: readonly ScenarioProblem[] } {
  const result = v.safeParse(backendsScenarioSchema, input, { abortPipeEarly: true, ...ownWords });
  if (!result.success) return { ok: false, problems: result.issues.map((issue) => problemOf(issue, keys)) };
  const { backends, seed, runs, faults, expect } = result.output;
  const names =
    typeof backends.of === "number"
      ? Array.from({ length: backends.of }, (_, index) => `b${index + 1}`)
      : backends.of;
  const problems: ScenarioProblem[] = [];
  if (new Set(names).size !== names.length)
    problems.push({ keys: ["backends", "of"], sentence: `a name occurs twice in ${names.join(", ")}` });
  if (seed + runs > Number.MAX_SAFE_INTEGER)
    problems.push({
      keys: ["seed"],
      sentence: `seed (${seed}) and runs (${runs}) are together more than ${Number.MAX_SAFE_INTEGER}`,
    });
  const check = (who: unknown, known: readonly string[], ...at: readonly (string | number)[]) => {
    if (Array.isArray(who)) for (const one of who) check(one, known, ...at);
    else if (typeof who === "string" && !known.includes(who))
      problems.push({ keys: at, sentence: `nobody is called ${who}; there are ${known.join(", ")}` });
  };
  const parts = [...names, gatewayName, "backends", "all"];
  for (const [index, fault] of faults.entries()) {
    for (const key of ["nodes", "between", "from", "to"])
      check((fault as Readonly<Record<string, unknown>>)[key], parts, "faults", index, key);
    if (fault.do === "unwell" || fault.do === "slow" || fault.do === "drain")
      check(fault.nodes, [...names, "backends"], "faults", index, "nodes");
  }
  for (const [index, one] of expect.entries()) {
    if ("ends" in one) check(Object.keys(one.ends), names, "expect", index, "ends");
    if ("served" in one) check(one.served.by, names, "expect", index, "served", "by");
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, scenario: { ...result.output, names } };
}

/** How the gateway of a scenario judges its backends. */
export function checksSettingsOf({ backends }: BackendsScenario): ChecksSettings {
  const { of: _, answers: __, requestsPerSecond: ___, ...rules } = backends;
  return resolveChecks(rules as Parameters<typeof resolveChecks>[0]);
}

/** The machines named, each once. */
export function machinesNamed(who: string | readonly string[], names: readonly string[]): string[] {
  if (typeof who !== "string") return [...new Set(who.flatMap((one) => machinesNamed(one, names)))];
  if (who === "all") return [...names, gatewayName];
  if (who === "backends") return [...names];
  return [who];
}
