import type { RoleName } from "../../recording/run-words.js";

/** The colours of the page's style sheet, for what is drawn on a canvas. */
export interface Palette {
  readonly ground: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly onRole: string;
  readonly role: Readonly<Record<RoleName, string>>;
  readonly lease: string;
  readonly fault: string;
  /** Behind the name of a fault. */
  readonly faultShade: string;
  /** Over the lanes of the nodes that it strikes: lighter, since marks stand on it. */
  readonly faultBand: string;
  readonly heartbeat: string;
  readonly preVote: string;
  readonly vote: string;
  readonly refused: string;
  readonly accent: string;
}

/** Reads the colours that hold now; they differ between light and dark. */
export function palette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ground: colour("ground"),
    text: colour("text"),
    muted: colour("muted"),
    line: colour("line"),
    onRole: colour("on-role"),
    role: {
      leader: colour("leader"),
      candidate: colour("candidate"),
      preCandidate: colour("pre-candidate"),
      follower: colour("follower"),
      down: colour("down"),
    },
    lease: colour("lease"),
    fault: colour("fault"),
    faultShade: colour("fault-shade"),
    faultBand: colour("fault-band"),
    heartbeat: colour("heartbeat"),
    preVote: colour("pre-vote"),
    vote: colour("vote"),
    refused: colour("refused"),
    accent: colour("accent"),
  };
}
