/** Makes an answer once for all who ask within `sharedMs` of its making; an answer that fails is not kept. */
export function shareAnswer<T>(sharedMs: number, nowMs: () => number, make: () => T): () => T {
  let kept: { readonly atMs: number; readonly answer: T } | null = null;
  return () => {
    const atMs = nowMs();
    if (kept === null || atMs - kept.atMs >= sharedMs) kept = { atMs, answer: make() };
    return kept.answer;
  };
}
