import { nearNames } from "../near-names.js";
import { looksSecret } from "../printable.js";

/** What a node does about a variable whose name begins like its own, but is none of them. */
export type VariableVerdict =
  /** Kubernetes or Docker tells of a service. */
  | { readonly kind: "serviceLink" }
  /** Nearly the name of a setting. */
  | { readonly kind: "mistyped"; readonly meant: string }
  /** It looks like a secret: who set it believes in a protection that is not there. */
  | { readonly kind: "secret" }
  | { readonly kind: "unknown" };

const port = /^\d{1,5}$/;
const host = /^[0-9A-Fa-f.:]+$/;
const link = /^(tcp|udp|sctp):\/\//;

/** What Kubernetes puts into every pod's environment for a Service called raftbeat or raftbeat-*, by the end of the name: `RAFTBEAT_PORT=tcp://10.0.0.1:7400`. */
const serviceLinks: readonly (readonly [RegExp, RegExp])[] = [
  [/_SERVICE_HOST$/, host],
  [/_SERVICE_PORT(_[A-Z0-9_]+)?$/, port],
  [/_PORT$/, link],
  [/_PORT_\d+_(TCP|UDP|SCTP)$/, link],
  [/_PORT_\d+_(TCP|UDP|SCTP)_PROTO$/, /^(tcp|udp|sctp)$/],
  [/_PORT_\d+_(TCP|UDP|SCTP)_PORT$/, port],
  [/_PORT_\d+_(TCP|UDP|SCTP)_ADDR$/, host],
];

/** Of so many letters one may differ in a name that was mistyped: what is shorter is another name. */
const lettersPerTypo = 3;

/** Judges a variable that is no setting. */
export function judgeVariable(name: string, value: string, known: readonly string[]): VariableVerdict {
  if (serviceLinks.some(([names, values]) => names.test(name) && values.test(value)))
    return { kind: "serviceLink" };
  const typoCount = Math.floor((name.length - "RAFTBEAT_".length) / lettersPerTypo);
  const [meant = null] = nearNames(name, known, typoCount);
  if (meant !== null) return { kind: "mistyped", meant };
  return looksSecret(name) ? { kind: "secret" } : { kind: "unknown" };
}
