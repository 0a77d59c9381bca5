import { type Settings, variableOf } from "./setting-sources.js";
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

/** The variables of those commands: they mean nothing to a node, but are no mistake there. */
export const clientVariables = Object.keys(clientSettings).map(variableOf);
