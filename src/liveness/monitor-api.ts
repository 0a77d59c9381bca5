import type { Logger } from "../elector/observers/logger.js";
import type { RaftbeatError } from "../errors.js";
import type { Clock, Random } from "../runtime/ports.js";
import type { LivenessEvent, PeerStatus } from "./roster/liveness-event.js";
import type { RosterOptions } from "./roster/roster-settings.js";

/** The world of a monitor or a pulse. */
export interface LivenessPorts {
  /** One clock for each monitor and each pulse: it has one timer. */
  readonly clock: Clock;
  readonly random: Random;
}

/** What a monitor is made with. */
export interface MonitorOptions extends RosterOptions {
  /**
   * Takes a line for each suspicion, death and doubt.
   * @defaultValue lines on stderr, bounded in number; `silentLogger` for none
   */
  readonly logger?: Logger | undefined;
}

/** What a beat brings besides the name of its sender. */
export interface BeatEvidence {
  /**
   * The life of the sender: another text after each start of its process.
   * @defaultValue the sender has one life
   */
  readonly boot?: string | undefined;
  /**
   * The slot of the beat, by the sender's clock: a whole number from 0 on.
   * @defaultValue the slot nearest to the arrival
   */
  readonly slot?: number | undefined;
  /**
   * The interval at which the sender beats, in milliseconds: a tenth to ten times the monitor's. The tolerated pause is the same for all.
   * @defaultValue the monitor's
   */
  readonly intervalMs?: number | undefined;
  /**
   * The zone of the sender, for the brake; counts in its first beat, and where the monitor has no `zoneOf`.
   * @defaultValue the zone without a name
   */
  readonly zone?: string | undefined;
  /**
   * Whether it is the sender's last: a goodbye.
   * @defaultValue false
   */
  readonly leaving?: boolean | undefined;
}

/** A peer as a monitor sees it now. */
export interface PeerLiveness {
  readonly id: string;
  /** The life that was heard last; empty where the sender does not name it. */
  readonly boot: string;
  readonly status: PeerStatus;
  /** The interval at which it is expected to beat. */
  readonly intervalMs: number;
  /** 0 just after a beat, 1 when a suspicion is due, more after that. */
  readonly level: number;
  /** Since its last beat, or since watching began. */
  readonly silentMs: number;
  /** Until the suspicion is due, if no beat comes; null for a peer that is not alive or unknown. */
  readonly suspectInMs: number | null;
  /** How many more pauses it is given, because suspicions of it were wrong: 0 to 3. */
  readonly patience: number;
  readonly zone: string;
}

/** What a monitor has counted since it was made. */
export interface MonitorCounts {
  /** Suspicions, by silence and by closed connections. */
  readonly suspicions: number;
  /** Suspicions by silence that a beat of the same life refuted. */
  readonly refuted: number;
  /** Peers that were declared dead. */
  readonly deaths: number;
  /** Times this process was held up, or its machine slept, so that silence of that time counts for nobody. */
  readonly absences: number;
  /** Beats of a slot that was not new. */
  readonly staleBeats: number;
  /** Beats of a slot that the sender cannot have reached, or that is none. */
  readonly badSlots: number;
  /** Beats and goodbyes of a life that was left behind. */
  readonly oldBoots: number;
  /** Beats whose life has no proper name. */
  readonly badBoots: number;
  /** Beats at an interval that the monitor refuses, and of zones that are none. */
  readonly badIntervals: number;
  /** Beats of peers for which there was no room, or whose name is none. */
  readonly refusedPeers: number;
}

/** Watches any number of peers by their beats. None of its methods throws because of what a peer sent. */
export interface Monitor extends AsyncDisposable {
  /** A beat has arrived. */
  beat(id: string, evidence?: BeatEvidence): void;
  /** A peer says that it ends: it has left, and no alarm follows. */
  goodbye(id: string): void;
  /** The connection with a peer was closed: it is suspected at once, and dead only if no beat comes. */
  closed(id: string): void;
  /**
   * Watches a peer from now on, also if it is never heard.
   * @throws RaftbeatError `invalidSettings`, for a name that is none
   */
  watch(id: string): void;
  /** Why a sender that beats at this interval cannot be watched, in a sentence; null if it can. */
  refusesInterval(intervalMs: number): string | null;
  /** Forgets a peer. */
  forget(id: string): void;
  /** A peer as it is now; null for one that is not known. */
  peer(id: string): PeerLiveness | null;
  /** All peers as they are now, sorted by id. */
  peers(): readonly PeerLiveness[];
  /** Whether so many peers are silent at once that this monitor doubts itself, and declares nobody dead. */
  readonly doubts: boolean;
  /** What was counted. */
  counts(): MonitorCounts;
  /** How many peers have each status: cheap for any number of them. */
  statusCounts(): Readonly<Record<PeerStatus, number>>;
  /**
   * Tells of each newer beat by how many milliseconds it came later than its slot says, reckoned from the beat before it; 0 for one that came sooner. Returns
   * the end of that. What the observer throws goes to the logger.
   */
  observeLateness(observer: (latenessMs: number) => void): () => void;
  /** Tells each event once, in order. Returns the end of the subscription. */
  subscribe(listener: (event: LivenessEvent) => void): () => void;
  /** All peers now, and again after each event: the newest state, for readers however slow. Ends with the monitor, or when the signal is aborted. */
  changes(options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<readonly PeerLiveness[]>;
  /** Ends the monitor: no timer and no event any more. */
  close(): void;
  /** Settles when the monitor has ended; with the error, if something in it threw (`internal`). */
  readonly ended: Promise<RaftbeatError | null>;
}

/** A beat as a pulse sends it. */
export interface Beat {
  readonly id: string;
  /** The life of this pulse. */
  readonly boot: string;
  readonly slot: number;
  /** True for the last one, the goodbye. */
  readonly leaving: boolean;
}

/** What a pulse is made with. */
export interface PulseOptions {
  /** The name of this sender. */
  readonly id: string;
  /** The interval of the beats, from 1 millisecond to a day. */
  readonly intervalMs: number;
  /** Sends a beat; a beat that cannot be sent now must be dropped, not kept. What it throws is told to the logger. */
  readonly send: (beat: Beat) => void;
  /**
   * Takes a line for each beat that `send` threw at.
   * @defaultValue lines on stderr, bounded in number; `silentLogger` for none
   */
  readonly logger?: Logger | undefined;
}

/** Beats until it is stopped. */
export interface Pulse extends AsyncDisposable {
  readonly id: string;
  readonly boot: string;
  /** Sends the beat of the present slot, perhaps once more: for a link that has just come up. */
  beatNow(): void;
  /** Sends the goodbye, and ends. */
  stop(): void;
}
