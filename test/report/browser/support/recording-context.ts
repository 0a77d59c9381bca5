/** A rectangle in pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A straight line in pixels. */
export interface Line {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** One thing that was drawn, with the settings of the context at that moment; places are before the transform. */
export interface Drawn {
  readonly what: "fillRect" | "strokeRect" | "fill" | "stroke" | "fillText";
  /** The fill style of what is filled, the stroke style of what is stroked. */
  readonly colour: string;
  readonly lineWidth: number;
  readonly dash: readonly number[];
  readonly alpha: number;
  readonly font: string;
  readonly align: string;
  /** By how much the transform enlarges. */
  readonly scale: number;
  /** The rectangle, or where a text is anchored. */
  readonly box: Box;
  readonly text: string;
  readonly lines: readonly Line[];
  readonly arcs: readonly { readonly x: number; readonly y: number; readonly radius: number }[];
  /** Nothing is drawn outside it; null where nothing is clipped. */
  readonly clip: Box | null;
}

const nowhere: Box = { x: 0, y: 0, width: 0, height: 0 };
const letterPx = 6;

/** A canvas context that draws nothing and keeps what it was asked to draw; a letter is 6 px wide. */
export class RecordingContext {
  drawn: Drawn[] = [];
  fillStyle = "#000000";
  strokeStyle = "#000000";
  lineWidth = 1;
  globalAlpha = 1;
  font = "10px sans-serif";
  textAlign = "start";
  textBaseline = "alphabetic";
  private dash: readonly number[] = [];
  private scale = 1;
  private clipped: Box | null = null;
  private lines: Line[] = [];
  private arcs: { x: number; y: number; radius: number }[] = [];
  private rects: Box[] = [];
  private at = { x: 0, y: 0 };
  private readonly saved: Pick<
    RecordingContext,
    "fillStyle" | "strokeStyle" | "lineWidth" | "globalAlpha" | "font" | "textAlign"
  >[] = [];
  private readonly savedState: { dash: readonly number[]; clipped: Box | null }[] = [];

  /** As the code under test takes it. */
  get brush(): CanvasRenderingContext2D {
    return this as unknown as CanvasRenderingContext2D;
  }

  setTransform(a: number, b: number, c: number, d: number, e: number, f: number): void {
    if (b !== 0 || c !== 0 || e !== 0 || f !== 0 || a !== d)
      throw new RangeError("only plain scales are recorded");
    this.scale = a;
  }

  setLineDash(dash: readonly number[]): void {
    this.dash = [...dash];
  }

  measureText(text: string): { width: number } {
    return { width: text.length * letterPx };
  }

  save(): void {
    const { fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign, dash, clipped } = this;
    this.saved.push({ fillStyle, strokeStyle, lineWidth, globalAlpha, font, textAlign });
    this.savedState.push({ dash, clipped });
  }

  restore(): void {
    Object.assign(this, this.saved.pop(), this.savedState.pop());
  }

  beginPath(): void {
    this.lines = [];
    this.arcs = [];
    this.rects = [];
  }

  moveTo(x: number, y: number): void {
    this.at = { x, y };
  }

  lineTo(x: number, y: number): void {
    this.lines.push({ x1: this.at.x, y1: this.at.y, x2: x, y2: y });
    this.at = { x, y };
  }

  arc(x: number, y: number, radius: number, from: number, to: number): void {
    if (to - from < 2 * Math.PI) throw new RangeError("only whole circles are recorded");
    this.arcs.push({ x, y, radius });
    this.at = { x: x + radius, y };
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.rects.push({ x, y, width, height });
  }

  clip(): void {
    this.clipped = this.rects.at(-1) ?? nowhere;
  }

  stroke(): void {
    this.keep("stroke", this.strokeStyle);
  }

  fill(): void {
    this.keep("fill", this.fillStyle);
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.keep("fillRect", this.fillStyle, { x, y, width, height });
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    this.keep("strokeRect", this.strokeStyle, { x, y, width, height });
  }

  fillText(text: string, x: number, y: number): void {
    this.keep("fillText", this.fillStyle, { x, y, width: text.length * letterPx, height: 0 }, text);
  }

  private keep(what: Drawn["what"], colour: string, box: Box = nowhere, text = ""): void {
    const isPath = what === "fill" || what === "stroke";
    this.drawn.push({
      what,
      colour,
      lineWidth: this.lineWidth,
      dash: this.dash,
      alpha: this.globalAlpha,
      font: this.font,
      align: this.textAlign,
      scale: this.scale,
      box,
      text,
      lines: isPath ? [...this.lines] : [],
      arcs: isPath ? [...this.arcs] : [],
      clip: this.clipped,
    });
  }
}
