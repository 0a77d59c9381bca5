import type { Command } from "commander";
import { Option } from "commander";
import { complain } from "../terminal/terminal.js";
import { tokensOf } from "./secret-files.js";
import { invalid, readSettings, type Settings } from "./setting-sources.js";
import * as value from "./setting-values.js";

/** Where a node serves HTTP unless somebody says otherwise. */
export const defaultUrl = "http://127.0.0.1:8400";

/** Every setting of the commands that talk to running nodes. */
export const clientSettings = {
  url: {
    flag: "--url <url,url,..>",
    schema: value.text,
    help: `HTTP addresses of nodes (default: ${defaultUrl})`,
  },
  token: {
    flag: "--token <secret>",
    schema: value.text,
    secret: true,
    help: "the nodes' token; better in a file or the environment",
  },
  tokenFile: { flag: "--token-file <file>", schema: value.text, help: "a file that holds the token" },
  timeoutMs: {
    flag: "--timeout-ms <ms>",
    schema: value.milliseconds,
    help: "how long to try (default: 30000)",
  },
  json: { flag: "--json", schema: value.yesOrNo, help: "print one JSON object" },
} as const satisfies Settings;

/** Whom to talk to, and how. */
export interface ClientPlan {
  /** Without a slash at the end. */
  readonly urls: readonly string[];
  readonly token: string | null;
  readonly timeoutMs: number;
  readonly json: boolean;
}

/** Adds the flags of `clientSettings`. `--url` may be given again, for more addresses. */
export function addClientOptions(command: Command): Command {
  for (const { flag, help } of Object.values(clientSettings)) {
    const option = new Option(flag, help);
    if (flag === clientSettings.url.flag)
      option.argParser((text: string, before?: string) =>
        before === undefined ? text : `${before},${text}`,
      );
    command.addOption(option);
  }
  return command;
}

/**
 * The checked settings of a client command.
 * @param otherVariables variables of a node, which may share its environment with its operator
 * @throws RaftbeatError `invalidSettings`
 */
export function planClient(
  flags: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string | undefined>>,
  otherVariables: readonly string[],
): ClientPlan {
  const given = readSettings(clientSettings, { flags, environment, file: null }, otherVariables, (sentence) =>
    complain(`raftbeat: ${sentence}`),
  );
  const urls = (given.url ?? defaultUrl).split(",").map((url) => url.trim().replace(/\/+$/, ""));
  for (const url of urls)
    if (!value.isHttpUrl(url))
      throw invalid(`--url ${JSON.stringify(url)} must be an http:// or https:// address`);
  return {
    urls: [...new Set(urls)],
    token: tokensOf(given)?.()[0] ?? null,
    timeoutMs: given.timeoutMs ?? 30_000,
    json: given.json ?? false,
  };
}
