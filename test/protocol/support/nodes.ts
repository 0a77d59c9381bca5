import type {
  Configuration,
  DurableRecord,
  Effect,
  Input,
  Member,
  Message,
  Node,
  NodeId,
  ProtocolModes,
  Settings,
  StudyCandidacy,
  TimingInput,
} from "../../../src/protocol/index.js";
import { heartbeat, heartbeatReply, voteReply } from "./messages.js";

/** The protocol under test: the real one, or one with a bug planted in it. */
export type Protocol = typeof import("../../../src/protocol/index.js");

/** How a node comes to be where a test begins. Whatever is left out is a voter `a` of `abc` at term 1, at 1000 ms. */
export interface Beginning {
  readonly id?: NodeId;
  /** One letter a voter, in the founding configuration unless `configuration` says otherwise. */
  readonly voters?: string;
  readonly configuration?: Configuration;
  readonly term?: number;
  readonly votedFor?: NodeId | null;
  readonly timing?: Partial<TimingInput>;
  readonly modes?: Partial<ProtocolModes>;
  readonly candidacy?: StudyCandidacy | null;
  readonly recordedHoldMs?: number;
  readonly nowMs?: number;
  /** Whom the node has met; everybody in its configuration unless said otherwise. */
  readonly met?: readonly NodeId[];
}

/** The incarnation that a node of this name has in tests. */
export function incarnationOf(id: NodeId): string {
  return `${id}-1`;
}

/** Members whose incarnations nobody has written down yet, as among founders; one letter each. */
export function founders(ids: string): Member[] {
  return [...ids].map((id) => ({ id, address: `ws://${id}:7400`, incarnation: null }));
}

/** A member under the incarnation it has in tests. */
export function known(id: NodeId, incarnation = incarnationOf(id)): Member {
  return { id, address: `ws://${id}:7400`, incarnation };
}

/** One node played by hand: it is told facts, its disk is as fast as the test wants, its draws are 0.5. */
export class Actor {
  /** What the last fact made it do. */
  effects: Effect[] = [];
  /** Records that were ordered to be written and are not on disk yet. */
  readonly writes: DurableRecord[] = [];
  /** When false, a write takes until `persist` is called. */
  quickDisk = true;
  draw = 0.5;
  /** Whether whoever it hears has proved to belong to the cluster. */
  authenticated = false;
  /** A planted bug may make a test wait for what never comes. */
  private stepsLeft = 1000;

  readonly protocol: Protocol;
  readonly node: Node;
  nowMs: number;

  constructor(protocol: Protocol, node: Node, nowMs: number) {
    this.protocol = protocol;
    this.node = node;
    this.nowMs = nowMs;
  }

  get term(): number {
    return this.node.record.term;
  }

  get roleName(): Node["role"]["name"] {
    return this.node.role.name;
  }

  get leaseUntilMs(): number {
    return this.protocol.leaseUntil(this.node);
  }

  /** Tells it a fact, and returns all that it orders, what follows from draws and quick writes included. */
  tell(input: Input, atMs = this.nowMs): Effect[] {
    this.nowMs = atMs;
    this.effects = [];
    this.step(input);
    while (this.quickDisk && this.writes.length > 0) this.persistOne();
    return this.effects;
  }

  /** Something is said to it by `from`; returns what it answers to whom asked. */
  hear<M extends Message = Message>(
    from: NodeId,
    message: Message,
    atMs = this.nowMs,
    incarnation = incarnationOf(from),
  ): M {
    this.tell({ kind: "message", from, incarnation, message, authenticated: this.authenticated }, atMs);
    return this.sentTo(from)[0] as M;
  }

  /** The oldest pending write reaches the disk. */
  persist(atMs = this.nowMs): Effect[] {
    this.nowMs = atMs;
    this.effects = [];
    this.persistOne();
    return this.effects;
  }

  /** What the last fact made it say to one peer. */
  sentTo(to: NodeId): Message[] {
    return this.effects.flatMap((effect) =>
      effect.kind === "send" && effect.to === to ? [effect.message] : [],
    );
  }

  /** What the last fact made it say, of one kind. */
  sent<K extends Message["kind"]>(kind: K): Extract<Message, { kind: K }>[] {
    return this.effects.flatMap((effect) =>
      effect.kind === "send" && effect.message.kind === kind
        ? [effect.message as Extract<Message, { kind: K }>]
        : [],
    );
  }

  /** What the last fact made it do, in order, by kind; a run of equal kinds is told once. */
  kinds(): string[] {
    return this.effects.map(({ kind }) => kind).filter((kind, index, all) => kind !== all[index - 1]);
  }

  /** Lets time pass until the timer it ordered, which then fires; an hour where it ordered none. */
  timeOut(): Effect[] {
    const { timerAtMs } = this.node;
    const atMs = Number.isFinite(timerAtMs) ? Math.max(this.nowMs, timerAtMs) : this.nowMs + 3_600_000;
    return this.tell({ kind: "timer" }, atMs);
  }

  /** The process dies and starts again from what is on its disk. */
  restart(atMs = this.nowMs, timing: Partial<TimingInput> = {}): Actor {
    const settings: Settings = { ...this.node.settings, ...settingsFor(this.protocol, timing) };
    const { id, durable } = this.node;
    const node = this.protocol.createNode({ id, settings, record: durable, nowMs: atMs });
    const again = new Actor(this.protocol, node, atMs);
    again.tell({ kind: "start" });
    return again;
  }

  private step(input: Input): void {
    if (this.stepsLeft-- === 0) throw new Error("this takes too many steps");
    const effects: Effect[] = [];
    this.protocol.step(this.node, input, this.nowMs, effects);
    for (const effect of effects) {
      this.effects.push(effect);
      if (effect.kind === "persist") this.writes.push(effect.record);
      else if (effect.kind === "draw") this.step({ kind: "drawn", draw: this.draw });
    }
  }

  private persistOne(): void {
    const record = this.writes.shift();
    if (record === undefined) throw new Error("no write is pending");
    this.step({ kind: "persisted", record });
  }
}

/** Settings for one node: the `lan` timing (50 / 150-300, drift 0.01) with what the test wants different. */
export function settingsFor(
  protocol: Protocol,
  timing: Partial<TimingInput> = {},
  modes: Partial<ProtocolModes> = {},
): Settings {
  const resolution = protocol.resolveTiming({ ...protocol.presets.lan, ...timing });
  if (!resolution.ok) throw new Error(resolution.problems.join("; "));
  return { ...resolution.timing, modes: { ...protocol.safeModes, ...modes } };
}

/** A follower that knows no leader and whose hold is over, just after its start. */
export function aFollower(protocol: Protocol, beginning: Beginning = {}): Actor {
  const id = beginning.id ?? "a";
  const nowMs = beginning.nowMs ?? 1000;
  const { candidacy = null } = beginning;
  const settings = { ...settingsFor(protocol, beginning.timing, beginning.modes), candidacy };
  const configuration =
    beginning.configuration ?? protocol.foundingConfiguration(founders(beginning.voters ?? "abc"));
  const others = protocol.membersOf(configuration).filter((member) => member.id !== id);
  const met = beginning.met ?? others.map((member) => member.id);
  const record: DurableRecord = {
    term: beginning.term ?? 1,
    votedFor: beginning.votedFor ?? null,
    configuration,
    voteHoldMs: beginning.recordedHoldMs ?? settings.voteHoldMs,
    incarnation: incarnationOf(id),
    incarnationsMet: new Map(
      met.map((other) => [other, others.find((m) => m.id === other)?.incarnation ?? incarnationOf(other)]),
    ),
    startsMet: new Map(),
    run: {
      cluster: "test",
      id,
      startCount: 1,
      startNonce: `${id}-start-1`,
      earlierNonces: [],
      isCopy: false,
    },
    writeCount: 1,
  };
  const node = protocol.createNode({ id, settings, record, nowMs });
  // It has been up for long: what it may have promised before its start is over.
  node.contactAtMs = Number.NEGATIVE_INFINITY;
  node.restartHoldUntilMs = Number.NEGATIVE_INFINITY;
  const actor = new Actor(protocol, node, nowMs);
  // Who joins learns from members that have proved who they are.
  actor.authenticated = protocol.isNobody(configuration);
  actor.tell({ kind: "start" });
  return actor;
}

/** A follower of `leader`, in contact since just now. */
export function aFollowerOf(protocol: Protocol, leader: NodeId, beginning: Beginning = {}): Actor {
  const actor = aFollower(protocol, beginning);
  actor.hear(leader, heartbeat(actor.node.record.configuration, { term: actor.term }));
  return actor;
}

/** A node in its first pre-vote round. */
export function aPreCandidate(protocol: Protocol, beginning: Beginning = {}): Actor {
  const actor = aFollower(protocol, beginning);
  actor.timeOut();
  return actor;
}

/** A candidate of the term after `beginning.term`, its own vote durable. */
export function aCandidate(protocol: Protocol, beginning: Beginning = {}): Actor {
  const actor = aPreCandidate(protocol, beginning);
  for (const { id } of actor.node.record.configuration.voters)
    if (id !== actor.node.id && actor.roleName === "preCandidate")
      actor.hear(id, voteReply({ term: actor.term + 1, preVote: true, round: actor.node.round }));
  return actor;
}

/** A leader of the term after `beginning.term` that has beaten once and heard no reply yet. */
export function aNewLeader(protocol: Protocol, beginning: Beginning = {}): Actor {
  const actor = aCandidate(protocol, beginning);
  for (const { id } of actor.node.record.configuration.voters)
    if (id !== actor.node.id && actor.roleName === "candidate")
      actor.hear(id, voteReply({ term: actor.term, round: actor.node.round }));
  return actor;
}

/** A leader whose lease runs: every voter has answered its newest heartbeat, 1 ms after it was sent. */
export function aLeader(protocol: Protocol, beginning: Beginning = {}): Actor {
  const actor = aNewLeader(protocol, beginning);
  actor.nowMs += 1;
  for (const { id } of actor.node.record.configuration.voters)
    if (id !== actor.node.id) actor.hear(id, heartbeatReply(actor));
  return actor;
}
