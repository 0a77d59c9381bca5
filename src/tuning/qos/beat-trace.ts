/** The beats of one sender as an observer heard them: what failure detectors are compared on. */
export interface BeatTrace {
  /** At which interval the sender beats, in milliseconds. */
  readonly intervalMs: number;
  /** The slot of each beat, in the order of their arrival. Beats that were lost are not in it. */
  readonly slots: Float64Array;
  /** When each arrived, in milliseconds of the observer's clock; never falls. */
  readonly arrivedAtMs: Float64Array;
  /** When the beats were sent. */
  readonly sendings: Sendings;
  /** Until when the sender lived. A suspicion after this instant is right, and no mistake. */
  readonly aliveUntilMs: number;
}

/** When the beats of a trace were sent, on the observer's clock: slot i at `originMs + i * paceMs`. */
export interface Sendings {
  readonly originMs: number;
  /** The interval of the sender's clock in milliseconds of the observer's. */
  readonly paceMs: number;
  /** False where this is estimated from the arrivals, as if the fastest beat had taken no time. */
  readonly known: boolean;
}

/** When the beat of a slot was sent. */
export function sentAtMs({ originMs, paceMs }: Sendings, slot: number): number {
  return originMs + slot * paceMs;
}

/** Puts beats into the order of their arrival, in place: few overtake others, so most are in it. */
export function sortByArrival(slots: Float64Array, arrivedAtMs: Float64Array): void {
  for (let index = 1; index < slots.length; index++) {
    const slot = slots[index] as number;
    const atMs = arrivedAtMs[index] as number;
    let place = index;
    for (; place > 0 && (arrivedAtMs[place - 1] as number) > atMs; place--) {
      slots[place] = slots[place - 1] as number;
      arrivedAtMs[place] = arrivedAtMs[place - 1] as number;
    }
    slots[place] = slot;
    arrivedAtMs[place] = atMs;
  }
}
