import { type Command, InvalidArgumentError, Option } from "commander";
import { RaftbeatError } from "../../errors.js";
import { duration } from "../terminal/duration-flag.js";

/** The flags of `raftbeat advise --detector`. */
export function addDetectorFlags(command: Command): void {
  command
    .option("--detector", "recommend interval and pause of a failure detector (raftbeat/liveness) instead")
    .option(
      "--detect <duration>",
      "of --detector: within which time a crash is to be suspected, such as 5s",
      duration,
    )
    .option(
      "--mistakes-per-month <count>",
      "of --detector: at most so many suspicions of a live process",
      positive,
      1,
    )
    .option("--mistake-lasts <duration>", "of --detector: how long one may last on average", duration, 60_000)
    .addOption(
      new Option("--link <kind>", "of --detector: what carries the beats (default: stream)").choices([
        "stream",
        "datagram",
      ]),
    )
    .option("--delay-mean <duration>", "of --detector: what a beat takes on average", duration)
    .option("--delay-deviation <duration>", "of --detector: the standard deviation of the same", duration)
    .option(
      "--trace <file>",
      "of --detector: take loss and delays from your own arrivals, as study detectors does",
    )
    .option(
      "--interval <duration>",
      "of --trace: at which interval its sender beats (default: as it does)",
      duration,
    );
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value > 0 && value < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError(`${text} must be a number above 0`);
  return value;
}

/** Flags of a detector's advice, and those that say nothing of it. */
const ofDetector = [
  "detect",
  "mistakesPerMonth",
  "mistakeLasts",
  "link",
  "delayMean",
  "delayDeviation",
  "trace",
  "interval",
];
const ofElections = [
  ...["stall", "measuredHours", "write", "nodes", "mtbf", "present", "falsePerMonth", "messages"],
  ...["quick", "runs", "quietMinutes", "seed", "workers", "html"],
];

/** A flag that changes nothing is refused, and never passed over. */
export function refuseOthers(command: Command, isDetector: boolean): void {
  for (const { long, attributeName } of command.options.map((option) => ({
    long: option.long,
    attributeName: option.attributeName(),
  }))) {
    if (command.getOptionValueSource(attributeName) !== "cli") continue;
    if (isDetector && ofElections.includes(attributeName))
      throw new RaftbeatError(
        "invalidSettings",
        `${long} says nothing of a failure detector: leave it out with --detector`,
      );
    if (!isDetector && ofDetector.includes(attributeName))
      throw new RaftbeatError("invalidSettings", `${long} is of a failure detector: give --detector, too`);
  }
}
