import type { Who } from "../../simulation/run/selectors.js";
import type { Fault } from "../../simulation/scenario/fault-schema.js";

/** What a person reads of a fault that struck these nodes, such as `cut n1, n3` or `loss 30 % n1`. */
export function faultLabel(fault: Fault, nodes: readonly string[]): string {
  // A fault at random strikes some of those it names, so that only the nodes say whom.
  const whom = fault.random === undefined ? linksOf(fault) : null;
  const words = [wordsOf(fault), whom ?? nodes.join(", ")].filter((word) => word !== "");
  return words.join(" ");
}

/** Which links a fault is about, in the words of the scenario; null for one about nodes. */
function linksOf(fault: Fault): string | null {
  switch (fault.do) {
    case "cut":
      return pairWords(fault.between, false);
    case "cutOneWay":
      return pairWords([fault.from, fault.to], true);
    case "keepOnly":
      return fault.links.map((pair) => pairWords(pair, fault.oneWay)).join(", ");
    case "flaky":
    case "hold":
    case "loss":
    case "latency":
    case "duplicate":
      return pairWords(fault.between, fault.oneWay);
    default:
      return null;
  }
}

function pairWords([a, b]: readonly [Who, Who], oneWay: boolean): string {
  return a === "all" && b === "all" ? "" : `${nameOf(a)} ${oneWay ? "→" : "–"} ${nameOf(b)}`;
}

function nameOf(who: Who): string {
  return typeof who === "string" ? who : who.join("+");
}

function wordsOf(fault: Fault): string {
  switch (fault.do) {
    case "loss":
      return typeof fault.rate === "number" ? `loss ${percent(fault.rate)}` : "loss in bursts";
    case "duplicate":
      return `duplicate ${percent(fault.rate)}`;
    case "latency":
      return `latency ${JSON.stringify(fault.latency).replaceAll('"', "")}`;
    case "clockRate":
      return `clock at ${fault.rate}`;
    case "wallJump":
      return `wall clock by ${fault.byMs} ms`;
    case "flaky":
      return `flaky (up ${fault.upMs}, down ${fault.downMs} ms)`;
    case "crash":
      return fault.host ? "machine dies" : "crash";
    case "restart":
      return fault.wipe ? "restart, wiped" : "restart";
    case "putBack":
      return "disk put back from a copy";
    case "forge":
      return `forged ${fault.says}${fault.as === undefined ? "" : ` of ${fault.as}`}`;
    case "cutOneWay":
      return "cut one way";
    case "keepOnly":
      return "keep only";
    case "diskStall":
      return "disk stalls";
    case "diskFail":
      return "disk fails";
    case "reconfigure": {
      const add = fault.add === undefined ? "" : ` add ${fault.add}`;
      return `reconfigure${add}${fault.remove === undefined ? "" : ` remove ${fault.remove}`}`;
    }
    case "cut":
    case "partition":
    case "isolate":
    case "bridge":
    case "ring":
    case "hold":
    case "pause":
    case "transfer":
    case "heal":
      return fault.do;
  }
}

function percent(rate: number): string {
  return `${Number((100 * rate).toPrecision(3))} %`;
}
