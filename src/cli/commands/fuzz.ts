import { accessSync, constants, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { RaftbeatError } from "../../errors.js";
import { jsonText } from "../../printable.js";
import { systemClock } from "../../runtime/system-ports.js";
import type { CampaignProgress, ProfileReport } from "../../simulation/fuzz/campaign.js";
import type { FuzzProfileName } from "../../simulation/fuzz/profile.js";
import { endWithReader } from "../terminal/end-with-reader.js";
import { examples } from "../terminal/examples.js";
import { countFrom } from "../terminal/number-flags.js";
import { onInterrupt } from "../terminal/on-interrupt.js";
import { refused, writeOutput } from "../terminal/output-file.js";
import { clearProgress, durationText, showProgress } from "../terminal/progress.js";
import { complain, printText } from "../terminal/terminal.js";

interface Flags {
  readonly seeds: readonly [number, number];
  readonly profile?: string;
  readonly minutes?: number;
  readonly workers?: number;
  readonly out: string;
  readonly json?: true;
}

/** `raftbeat fuzz`: plays random clusters under random faults, and shrinks what fails. */
export function addFuzzCommand(program: Command): void {
  program
    .command("fuzz")
    .summary("play random clusters under random faults")
    .description(
      "Plays random clusters, settings and fault scripts on all cores; profile pair: senders and observers of beats. Each run ends with all faults over, and then somebody must lead, or every sender must be trusted. What fails is shrunk to a scenario file for `raftbeat simulate`, with the package fast-check. Exits 0 iff nothing failed. Ctrl-C: tells what was done so far and how to go on, and exits 130.",
    )
    .addOption(
      new Option("--seeds <from..to>", "the seeds of each profile")
        .argParser(seedRange)
        .default([1, 200] as const, "1..200"),
    )
    .option(
      "--profile <name>",
      "gentle, harsh, disk, clock, membership, hostile, swarm or pair; all unless given",
    )
    .option("--minutes <count>", "go on with further seeds until so long after the start", minutes)
    .option("--workers <count>", "threads to work on (default: one for each core)", countFrom(1, 512))
    .option("--out <directory>", "where to write the scenarios that fail", ".")
    .option("--json", "print one object a profile")
    .addHelpText(
      "after",
      examples("fuzz --seeds 1..20 --minutes 5 --out found", "fuzz --profile pair --seeds 1..2000"),
    )
    .action(async (flags: Flags) => {
      endWithReader();
      const reports = await play(flags);
      process.exitCode = reports.every(({ failures }) => failures.length === 0) ? 0 : 1;
    });
}

async function play(flags: Flags): Promise<ProfileReport[]> {
  const [{ fuzzProfileNames }, { playCampaign }, { loadFastCheck }, { openThreads }, { jobs }] =
    await Promise.all([
      import("../../simulation/fuzz/profile.js"),
      import("../../simulation/fuzz/campaign.js"),
      import("../../simulation/fuzz/shrink.js"),
      import("../../simulation/jobs/thread-executor.js"),
      import("../../simulation/job-table.js"),
    ]);
  const profiles = profilesAsked(flags.profile, fuzzProfileNames);
  // Better to know before an hour of fuzzing than after it.
  const shrinks = await canShrink(loadFastCheck);
  const signal = onInterrupt(false);
  makeFolder(flags.out);
  const clock = systemClock();
  signal.addEventListener("abort", () =>
    showProgress("fuzz: ends once the runs under way are done; Ctrl-C again ends it at once"),
  );
  const startedMs = clock.nowMs();
  const executor = await openThreads(jobs, "fuzz", flags.workers);
  try {
    const reports = await playCampaign({
      profiles,
      seeds: flags.seeds,
      untilMs: startedMs + (flags.minutes ?? 0) * 60_000,
      clockMs: clock.nowMs,
      executor,
      shrinks,
      signal,
      onProgress: (progress) => {
        const elapsedMs = clock.nowMs() - startedMs;
        if (!signal.aborted) showProgress(progressText(progress, profiles.length, flags, elapsedMs));
      },
    });
    clearProgress();
    for (const report of reports) {
      const files = writeFailures(report, flags.out);
      printText(flags.json ? jsonOf(report, files) : textOf(report, files));
    }
    if (signal.aborted) throw interruption(reports, profiles.length, flags);
    return reports;
  } finally {
    clearProgress();
    await executor.close();
  }
}

/** Without fast-check failures are told with their seeds, and not shrunk. */
async function canShrink(load: () => Promise<unknown>): Promise<boolean> {
  try {
    await load();
    return true;
  } catch (error) {
    if (!(error instanceof RaftbeatError)) throw error;
    complain(`raftbeat: failures will be told and not shrunk: ${error.message}`);
    return false;
  }
}

function profilesAsked(
  name: string | undefined,
  known: readonly FuzzProfileName[],
): readonly FuzzProfileName[] {
  if (name === undefined) return known;
  const profile = known.find((one) => one === name);
  if (profile === undefined)
    throw new RaftbeatError(
      "invalidSettings",
      `--profile ${name}: there is no such profile; they are ${known.join(", ")}`,
    );
  return [profile];
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (cause) {
    throw refused("--out", folder, cause);
  }
}

/** Writes each shrunk failure; gives the files by seed. */
function writeFailures({ profile, failures }: ProfileReport, folder: string): ReadonlyMap<number, string> {
  const files = new Map<number, string>();
  for (const { seed, shrunk } of failures) {
    if (shrunk === null) continue;
    const file = join(folder, `fuzz-${profile}-${seed}.yaml`);
    writeOutput("--out", file, shrunk.yaml);
    files.set(seed, file);
  }
  return files;
}

function jsonOf(report: ProfileReport, files: ReadonlyMap<number, string>): string {
  const failures = report.failures.map(({ shrunk, ...failure }) => ({
    ...failure,
    faultCount: shrunk?.faultCount ?? null,
    file: files.get(failure.seed) ?? null,
  }));
  return `${jsonText({ ...report, failures })}\n`;
}

function textOf(report: ProfileReport, files: ReadonlyMap<number, string>): string {
  const { profile, seeds, failures, events, simulatedMs, wallMs, hash } = report;
  const verdict = failures.length === 0 ? "no failure" : `${failures.length} FAILED`;
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  const head = `${profile.padEnd(10)}  seeds ${seeds.join("..")}  ${verdict}  ${events} events  ${hours} h simulated  ${(wallMs / 1000).toFixed(1)} s  hash ${hash}\n`;
  const lines = failures.map(({ seed, text, shrunk }) => {
    const file = files.get(seed);
    if (shrunk === null || file === undefined)
      return `  seed ${seed}: ${text}\n    to shrink it: raftbeat fuzz --profile ${profile} --seeds ${seed}..${seed}\n`;
    return `  seed ${seed}: ${shrunk.text}\n    ${shrunk.faultCount} faults left; replay: raftbeat simulate ${file}\n`;
  });
  return head + lines.join("");
}

function progressText(
  { runs, failures, shrinking }: CampaignProgress,
  profileCount: number,
  { seeds, minutes }: Flags,
  elapsedMs: number,
): string {
  const asked = profileCount * (seeds[1] - seeds[0] + 1);
  const verdict = failures === 0 ? "no failure" : `${failures} FAILED`;
  if (shrinking) return `fuzz: ${runs} runs, ${verdict}; shrinking`;
  // What is left of the seeds, at the pace so far, or of the time; whichever is more.
  const seedsMs = runs === 0 ? 0 : (elapsedMs * (asked - runs)) / runs;
  const leftMs = Math.max(seedsMs, (minutes ?? 0) * 60_000 - elapsedMs);
  const of = minutes === undefined ? ` of ${asked}` : "";
  return `fuzz: ${runs}${of} runs, ${verdict}${leftMs > 0 ? `, ${durationText(leftMs)} left` : ""}`;
}

/** Says what was done, and the command for the rest: from the first seed that some profile has not played. */
function interruption(
  reports: readonly ProfileReport[],
  profileCount: number,
  { seeds, profile, minutes, out }: Flags,
): RaftbeatError {
  const runs = reports.reduce((sum, report) => sum + report.runs, 0);
  const from =
    reports.length < profileCount ? seeds[0] : Math.min(...reports.map((report) => report.seeds[1])) + 1;
  if (from > seeds[1] && minutes === undefined)
    return new RaftbeatError("aborted", `interrupted after all ${runs} runs, while it shrank what failed`);
  const command = [
    `raftbeat fuzz --seeds ${from}..${Math.max(from, seeds[1])}`,
    profile === undefined ? "" : ` --profile ${profile}`,
    minutes === undefined ? "" : ` --minutes ${minutes}`,
    out === "." ? "" : ` --out ${out}`,
  ];
  return new RaftbeatError("aborted", `interrupted after ${runs} runs; to go on: ${command.join("")}`);
}

function seedRange(text: string): readonly [number, number] {
  const [, from, to] = /^(\d{1,15})\.\.(\d{1,15})$/.exec(text) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to))
    throw new InvalidArgumentError(`${text} is no range of seeds from low to high, like 1..200`);
  return [Number(from), Number(to)];
}

function minutes(text: string): number {
  const number = Number(text);
  if (!(number > 0 && number <= 100_000)) throw new InvalidArgumentError(`${text} is no number of minutes`);
  return number;
}
