import type { AssignerInput } from "../../../../src/liveness/assignment/leader/assigner.js";
import type { WorkerInput } from "../../../../src/liveness/assignment/worker/worker.js";
import type { Rules } from "../support/play.js";
import {
  type Bounds,
  beatOf,
  clockOf,
  type Life,
  type Message,
  newWorker,
  type Spent,
  type State,
  shard,
  tickMs,
} from "./state.js";

/** Something that may happen next. */
export interface Move {
  readonly text: string;
  readonly take: () => State;
}

/** More messages under way than this: the oldest is lost. */
const mostInFlight = 2;

/** Every move from here. */
export function movesFrom(state: State, bounds: Bounds, rules: Rules): Move[] {
  const may = (what: keyof Bounds): boolean => state.spent[what] < bounds[what];
  const moves: Move[] = [];
  if (may("ticks")) moves.push({ text: "half a lease passes", take: () => tick(state) });
  leads(state, may, moves);
  nodes(state, may, moves, rules);
  state.lives.forEach((life, at) => {
    worker(state, life, at, may, moves, rules);
  });
  state.flight.forEach((message, at) => {
    deliveries(state, message, at, may, moves, rules);
  });
  return moves;
}

type May = (what: keyof Bounds) => boolean;

function spend(spent: Spent, what: keyof Bounds): Spent {
  return { ...spent, [what]: spent[what] + 1 };
}

function tick(state: State): State {
  const lives = state.lives.map((life) => (life.asleep ? { ...life, sleptMs: life.sleptMs + tickMs } : life));
  return { ...state, lives, nowMs: state.nowMs + tickMs, spent: spend(state.spent, "ticks") };
}

/** A lead ends, comes back in its term, or another begins. */
function leads(state: State, may: May, moves: Move[]): void {
  const { lead, lastLead } = state;
  if (lead !== null) {
    moves.push({ text: `term ${lead.term} ends`, take: () => ({ ...state, lead: null }) });
    return;
  }
  if (!may("leads")) return;
  const begin = (node: number, term: number): void => {
    const next = { node, term };
    const spent = spend(state.spent, "leads");
    moves.push({
      text: `node ${node} leads in term ${term}`,
      take: () => ({ ...state, lead: next, lastLead: next, spent }),
    });
  };
  begin(lastLead.node, lastLead.term);
  for (const node of state.nodes.keys()) begin(node, lastLead.term + 1);
}

/** What nodes do without a message. */
function nodes(state: State, may: May, moves: Move[], rules: Rules): void {
  const { stalled, nowMs } = state;
  if (stalled !== null)
    moves.push({
      text: `node ${stalled.node} goes on at ${stalled.nowMs}`,
      take: () => act({ ...state, stalled: null }, stalled.node, stalled.input, stalled.nowMs, rules),
    });
  for (const [node, assigner] of state.nodes.entries()) {
    if (stalled?.node === node) continue;
    const isDue = rules.assignerTimerAtMs(assigner, nowMs) <= nowMs;
    const isNew =
      state.lead?.node === node && (assigner.table?.term !== state.lead.term || !assigner.table.led);
    if (isDue || isNew) {
      const input: AssignerInput = { kind: "timer" };
      moves.push({ text: `node ${node} looks`, take: () => act(state, node, input, nowMs, rules) });
      if (stalled === null && may("stalls"))
        moves.push({ text: `node ${node} stalls`, take: () => stall(state, node, input) });
    }
    if (may("drains") && state.lead?.node === node) {
      const input: AssignerInput = { kind: "drain", id: "a", draining: true };
      const drained = { ...state, spent: spend(state.spent, "drains") };
      moves.push({ text: "a is drained", take: () => act(drained, node, input, nowMs, rules) });
    }
  }
}

function stall(state: State, node: number, input: AssignerInput): State {
  return { ...state, stalled: { node, input, nowMs: state.nowMs }, spent: spend(state.spent, "stalls") };
}

/** One step of a node: the lead is asked for now, and all is judged at `nowMs`. */
function act(state: State, node: number, input: AssignerInput, nowMs: number, rules: Rules): State {
  const assigner = structuredClone(state.nodes[node] as State["nodes"][number]);
  const effects: Parameters<Rules["stepAssigner"]>[4] = [];
  rules
    .assignerCore(assigner, () => (state.lead?.node === node ? state.lead.term : null))
    .step(input, nowMs, effects);
  const sent = effects.flatMap((effect): Message[] => {
    if (effect.kind === "tell") return [];
    const { boot } = effect.to;
    if (effect.kind === "grant") return [{ kind: "grant", boot, grant: effect.grant }];
    return [{ kind: "welcome", boot, term: effect.term }];
  });
  return {
    ...state,
    nodes: state.nodes.map((each, at) => (at === node ? assigner : each)),
    flight: [...state.flight, ...sent].slice(-mostInFlight),
  };
}

/** What a worker does without a message. */
function worker(state: State, life: Life, at: number, may: May, moves: Move[], rules: Rules): void {
  const { boot, id } = life.worker.settings;
  const { spent } = state;
  const step = (input: WorkerInput): State => tell(state, at, input, rules);
  const replaced = (by: Life): readonly Life[] =>
    state.lives.map((each, index) => (index === at ? by : each));
  if (may("crashes")) {
    const by = { worker: newWorker(rules, id, 2), sleptMs: 0, asleep: false };
    moves.push({
      text: `${boot} crashes and starts again`,
      take: () => ({ ...state, lives: replaced(by), spent: spend(spent, "crashes") }),
    });
  }
  if (life.asleep) {
    moves.push({
      text: `${boot} wakes`,
      take: () =>
        tell(
          { ...state, lives: replaced({ ...life, asleep: false }) },
          at,
          { kind: "attentive", jumped: true },
          rules,
        ),
    });
    return;
  }
  if (may("sleeps"))
    moves.push({
      text: `${boot} sleeps`,
      take: () => ({ ...state, lives: replaced({ ...life, asleep: true }), spent: spend(spent, "sleeps") }),
    });
  if (may("beats")) {
    moves.push({
      text: `${boot} beats`,
      take: () => {
        const beating = structuredClone(life.worker);
        // A relay passes a beat on to the leader it knows: any node, and here the one that leads or led last.
        const to = state.lastLead.node;
        const beats = beatOf(rules, beating, clockOf(state, life)).map(
          (beat): Message => ({ kind: "beat", to, id, boot, beat }),
        );
        return {
          ...state,
          lives: replaced({ ...life, worker: beating }),
          flight: [...state.flight, ...beats].slice(-mostInFlight),
          spent: spend(spent, "beats"),
        };
      },
    });
  }
  const holding = life.worker.holdings.get(shard);
  if (holding?.body === "running" && holding.untilMs <= clockOf(state, life))
    moves.push({ text: `${boot} notices the end of its lease`, take: () => step({ kind: "timer" }) });
  if (holding?.body === "stopping")
    moves.push({ text: `the body of ${boot} returns`, take: () => step({ kind: "ended", shard }) });
}

function tell(state: State, at: number, input: WorkerInput, rules: Rules): State {
  const life = state.lives[at] as Life;
  const told = structuredClone(life.worker);
  rules.stepWorker(told, input, clockOf(state, life), []);
  return {
    ...state,
    lives: state.lives.map((each, index) => (index === at ? { ...life, worker: told } : each)),
  };
}

/** A message arrives, now or at a node that stalls; or arrives, and comes again. */
function deliveries(state: State, message: Message, at: number, may: May, moves: Move[], rules: Rules): void {
  const gone = { ...state, flight: state.flight.filter((_, index) => index !== at) };
  const copied = { ...state, spent: spend(state.spent, "duplicates") };
  const froms = may("duplicates") ? [gone, copied] : [gone];
  for (const from of froms) {
    const again = from === copied ? " and will again" : "";
    if (message.kind === "beat") {
      const { to, id, boot, beat } = message;
      if (state.stalled?.node === to) continue;
      const input: AssignerInput = { kind: "beat", from: { id, boot }, beat };
      const text = `beat ${beat.seq} of ${boot} in term ${beat.term} arrives${again}`;
      moves.push({ text, take: () => act(from, to, input, state.nowMs, rules) });
      if (state.stalled === null && may("stalls"))
        moves.push({ text: `${text} and stalls`, take: () => stall(from, to, input) });
      continue;
    }
    const life = state.lives.findIndex(({ worker: { settings } }) => settings.boot === message.boot);
    if (life < 0 || state.lives[life]?.asleep === true) continue;
    const input: WorkerInput =
      message.kind === "grant"
        ? { kind: "grant", grant: message.grant }
        : { kind: "welcome", term: message.term };
    const what = message.kind === "grant" ? `grant of ${message.grant.seq}` : `welcome ${message.term}`;
    moves.push({
      text: `${what} arrives at ${message.boot}${again}`,
      take: () => tell(from, life, input, rules),
    });
  }
}

/** Without the grants that no worker can take any more. */
export function withoutDead(state: State): State {
  const flight = state.flight.filter((message) => matters(state, message));
  return flight.length === state.flight.length ? state : { ...state, flight };
}

function matters({ lives }: State, message: Message): boolean {
  if (message.kind === "beat") return true;
  const life = lives.find(({ worker }) => worker.settings.boot === message.boot);
  if (life === undefined) return false;
  return message.kind === "welcome" || life.worker.sentAtMs.has(message.grant.seq);
}
