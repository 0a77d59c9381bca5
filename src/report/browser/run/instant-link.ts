/** An instant that an address names: `#t=1143.2ms` is that long after the zero of the page, `&scenario=NAME` is of which run. */
export interface Instant {
  readonly atMs: number;
  /** Null on a page of one scenario. */
  readonly scenario: string | null;
}

/** The end of an address that opens the page at an instant. */
export function fragmentOf({ atMs, scenario }: Instant): string {
  // Recordings have microseconds.
  const time = `#t=${Number(atMs.toFixed(3))}ms`;
  return scenario === null ? time : `${time}&scenario=${encodeURIComponent(scenario)}`;
}

/** The instant that an address names; null where it names none, a sentence where what it names is no time. */
export function instantOf(fragment: string): Instant | string | null {
  const fields = new URLSearchParams(fragment.replace(/^#/, ""));
  const time = fields.get("t");
  if (time === null) return null;
  const [, number, unit] = /^(-?\d{1,15}(?:\.\d{1,9})?)(ms|s)$/.exec(time) ?? [];
  if (number === undefined)
    return `The address names the instant ${time.slice(0, 40)}, which is no time such as t=1234ms or t=1.2s.`;
  return { atMs: Number(number) * (unit === "s" ? 1_000 : 1), scenario: fields.get("scenario") };
}
