#include "sim/report/html_style.h"

namespace tutti::sim {

const char kHtmlStyle[] = R"css(:root {
  color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1c2330; --soft: #5b6675; --rule: #dfe3e9;
  --s0: #2563c9; --s1: #c2500c; --s2: #0b7d69; --s3: #8a3fc0; --s4: #b02a55; --s5: #77700a;
  --gang-fill: 62% 82%; --gang-edge: 40% 48%; --gang-text: #1c2330;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161c; --card: #1a2028; --text: #e4e8ee; --soft: #9aa5b4; --rule: #303a46;
    --s0: #7fb0ff; --s1: #ff9d66; --s2: #4fd1b5; --s3: #cf9bff; --s4: #ff86ab; --s5: #d8cf5a;
    --gang-fill: 36% 30%; --gang-edge: 45% 58%; --gang-text: #f0f2f5;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 24px 20px 48px; max-width: 1080px;
  background: var(--page); color: var(--text); font: 15px/1.45 system-ui, sans-serif;
}
h1 { margin: 0; font-size: 24px; overflow-wrap: anywhere; }
h2 { margin: 0 0 10px; font-size: 17px; }
p { margin: 4px 0 0; color: var(--soft); }
section, .tile { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
section { margin-top: 16px; padding: 16px 18px; }
.tiles {
  display: grid; gap: 10px; margin-top: 18px;
  grid-template-columns: repeat(auto-fit, minmax(150px, 1fr));
}
.tile { padding: 10px 14px; }
.tile b { display: block; font-size: 19px; font-weight: 600; white-space: nowrap; font-variant-numeric: tabular-nums; }
.tile span, .none { color: var(--soft); font-size: 13px; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 10px; border-bottom: 1px solid var(--rule); text-align: left; }
th { color: var(--soft); font-size: 13px; font-weight: 500; }
tr:last-child td { border-bottom: 0; }
td.n, th.n { text-align: right; white-space: nowrap; }
td { overflow-wrap: anywhere; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 0 0 6px; font-size: 13px; }
.legend i {
  display: inline-block; width: 14px; height: 3px; margin-right: 6px; vertical-align: middle;
}
.grid { stroke: var(--rule); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; }
svg text { font: 12px system-ui, sans-serif; fill: var(--text); }
svg text.tick, svg text.label { fill: var(--soft); }
svg text.bar { font-size: 11px; fill: var(--gang-text); pointer-events: none; }
.line { fill: none; stroke-width: 1.5; stroke-linejoin: round; }
.area { stroke: none; opacity: 0.15; }
.hover { fill: transparent; pointer-events: all; }
.hover:hover { fill: var(--soft); fill-opacity: 0.12; }
.box { fill: var(--s0); fill-opacity: 0.25; stroke: var(--s0); }
.median { stroke: var(--s0); stroke-width: 3; }
.whisker { stroke: var(--s0); stroke-width: 1; }
.mean { fill: var(--s1); }
.longest { fill: none; stroke: var(--soft); }
.gang { stroke-width: 0.75; }
.gang:hover { stroke-width: 2; }
.line.s0 { stroke: var(--s0); } .area.s0 { fill: var(--s0); } i.s0 { background: var(--s0); }
.line.s1 { stroke: var(--s1); } .area.s1 { fill: var(--s1); } i.s1 { background: var(--s1); }
.line.s2 { stroke: var(--s2); } .area.s2 { fill: var(--s2); } i.s2 { background: var(--s2); }
.line.s3 { stroke: var(--s3); } .area.s3 { fill: var(--s3); } i.s3 { background: var(--s3); }
.line.s4 { stroke: var(--s4); } .area.s4 { fill: var(--s4); } i.s4 { background: var(--s4); }
.line.s5 { stroke: var(--s5); } .area.s5 { fill: var(--s5); } i.s5 { background: var(--s5); }
.g0 { fill: hsl(210 var(--gang-fill)); stroke: hsl(210 var(--gang-edge)); }
.g1 { fill: hsl(25 var(--gang-fill)); stroke: hsl(25 var(--gang-edge)); }
.g2 { fill: hsl(150 var(--gang-fill)); stroke: hsl(150 var(--gang-edge)); }
.g3 { fill: hsl(275 var(--gang-fill)); stroke: hsl(275 var(--gang-edge)); }
.g4 { fill: hsl(340 var(--gang-fill)); stroke: hsl(340 var(--gang-edge)); }
.g5 { fill: hsl(50 var(--gang-fill)); stroke: hsl(50 var(--gang-edge)); }
.g6 { fill: hsl(185 var(--gang-fill)); stroke: hsl(185 var(--gang-edge)); }
.g7 { fill: hsl(0 var(--gang-fill)); stroke: hsl(0 var(--gang-edge)); }
@media print { section { break-inside: avoid; } }
)css";

}  // namespace tutti::sim
