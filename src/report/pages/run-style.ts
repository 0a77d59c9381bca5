/** The style sheet of the page of runs; light and dark differ in nothing but these variables. */
export const runStyle = `
:root {
  color-scheme: light dark;
  --ground: #ffffff; --page: #f3f4f6; --text: #1a1d21; --muted: #59616b; --line: #e1e4e8;
  --leader: #0b62b0; --candidate: #b4460a; --pre-candidate: #946200; --follower: #9aa3ad; --down: #8c2f39;
  --on-role: #ffffff; --lease: #0a8a5f; --fault: #b3202c; --fault-shade: rgba(205, 45, 60, 0.13); --fault-band: rgba(205, 45, 60, 0.055);
  --heartbeat: #8d97a3; --pre-vote: #a87000; --vote: #b4460a; --refused: #b3202c; --accent: #7a2fb8;
  --fine: #0a6b49;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --ground: #15181c; --page: #0d0f12; --text: #e7eaee; --muted: #a3adb8; --line: #2b3138;
    --leader: #6cb2f5; --candidate: #ff9a5c; --pre-candidate: #e5b84b; --follower: #67717c; --down: #e58b94;
    --on-role: #101316; --lease: #4cc99b; --fault: #ff8a93; --fault-shade: rgba(255, 105, 120, 0.16); --fault-band: rgba(255, 105, 120, 0.08);
    --heartbeat: #6d7783; --pre-vote: #e5b84b; --vote: #ff9a5c; --refused: #ff8a93; --accent: #c79bf2;
    --fine: #4cc99b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1600px; margin: 0 auto; padding: 12px; }
h1 { font-size: 1.5rem; margin: 0.2em 0; overflow-wrap: anywhere; }
h2 { font-size: 1.05rem; margin: 0 0 0.5em; }
h3 { font-size: 0.95rem; margin: 0; }
p { margin: 0.3em 0; overflow-wrap: anywhere; }
header { padding: 0 4px 8px; }
.numbers { font-variant-numeric: tabular-nums; }
a { color: var(--leader); }
.row.active a { color: inherit; }
.stack { display: grid; gap: 12px; align-content: start; min-width: 0; }
.plain { list-style: none; margin: 0.3em 0; padding: 0; overflow-wrap: anywhere; }
.plain a { display: inline-block; min-width: 5em; font-variant-numeric: tabular-nums; }
#details { min-height: 7em; }
.panel { background: var(--ground); border: 1px solid var(--line); border-radius: 8px; padding: 12px; min-width: 0; }
.panel.wide { margin: 12px 0; }
.columns { display: grid; gap: 12px; }
@media (min-width: 700px) { .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); } }
@media (min-width: 1100px) { .columns { grid-template-columns: 360px minmax(0, 1fr) 360px; } }
.muted, .note { color: var(--muted); }
.note { font-size: 0.85rem; }
.note:empty { display: none; }
.warning { border-left: 4px solid var(--fault); padding-left: 8px; color: var(--text); }
.verdict { font-weight: 600; }
.verdict.fine { color: var(--fine); }
.verdict.wrong { color: var(--fault); }
.bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; margin: 0 0 8px; }
.bar input { flex: 1 1 160px; min-width: 100px; accent-color: var(--accent); }
output { font-variant-numeric: tabular-nums; min-width: 5.5em; text-align: right; }
button, select { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--muted); border-radius: 6px; padding: 3px 9px; min-height: 32px; max-width: 100%; }
button { min-width: 38px; cursor: pointer; }
.choice { display: inline-flex; gap: 6px; align-items: center; max-width: 100%; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.diagram { position: relative; overflow: clip; overflow-clip-margin: 6px; }
canvas { display: block; width: 100%; touch-action: pan-y; cursor: crosshair; }
.diagram:has(.hint:not([hidden])) { overflow: visible; }
.hint { position: absolute; z-index: 2; pointer-events: none; display: flex; flex-direction: column; background: var(--ground); border: 1px solid var(--muted); border-radius: 6px; padding: 6px 9px; font-size: 0.85rem; box-shadow: 0 3px 12px rgba(0, 0, 0, 0.3); width: max-content; }
.hint[hidden] { display: none; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; list-style: none; padding: 0; margin: 8px 0; font-size: 0.85rem; }
.legend li { display: flex; align-items: center; gap: 6px; }
.swatch { width: 22px; height: 12px; display: inline-block; flex: none; }
.swatch.leader { background: var(--leader); }
.swatch.lease { background: var(--lease); height: 5px; }
.swatch.candidate { background: repeating-linear-gradient(135deg, var(--candidate) 0 3px, var(--ground) 3px 4px); }
.swatch.pre-candidate { background: repeating-linear-gradient(135deg, var(--pre-candidate) 0 6px, var(--ground) 6px 7px); }
.swatch.follower { background: var(--follower); height: 6px; }
.swatch.down { border-top: 2px dashed var(--down); height: 0; }
.swatch.paused { border: 1px dashed var(--text); }
.swatch.fault { background: var(--fault-shade); border-left: 2px solid var(--fault); }
.swatch.vote, .swatch.pre-vote, .swatch.heartbeat, .swatch.handover { height: 0; border-top: 2px solid var(--vote); }
.swatch.pre-vote { border-color: var(--pre-vote); }
.swatch.handover { border-color: var(--accent); }
.swatch.heartbeat { border-color: var(--heartbeat); border-width: 1px; }
.swatch.refused { height: 0; border-top: 2px dashed var(--refused); }
.swatch.lost { height: 0; border-top: 2px dotted var(--heartbeat); }
svg { max-width: 100%; height: auto; }
#topology { display: block; width: 100%; max-width: 380px; margin: 0 auto; }
.link { stroke: var(--line); stroke-width: 1.5; }
.link.ok { stroke: var(--follower); }
.link.cut { stroke: var(--fault); stroke-dasharray: 2 6; }
.link.held { stroke: var(--candidate); stroke-dasharray: 8 4; stroke-width: 2; }
.link.lossy { stroke: var(--pre-candidate); stroke-dasharray: 10 3 2 3; }
.sign { fill: var(--text); font-size: 14px; text-anchor: middle; dominant-baseline: central; paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
.sign.cut { fill: var(--fault); font-weight: bold; }
.body { stroke: var(--ground); stroke-width: 2; }
.node.leader .body { fill: var(--leader); }
.node.candidate .body { fill: var(--candidate); }
.node.preCandidate .body { fill: var(--pre-candidate); }
.node.follower .body { fill: var(--ground); stroke: var(--follower); stroke-width: 3; }
.node.down .body { fill: var(--ground); stroke: var(--down); stroke-dasharray: 4 3; }
.body.paused { stroke-dasharray: 4 2; stroke: var(--text); }
.node .lease { fill: none; stroke: var(--lease); stroke-width: 3; }
.letter { fill: var(--on-role); font-weight: bold; text-anchor: middle; dominant-baseline: central; font-size: 15px; }
.node.follower .letter { fill: var(--text); }
.node.down .letter { fill: var(--down); }
.name { fill: var(--text); font-size: 12px; text-anchor: middle; dominant-baseline: central; paint-order: stroke; stroke: var(--ground); stroke-width: 4px; }
.message { fill: var(--heartbeat); stroke: var(--heartbeat); stroke-width: 2; }
.message.preVoteRequest, .message.preVoteReply { fill: var(--pre-vote); stroke: var(--pre-vote); }
.message.voteRequest, .message.voteReply { fill: var(--vote); stroke: var(--vote); }
.message.timeoutNow, .message.handoverWait, .message.handoverDone, .message.leaderNotice { fill: var(--accent); stroke: var(--accent); }
.message.refusal { stroke: var(--refused); }
.message.answer { fill: var(--ground); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.9rem; }
th { text-align: left; font-weight: 500; color: var(--muted); padding: 2px 12px 2px 0; vertical-align: top; white-space: nowrap; }
td { padding: 2px 0; overflow-wrap: anywhere; }
.figures { display: grid; gap: 16px; grid-template-columns: repeat(auto-fit, minmax(min(320px, 100%), 1fr)); }
figure { margin: 0; min-width: 0; }
figcaption { font-size: 0.85rem; color: var(--muted); }
.events { height: 360px; overflow: auto; position: relative; border: 1px solid var(--line); border-radius: 6px; font-size: 0.85rem; font-variant-numeric: tabular-nums; }
.head-group { position: sticky; top: 0; z-index: 1; background: var(--page); height: 28px; }
.rows { position: relative; }
.row { display: grid; grid-template-columns: 6.5em 8em 1fr; gap: 8px; height: 26px; line-height: 26px; padding: 0 8px; }
.rows .row { position: absolute; left: 0; right: 0; cursor: pointer; }
.row.head { font-weight: 600; height: 28px; line-height: 28px; }
.row.active { background: var(--accent); color: var(--ground); }
.row span { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
@media (max-width: 560px) { .row { grid-template-columns: 4.8em 5.6em 1fr; min-width: 640px; } main { padding: 6px; } .panel { padding: 8px; } }
@media print {
  body { background: none; }
  .bar, #keys { display: none; }
  .panel { break-inside: avoid; }
  .events { height: 900px; overflow: hidden; }
}
`;
