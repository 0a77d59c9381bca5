import type { TimeoutRange } from "../../protocol/index.js";

/** What of a scenario its study modes depend on. */
interface StudyModes {
  readonly protocol: {
    readonly preVote: boolean;
    readonly candidateTimeout?: TimeoutRange | undefined;
    readonly candidateBackoff?: boolean | undefined;
    readonly configurationsRefuse?: boolean | undefined;
  };
  readonly eligible?: number | undefined;
  readonly logs: "equal" | "different";
}

/** What is wrong with the modes that only studies set. */
export function studyModeProblems({ protocol, eligible, logs }: StudyModes): string[] {
  const { preVote, candidateTimeout, candidateBackoff, configurationsRefuse } = protocol;
  const problems: string[] = [];
  if (candidateTimeout !== undefined && candidateTimeout.minMs >= candidateTimeout.maxMs)
    problems.push(
      `candidateTimeout.minMs (${candidateTimeout.minMs}) must be below candidateTimeout.maxMs (${candidateTimeout.maxMs})`,
    );
  if (candidateBackoff === true && preVote)
    problems.push("candidateBackoff belongs to candidates that ask for votes at once; set preVote to false");
  if (configurationsRefuse === false && (eligible !== undefined || logs === "different"))
    problems.push(
      "configurationsRefuse must not be false where newer configurations stand for longer logs, as with eligible and different logs",
    );
  return problems;
}
