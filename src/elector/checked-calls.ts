import * as v from "valibot";
import { RaftbeatError } from "../errors.js";
import type { Elector } from "./api.js";
import type { RunningElector } from "./elector.js";
import { address, callable, checkOptions, id, only, yesOrNo } from "./options/check-options.js";

const signal = v.optional(v.custom<AbortSignal>(isSignal, "must be an AbortSignal"));
const stoppable = v.optional(only({ signal }));
const transferOptions = only({ to: id, signal });
const stopOptions = v.optional(only({ handover: yesOrNo }));
const reconfigureOptions = v.optional(
  only({
    signal,
    timeoutMs: v.optional(
      v.custom<number>(
        (value) => Number.isFinite(value) && Number(value) > 0,
        "must be a number of milliseconds above 0",
      ),
    ),
  }),
);

/** Each change has one key, which says which it is. */
const changes = {
  add: only({
    add: v.strictObject(
      { id, address, voter: yesOrNo, incarnation: v.optional(id) },
      "must be an object with id, address, voter (false for an observer), incarnation",
    ),
  }),
  remove: only({ remove: id }),
  address: only({ address: only({ id, address }) }),
};
const whichChange = `must be an object with one of ${Object.keys(changes).join(", ")}`;
const change = v.lazy((given) => {
  const keys = typeof given === "object" && given !== null ? Object.keys(given) : [];
  const [kind, ...more] = Object.keys(changes).filter((one) => keys.includes(one));
  return kind === undefined || more.length > 0
    ? v.custom(() => false, whichChange)
    : changes[kind as keyof typeof changes];
});

/**
 * The elector that a service holds: its methods stand alone, and it refuses what nobody can mean, an unknown key or an impossible value, with `invalidSettings`, before it does anything.
 * @param onWait is called when the service begins to wait for something
 */
export function withCheckedCalls(elector: RunningElector, onWait: () => void): Elector {
  const { requests } = elector;
  const waited: typeof checked = (schema, given, whole, call) =>
    checked(schema, given, whole, () => {
      onWait();
      return call();
    });
  return {
    id: elector.id,
    closed: elector.closed,
    get isLeader() {
      return elector.isLeader;
    },
    status: () => elector.status(),
    links: () => elector.links(),
    whileLeader(body, options) {
      if (typeof body !== "function")
        throw new RaftbeatError("invalidSettings", `the body of whileLeader (${body}) must be a function`);
      checkOptions(stoppable, options, "whileLeader's options");
      onWait();
      return elector.whileLeader(body, options);
    },
    watch(options) {
      checkOptions(stoppable, options, "watch's options");
      return elector.watch(options);
    },
    subscribe(listener) {
      checkOptions(callable, listener, "the listener of subscribe");
      return elector.subscribe(listener);
    },
    waitForLeader: (options) =>
      waited(stoppable, options, "waitForLeader's options", () => requests.waitForLeader(options)),
    verify: (options) => waited(stoppable, options, "verify's options", () => requests.verify(options)),
    transfer: (options) =>
      waited(transferOptions, options, "transfer's options", () => requests.transfer(options)),
    resign: (options) => waited(stoppable, options, "resign's options", () => requests.resign(options)),
    reconfigure: (wanted, options) =>
      checked(change, wanted, "the change", () =>
        waited(reconfigureOptions, options, "reconfigure's options", () =>
          requests.reconfigure(wanted, options),
        ),
      ),
    stop: (options) => checked(stopOptions, options, "stop's options", () => elector.stop(options)),
    [Symbol.asyncDispose]: () => elector[Symbol.asyncDispose](),
  };
}

function checked<Result>(
  schema: v.GenericSchema,
  given: unknown,
  whole: string,
  call: () => Promise<Result>,
): Promise<Result> {
  try {
    checkOptions(schema, given, whole);
  } catch (error) {
    return Promise.reject(error);
  }
  return call();
}

/** Not by its class: a signal may come from another realm. */
function isSignal(value: unknown): boolean {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}
