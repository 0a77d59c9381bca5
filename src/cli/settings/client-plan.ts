import type { Command } from "commander";
import { Option } from "commander";
import { beatsVariables } from "../../settings/beats-settings.js";
import { clientSettings, defaultUrl } from "../../settings/client-settings.js";
import { tokensOf } from "../../settings/secret-files.js";
import { invalid, readSettings } from "../../settings/setting-sources.js";
import { isHttpUrl } from "../../settings/setting-values.js";
import { complain } from "../terminal/terminal.js";

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
  const given = readSettings(
    clientSettings,
    { flags, environment, file: null },
    [...otherVariables, ...beatsVariables],
    (sentence) => complain(`raftbeat: ${sentence}`),
  );
  const urls = (given.url ?? defaultUrl).split(",").map((url) => url.trim().replace(/\/+$/, ""));
  for (const url of urls)
    if (!isHttpUrl(url)) throw invalid(`--url ${JSON.stringify(url)} must be an http:// or https:// address`);
  return {
    urls: [...new Set(urls)],
    token: tokensOf(given)?.()[0] ?? null,
    timeoutMs: given.timeoutMs ?? 30_000,
    json: given.json ?? false,
  };
}
