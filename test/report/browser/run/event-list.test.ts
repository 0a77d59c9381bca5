import { describe, expect, it } from "vitest";
import { eventList } from "../../../../src/report/browser/run/event-list.js";
import { aRun, type Sent } from "../support/a-run.js";
import { staged } from "../support/a-stage.js";
import { sized, textsOf, the } from "../support/browser-page.js";

const request: Sent = { from: 0, to: 1, kind: "voteRequest", sentMs: 100, tookMs: 20, term: 2 };
const refusal: Sent = { ...request, from: 1, to: 0, kind: "voteReply", sentMs: 130, says: "alreadyVoted" };
const heartbeat: Sent = { ...request, kind: "heartbeat", sentMs: 50 };

/** The list of events of these messages, 260 px high: ten rows. */
function listOf(sent: readonly Sent[]) {
  const { page, stage } = staged(aRun({ beganMs: 100, sent }));
  stage.atMs = 0;
  const root = eventList(stage, null);
  page.document.body.append(root);
  const grid = the(root, "#events");
  sized(grid, { clientHeight: 260, scrollTop: 0 });
  page.resized();
  const rows = () => [...grid.querySelectorAll(".rows .row")].map((row) => textsOf(row, "span"));
  const key = (name: string) => page.send(grid, "keydown", { key: name });
  return { page, stage, root, grid, rows, key };
}

const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...request, sentMs: index }));

describe("the list of events", () => {
  it("says when, who, and what, with the reason of a refusal", () => {
    const { grid, rows } = listOf([heartbeat, request, refusal]);
    expect(textsOf(grid, ".head span")).toEqual(["when", "who", "what"]);
    expect(rows()).toEqual([
      ["0.000 s", "n1 → n2", "n1 → n2 vote request, term 2"],
      [
        "0.030 s",
        "n2 → n1",
        "n2 → n1 vote reply, term 2; refused: the answering node gave its vote of this term to another (alreadyVoted)",
      ],
    ]);
  });

  it("lists heartbeats too, if asked, and counts what it lists", () => {
    const { page, root, rows, grid } = listOf([heartbeat, request, refusal]);
    expect(the(root, "span.muted").textContent).toBe("2 events");
    expect(grid.getAttribute("aria-rowcount")).toBe("3");
    const select = the<HTMLSelectElement>(root, "#listed");
    select.value = "all";
    page.send(select, "change");
    expect(rows().map(([when]) => when)).toEqual(["-0.050 s", "0.000 s", "0.030 s"]);
    expect(the(root, "span.muted").textContent).toBe("3 events");
  });

  it("makes only the rows in view and a few around, each at its own place", () => {
    const { page, grid } = listOf(many(900));
    const shown = () =>
      [...grid.querySelectorAll<HTMLElement>(".rows .row")].map(({ id, style }) => [id, style.top]);
    expect(shown().length).toBe(18);
    expect(shown()[1]).toEqual(["event-1", "26px"]);
    grid.scrollTop = 26 * 100;
    page.send(grid, "scroll");
    expect(shown()[0]).toEqual(["event-96", `${96 * 26}px`]);
    expect(shown().at(-1)?.[0]).toBe("event-113");
  });

  it("begins at the instant of the diagram", () => {
    const { page, stage } = staged(aRun({ sent: many(900) }));
    stage.atMs = 300;
    const root = eventList(stage, null);
    const grid = the(root, "#events");
    sized(grid, { clientHeight: 260, scrollTop: 0 });
    page.resized();
    expect(grid.scrollTop).toBe(300 * 26);
  });

  it("chooses by a click: the instant moves there, and the row stands out", () => {
    const { stage, grid } = listOf([request, refusal]);
    the(grid, "#event-1").click();
    expect([stage.atMs, stage.selected]).toEqual([130, { what: "message", index: 1 }]);
    expect(the(grid, ".active").id).toBe("event-1");
    expect(grid.getAttribute("aria-activedescendant")).toBe("event-1");
    expect([...grid.querySelectorAll(".rows .row")].map((row) => row.getAttribute("aria-selected"))).toEqual([
      "false",
      "true",
    ]);
  });

  it("chooses by keys: next, previous, a page, the ends", () => {
    const { stage, key, grid } = listOf(many(900));
    const atAfter = (name: string) => {
      expect(key(name).defaultPrevented).toBe(true);
      return stage.atMs;
    };
    expect(atAfter("ArrowDown")).toBe(1);
    expect(atAfter("ArrowDown")).toBe(2);
    expect(atAfter("ArrowUp")).toBe(1);
    expect(atAfter("PageDown")).toBe(9);
    expect(atAfter("PageUp")).toBe(1);
    expect(atAfter("PageUp")).toBe(0);
    expect(atAfter("End")).toBe(899);
    expect(grid.scrollTop).toBe(899 * 26 - (260 - 28 - 26));
    expect(atAfter("ArrowDown")).toBe(899);
    expect(atAfter("Home")).toBe(0);
    expect(grid.scrollTop).toBe(0);
    expect(key("x").defaultPrevented).toBe(false);
  });

  it("goes on by keys from the instant of the diagram, where none is chosen", () => {
    const { stage, key } = listOf(many(900));
    stage.atMs = 500.5;
    key("ArrowDown");
    expect(stage.atMs).toBe(501);
  });
});
