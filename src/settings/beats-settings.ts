import { detectors } from "../liveness/detection/detectors.js";
import { id } from "../schemas/identifiers.js";
import { nodeSettings } from "./node-settings.js";
import { type Settings, variableOf } from "./setting-sources.js";
import * as value from "./setting-values.js";

/** What `raftbeat beat` and `raftbeat watch` go by where nothing is said; in milliseconds. */
export const beatsDefaults = { intervalMs: 1000 } as const;

const dayMs = 86_400_000;

/** The secrets of both, by the names that they have for a node. */
const secrets = {
  token: {
    ...nodeSettings.token,
    help: "the secret that senders and watcher share; better in a file or the environment",
  },
  tokenFile: nodeSettings.tokenFile,
  tlsCert: {
    ...nodeSettings.tlsCert,
    help: "this side's certificate (PEM): a sender's names its id, a watcher's its host",
  },
  tlsKey: nodeSettings.tlsKey,
  tlsCa: { ...nodeSettings.tlsCa, help: "who signs the other side's certificate (PEM)" },
} as const satisfies Settings;

/** Every setting of `raftbeat beat`. */
export const beatSettings = {
  to: {
    flag: "--to <url>",
    schema: value.beatsUrl,
    help: "where the watcher listens, such as ws://10.0.0.1:7500",
  },
  id: { flag: "--id <id>", schema: id, help: "the name of what beats; no other sender may have it" },
  interval: {
    flag: "--interval <duration>",
    schema: value.duration(1, dayMs),
    help: `how often it beats (default: ${value.durationText(beatsDefaults.intervalMs)})`,
  },
  zone: {
    flag: "--zone <name>",
    schema: id,
    help: "what fails together with it, such as its rack (default: none)",
  },
  ...secrets,
} as const satisfies Settings;

/** Every setting of `raftbeat watch`. */
export const watchSettings = {
  listen: {
    flag: "--listen <host:port>",
    schema: value.listen,
    help: "where senders connect (without a host: on this machine alone unless there is a token or TLS)",
  },
  interval: {
    flag: "--interval <duration>",
    schema: value.duration(1, dayMs),
    help: `how often senders beat that name no interval (default: ${value.durationText(beatsDefaults.intervalMs)})`,
  },
  pause: {
    flag: "--pause <duration>",
    schema: value.duration(0, dayMs),
    help: "the silence that is tolerated beyond the next expected beat (default: 3 intervals)",
  },
  detector: {
    flag: "--detector <name>",
    schema: value.oneOf(Object.keys(detectors) as (keyof typeof detectors)[]),
    help: `${Object.keys(detectors).join(", ")} (default: nfdE)`,
  },
  deadAfter: {
    flag: "--dead-after <duration>",
    schema: value.duration(0, dayMs),
    help: "how long a sender is suspected before it is declared dead (default: interval and pause)",
  },
  expect: {
    flag: "--expect <a,b>",
    schema: value.ids,
    help: "senders to suspect also if they never come",
  },
  json: { flag: "--json", schema: value.yesOrNo, help: "print one JSON object a line" },
  ...secrets,
} as const satisfies Settings;

/** The variables of both commands: they mean nothing to others, but are no mistake there. */
export const beatsVariables = [
  ...new Set([...Object.keys(beatSettings), ...Object.keys(watchSettings)].map(variableOf)),
];
