import { readFileSync } from "node:fs";
import { parseDocument } from "yaml";
import { RaftbeatError } from "../../errors.js";
import { parseScenario, type Scenario } from "./scenario.js";

/** No scenario is longer. */
const longestBytes = 1_000_000;

/**
 * Reads a scenario from a YAML or JSON file; one without a name goes by the file's.
 * @param change is applied to the document before it is checked
 * Errors: `invalidSettings`, naming the file and what is wrong with it.
 */
export function readScenario(path: string, change: (document: object) => object = (same) => same): Scenario {
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
    return parseScenario({ name, ...change(content) });
  } catch (error) {
    const { message } = error as Error;
    const lines = message.split("\n").map((line) => `${path}: ${line}`);
    throw new RaftbeatError("invalidSettings", lines.join("\n"), { cause: error });
  }
}
