import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { RaftbeatError } from "../../errors.js";
import { parseScenario, type Scenario } from "./scenario.js";

/** No scenario is longer. */
const longestBytes = 1_000_000;

/** A scenario, and the document that it was read from: a sweep varies the document. */
export interface ScenarioFile {
  readonly scenario: Scenario;
  /** As it stands in the file, with the overrides. */
  readonly document: object;
}

/** What may be played otherwise than the file says. */
export interface ScenarioOverrides {
  readonly seed?: number;
  readonly runs?: number;
  /** Modes that are set in place of the file's; the others stay. */
  readonly protocol?: Readonly<Record<string, unknown>>;
}

/**
 * Reads a scenario from a YAML or JSON file; one without a name goes by the file's.
 * @throws RaftbeatError `invalidSettings`, naming the file and what is wrong with it
 */
export function readScenario(path: string, overrides: ScenarioOverrides = {}): Scenario {
  return readScenarioFile(path, overrides).scenario;
}

/**
 * Reads a scenario and its document from a YAML or JSON file.
 * @throws RaftbeatError `invalidSettings`, naming the file and what is wrong with it
 */
export function readScenarioFile(path: string, overrides: ScenarioOverrides = {}): ScenarioFile {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new RaftbeatError("invalidSettings", `${path}: cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (text.length > longestBytes)
    throw new RaftbeatError("invalidSettings", `${path}: is longer than ${longestBytes} characters`);
  // Keys as they were written: YAML's own rules would make 7 of the id 007.
  const document = parseDocument(text, { stringKeys: true });
  const [problem] = document.errors;
  if (problem !== undefined) throw new RaftbeatError("invalidSettings", `${path}: ${problem.message}`);
  try {
    const content: unknown = document.toJS({ maxAliasCount: 100 });
    if (typeof content !== "object" || content === null)
      throw new RaftbeatError(
        "invalidSettings",
        `a scenario is a document with keys, and this is ${content}`,
      );
    const name = path.replace(/^.*\//, "").replace(/\.(ya?ml|json)$/, "");
    const changed = overridden(content, overrides);
    return { scenario: parseScenario({ name, ...changed }), document: changed };
  } catch (error) {
    const { message } = error as Error;
    const lines = message.split("\n").map((line) => `${path}: ${line}`);
    throw new RaftbeatError("invalidSettings", lines.join("\n"), { cause: error });
  }
}

function overridden(document: object, { seed, runs, protocol }: ScenarioOverrides): object {
  const given = document as { protocol?: object };
  return {
    ...document,
    ...(seed === undefined ? {} : { seed }),
    ...(runs === undefined ? {} : { runs }),
    ...(protocol === undefined ? {} : { protocol: { ...given.protocol, ...protocol } }),
  };
}
