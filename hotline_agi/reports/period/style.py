"""The page's style sheet: for screens, and for A4 paper."""

STYLE = """
:root { font: 15px/1.45 system-ui, "Noto Sans", "Noto Sans SC", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei",
  sans-serif; color: #1a1a1a; background: #fff; }
body { margin: 0 auto; padding: 1rem; max-width: 62rem; }
#show-en:checked ~ main .zh, #show-zh:checked ~ main .en { display: none; }
input.switch { margin-left: 1rem; } label.switch { cursor: pointer; }
h1 { font-size: 1.6rem; margin: .4rem 0; } h2 { font-size: 1.4rem; } h3 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
.tiles { display: flex; flex-wrap: wrap; gap: .6rem; margin: .8rem 0; }
.tiles > div { flex: 1 1 9rem; border: 1px solid #bbb; border-radius: .4rem; padding: .5rem .8rem; }
.tiles .value { font-size: 1.7rem; font-weight: 600; } .tiles .change { color: #555; font-size: .85rem; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
caption { position: absolute; left: -9999px; }
th, td { border-bottom: 1px solid #ddd; padding: .18rem .5rem; text-align: right; vertical-align: top; }
th:first-child { text-align: left; font-weight: normal; } thead th { border-bottom: 2px solid #888; font-weight: 600; }
.calls td:last-child, .calls th:last-child { text-align: left; color: #444; width: 45%; }
.sheet.missed, .sheet.coverage { width: auto; min-width: 55%; }
.note { color: #444; font-size: .8rem; margin: .3rem 0; max-width: 55rem; }
figure { margin: .6rem 0; } figcaption { font-size: .8rem; color: #444; }
summary { cursor: pointer; }
svg text { font-size: 11px; fill: #333; } svg .middle { text-anchor: middle; } svg .end { text-anchor: end; }
svg .light { fill: #fff; }
svg .grid { stroke: #ddd; } svg rect.good { fill: #0072b2; } svg rect.lost { fill: url(#hatch); }
svg rect.rest { fill: #b8b8b8; } svg rect.heat { fill: #0072b2; } svg rect.none { fill: #f4f4f4; }
svg polyline { fill: none; stroke-width: 2; } svg .line { stroke: #10394f; } svg .dash { stroke: #d55e00; }
svg polyline.dash { stroke-dasharray: 5 3; } svg circle.line { fill: #10394f; } svg circle.dash { fill: #d55e00; }
svg rect.line { fill: #10394f; } svg rect.dash { fill: #d55e00; }
footer { margin-top: 2rem; color: #555; font-size: .8rem; }
@page { size: A4; margin: 14mm 12mm; }
@media print {
  :root { font-size: 11px; } body { padding: 0; max-width: none; }
  .switch { display: none; }
  section.line + section.line { break-before: page; }
  figure, tr, .tiles, .note { break-inside: avoid; } h3 { break-after: avoid; } thead { display: table-header-group; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
}
"""
