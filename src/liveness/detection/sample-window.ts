/**
 * The newest samples of a sender, and their mean and variance, as numbers in a detector's memory: how many there are, which is replaced next, their sum, the
 * sum of their squares, and the samples. A sample costs one addition and one subtraction. These leave rounding errors behind, so the sums are formed anew
 * each time the ring begins again. Samples must be small numbers, such as differences from what is expected: of numbers near 10^9 the squares would leave
 * nothing of a variance of 1.
 */

const headWidth = 4;

/** How many numbers a window of so many samples takes. */
export function windowWidth(size: number): number {
  return headWidth + size;
}

/** Empties a window. */
export function clearWindow(memory: Float64Array, at: number): void {
  memory.fill(0, at, at + headWidth);
}

/** Adds a sample, in place of the oldest where the window is full. */
export function addSample(memory: Float64Array, at: number, size: number, sample: number): void {
  const count = memory[at] as number;
  const next = memory[at + 1] as number;
  const place = at + headWidth + next;
  const old = count === size ? (memory[place] as number) : 0;
  memory[place] = sample;
  if (count < size) memory[at] = count + 1;
  memory[at + 1] = next + 1 === size ? 0 : next + 1;
  if (next + 1 === size) sumAnew(memory, at, size);
  else {
    memory[at + 2] = (memory[at + 2] as number) + sample - old;
    memory[at + 3] = (memory[at + 3] as number) + sample * sample - old * old;
  }
}

/** How many samples there are. */
export function sampleCount(memory: Float64Array, at: number): number {
  return memory[at] as number;
}

/** The mean of the samples; 0 of none. */
export function meanOf(memory: Float64Array, at: number): number {
  const count = memory[at] as number;
  return count === 0 ? 0 : (memory[at + 2] as number) / count;
}

/** The variance of the samples, as of a whole population; never negative, whatever rounding does. */
export function varianceOf(memory: Float64Array, at: number): number {
  const count = memory[at] as number;
  if (count === 0) return 0;
  const mean = (memory[at + 2] as number) / count;
  return Math.max(0, (memory[at + 3] as number) / count - mean * mean);
}

function sumAnew(memory: Float64Array, at: number, size: number): void {
  let sum = 0;
  let squares = 0;
  for (let index = at + headWidth; index < at + headWidth + size; index++) {
    const sample = memory[index] as number;
    sum += sample;
    squares += sample * sample;
  }
  memory[at + 2] = sum;
  memory[at + 3] = squares;
}
