"""The style of a report's page: light, dark and print. It loads nothing."""

STYLE = """
:root{color-scheme:light dark;
--page:#fff;--text:#1c2127;--muted:#57606a;--line:#d8dee4;--faint:#f6f8fa;--accent:#0a58ca;
--warn-text:#7a4100;--warn-page:#fff4de;--bad-text:#9a1c13;--bad-page:#ffebe9;--quiet-page:#eceff3}
@media(prefers-color-scheme:dark){:root{
--page:#0f1318;--text:#e3e7ec;--muted:#9aa5b1;--line:#2b333d;--faint:#171c23;--accent:#7ab3ff;
--warn-text:#f2c478;--warn-page:#35270f;--bad-text:#ff9d94;--bad-page:#3d1815;--quiet-page:#222932}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);
font:.9375rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
main{max-width:70rem;margin:0 auto;padding:2.5rem 1.5rem 3rem}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.015em;margin:0 0 .25rem}
h2{font-size:1.15rem;margin:2.5rem 0 .5rem}
.when{margin:0;color:var(--muted)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1.25rem;margin:1.25rem 0 0}
.facts dt{color:var(--muted)}
.facts dd{margin:0}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(6.75rem,1fr));gap:.75rem 1rem;
margin:1.75rem 0 0;padding:1rem 0;list-style:none;
border:solid var(--line);border-width:1px 0}
.figures b{display:block;font-size:1.5rem;line-height:1.2;font-weight:600}
.figures span{display:block;color:var(--muted);font-size:.8125rem;line-height:1.35}
.figures .look b{color:var(--bad-text)}
.switch{display:flex;flex-wrap:wrap;align-items:center;gap:.375rem;margin:1.75rem 0 0;padding:0;border:0}
.switch legend{float:left;margin:0 .625rem 0 0;padding:0;color:var(--muted)}
.switch input{position:absolute;opacity:0;width:1px;height:1px}
.switch label{padding:.25rem .8rem;border:1px solid var(--line);border-radius:2rem;cursor:pointer}
.switch label:hover{border-color:var(--accent)}
.switch input:checked+label{background:var(--text);border-color:var(--text);color:var(--page)}
.switch input:focus-visible+label{outline:2px solid var(--accent);outline-offset:2px}
.view{display:none}
@supports not selector(:has(*)){.view{display:block}.switch{display:none}}
table{width:100%;border-collapse:collapse;margin:.75rem 0 0}
caption{text-align:left;color:var(--muted);padding:0 0 .375rem;font-size:.875rem}
th,td{text-align:left;vertical-align:top;padding:.3rem 1rem .3rem 0;font-weight:400}
th:last-child,td:last-child{padding-right:0}
thead th{color:var(--muted);font-size:.8125rem;white-space:nowrap;border-bottom:1px solid var(--line);
position:sticky;top:0;background:var(--page)}
tbody tr+tr>*{border-top:1px solid var(--line)}
tbody tr.g>*{border-top:0;border-bottom:1px solid var(--line);padding:1.375rem 0 .3rem;font-weight:600}
tbody tr.g span{margin-left:.5rem;font-weight:400;color:var(--muted);font-size:.875rem}
tbody tr.g+tr>*{border-top:0}
.role,.end{width:22%}
.source{width:1%}
.date{white-space:nowrap}
th[scope=row],.who{white-space:pre-wrap}
.kind{color:var(--muted);font-size:.8125rem;white-space:nowrap}
td i{color:var(--muted);font-style:normal}
.m{display:inline-block;padding:0 .5rem;white-space:nowrap;border-radius:.25rem;font-size:.8125rem;
color:var(--warn-text);background:var(--warn-page)}
.m.bad{color:var(--bad-text);background:var(--bad-page)}
.m.soon{color:var(--text);background:var(--quiet-page)}
.notes{margin:2.5rem 0 0;padding:1rem 1.25rem;background:var(--faint);border:1px solid var(--line);border-radius:.5rem}
.notes h2{margin:0 0 .25rem;font-size:1rem}
.notes h2:not(:first-child){margin-top:1rem}
.notes ul{margin:0;padding-left:1.25rem}
footer{margin:1.5rem 0 0;color:var(--muted);font-size:.8125rem}
@media screen and (max-width:40rem){
body{font-size:.875rem}
main{padding:1.5rem 1rem 2rem}
.facts{column-gap:.875rem}
table,tbody,caption{display:block}
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .75rem;padding:.375rem 0}
tbody tr+tr{border-top:1px solid var(--line)}
tbody tr.g+tr{border-top:0}
tbody tr>*,tbody tr.g>*{padding:0;border:0}
tbody tr+tr>*{border:0}
tbody tr.g{padding:1.25rem 0 .375rem;border-bottom:1px solid var(--line)}
th[scope=row],.who{flex:1 0 100%}
.role,.end,.source{width:auto}
.source:not(:empty)::before{content:"source ";color:var(--muted)}
td:empty{display:none}}
@media print{
@page{size:A4;margin:16mm 15mm 18mm;@bottom-right{content:counter(page) " / " counter(pages);
font:8pt system-ui,sans-serif;color:#57606a}}
:root{color-scheme:light;--page:#fff;--text:#000;--muted:#454c54;--line:#b6bdc5;--faint:#fff;--accent:#000;
--warn-text:#5f3300;--warn-page:#fff;--bad-text:#8a1108;--bad-page:#fff;--quiet-page:#fff}
html{font-size:10pt}
body{line-height:1.4}
main{max-width:none;padding:0}
.switch{display:none}
.m{padding:0 .3rem;border:1px solid currentColor}
thead{display:table-header-group}
thead th{position:static}
tr,.notes,.figures{break-inside:avoid}
h2,tr.g{break-after:avoid}}
"""
