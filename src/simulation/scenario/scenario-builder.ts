import type { FaultInput } from "./fault-schema.js";
import { parseScenario, type Scenario, type ScenarioInput } from "./scenario.js";

type ExpectationInput = NonNullable<ScenarioInput["expect"]>[number];
/** A fault without its time. */
type Deed = FaultInput extends infer Fault
  ? Fault extends unknown
    ? Omit<Fault, "at" | "every" | "random">
    : never
  : never;

/**
 * Writes a scenario in TypeScript, one line after the other; what it makes is what a file would hold.
 *
 *     scenario("leader-crash").cluster({ nodes: 5 }).at(0, { do: "crash", nodes: "leader" }).expect({ recovers: true }).build()
 */
export class ScenarioBuilder {
  private readonly document: ScenarioInput;

  constructor(document: ScenarioInput) {
    this.document = document;
  }

  /** Sets the voters and observers of the cluster. */
  cluster(cluster: ScenarioInput["cluster"]): ScenarioBuilder {
    return this.with({ cluster });
  }

  /** Any of a scenario's keys, in place of what they held. */
  with(keys: Partial<ScenarioInput>): ScenarioBuilder {
    return new ScenarioBuilder({ ...this.document, ...keys });
  }

  /** Adds a fault that strikes so many milliseconds after the start. */
  at(atMs: number, deed: Deed): ScenarioBuilder {
    return this.struck({ ...deed, at: atMs } as FaultInput);
  }

  /** Adds a fault that strikes again and again, every so many milliseconds. */
  every(everyMs: number, deed: Deed): ScenarioBuilder {
    return this.struck({ ...deed, every: everyMs } as FaultInput);
  }

  /** Adds what must hold in every run. */
  expect(...expectations: readonly ExpectationInput[]): ScenarioBuilder {
    return this.with({ expect: [...(this.document.expect ?? []), ...expectations] });
  }

  /** What a scenario file would hold. */
  toDocument(): ScenarioInput {
    return structuredClone(this.document);
  }

  /**
   * The scenario, checked.
   * @throws RaftbeatError `invalidSettings`, naming the path and the value of each problem
   */
  build(): Scenario {
    return parseScenario(this.document);
  }

  private struck(fault: FaultInput): ScenarioBuilder {
    return this.with({ faults: [...(this.document.faults ?? []), fault] });
  }
}

/** Begins a scenario of three nodes in which nothing goes wrong yet. */
export function scenario(name: string, question = ""): ScenarioBuilder {
  return new ScenarioBuilder({ name, question, cluster: { nodes: 3 } });
}
