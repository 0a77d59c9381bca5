/** How a page of figures looks: in light and dark, from 320 px on. */
export const figuresStyle = `
:root {
  color-scheme: light dark;
  --paper: #ffffff;
  --ink: #1b1f24;
  --faint: #5b6470;
  --line: #d5dae1;
  --card: #f7f8fa;
  --none: #e4e7ec;
  --s0: #1f62c4;
  --s1: #c2410c;
  --s2: #0f7a5c;
  --s3: #9333a8;
  --s4: #8a6a00;
  --s5: #c01f5a;
  --s6: #0b7695;
  --s7: #5d6672;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c;
    --ink: #e6e9ee;
    --faint: #a0a9b5;
    --line: #363c46;
    --card: #1c2027;
    --none: #2a2f38;
    --s0: #7eb0ff;
    --s1: #ff9a62;
    --s2: #56d3a9;
    --s3: #d99bf0;
    --s4: #e6c34a;
    --s5: #ff86b2;
    --s6: #62cde8;
    --s7: #aab3bf;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--paper);
  color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif;
}
main { max-width: 1120px; margin: 0 auto; padding: 1.25rem 1rem 3rem; overflow-x: clip; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 0 0 0.4rem; overflow-wrap: anywhere; }
.answer { margin: 0 0 2.25rem; padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--line); border-left: 4px solid var(--s0); border-radius: 6px; }
.answer .lead { margin: 0 0 0.6rem; font-size: 1.1rem; font-weight: 600; }
.answer .lead span { white-space: nowrap; }
.answer dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; margin: 0; }
.answer dt { color: var(--faint); }
.answer dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
@media (max-width: 540px) { .answer dl { grid-template-columns: 1fr; gap: 0; } .answer dd { margin-bottom: 0.4rem; } }
section { margin: 0 0 2.25rem; }
figure { margin: 0; }
figcaption { color: var(--faint); margin: 0.4rem 0; max-width: 80ch; }
.drawing { min-height: 120px; position: relative; z-index: 1; }
.drawing svg { display: block; width: 100%; max-width: 100%; height: auto; overflow: visible; }
svg.plot { --plot-background: var(--card); color: var(--ink); font: 12px system-ui, sans-serif; }
.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 1rem; font-size: 13px; margin: 0 0 0.3rem; padding: 0; list-style: none; }
.legend li { display: inline-flex; align-items: center; gap: 0.4rem; }
.ramp { font-size: 13px; margin: 0 0 0.3rem; }
.ramp span { white-space: nowrap; }
.ramp i { display: inline-block; width: 8rem; height: 0.7rem; margin: 0 0.3rem; border-radius: 2px; vertical-align: -0.05rem; }
.slider label { display: flex; flex-wrap: wrap; align-items: center; gap: 0.2rem 0.6rem; margin: 0.4rem 0; }
.slider input { flex: 1 1 12rem; max-width: 32rem; accent-color: var(--s0); }
.slider output { min-width: 4rem; font-variant-numeric: tabular-nums; font-weight: 600; }
.slider td, .slider th { white-space: normal; }
.slider table { width: 100%; }
.slider i { display: inline-block; width: 0.7rem; height: 0.7rem; border-radius: 2px; margin-right: 0.3rem; }
details { margin-top: 0.3rem; }
summary { cursor: pointer; color: var(--faint); width: fit-content; }
summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
.scroll { overflow: auto; max-height: 26rem; margin-top: 0.4rem; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; width: max-content; min-width: 100%; }
th, td { padding: 0.25rem 0.6rem; text-align: right; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { position: sticky; top: 0; background: var(--card); }
th.words, td.words { text-align: left; }
td.long { white-space: normal; min-width: 22rem; }
@media print { .scroll { max-height: none; overflow: visible; } section { break-inside: avoid; } summary { display: none; } }
`;
