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
  const meant = nearest(name, known);
  if (meant !== null) return { kind: "mistyped", meant };
  return looksSecret(name) ? { kind: "secret" } : { kind: "unknown" };
}

/** The known name that is the least different, if it is hardly different at all. */
function nearest(name: string, known: readonly string[]): string | null {
  let found: string | null = null;
  let fewest = Math.floor((name.length - "RAFTBEAT_".length) / lettersPerTypo) + 1;
  for (const one of known) {
    const count = differences(name, one);
    if (count >= fewest) continue;
    fewest = count;
    found = one;
  }
  return found;
}

/** True for a name whose value must not be shown. */
export function looksSecret(name: string): boolean {
  return /to?k|secret|pass/i.test(name);
}

/** How many letters must be put in, left out, changed or swapped with the next (Damerau 1964, of neighbours). */
function differences(from: string, to: string): number {
  let before: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const next = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      next[column] = Math.min(
        (last[column] ?? 0) + 1,
        (next[column - 1] ?? 0) + 1,
        (last[column - 1] ?? 0) + (same ? 0 : 1),
        swapped ? (before[column - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = next;
  }
  return last[to.length] ?? 0;
}
