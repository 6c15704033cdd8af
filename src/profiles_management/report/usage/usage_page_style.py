"""What the page of a usage report adds to the style of every report."""

from typing import Final

STYLE: Final = """
.usage{table-layout:fixed}
thead .n{width:14%}
thead .share{width:23%}
thead .trend{width:11%}
.usage .n{text-align:right}
.usage tr.a>*{padding-top:.625rem;border-top:0}
.usage tr.a>th{font-weight:500}
.usage tr.a span{margin-left:.5rem;color:var(--muted);font-size:.875rem;font-weight:400}
.usage tr.a+tr>*{border-top:0}
.usage tbody tr:not(.g):not(.a)>th{padding-left:1.25rem}
.usage i{color:var(--muted);font-style:normal}
.usage svg{padding:0;border:0;border-radius:.2rem;background:none;fill:var(--accent);
vertical-align:middle}
.share svg{width:50%;height:.5rem}
.share svg.m{fill:var(--warn-text)}
.share svg.bad{fill:var(--bad-text)}
.share rect:first-child{fill:var(--line)}
.share span{margin-left:.25rem}
.trend svg{width:100%;height:1.25rem}
.trend .none{fill:var(--line)}
@media screen and (max-width:40rem){
.usage tbody tr:not(.g):not(.a)>th{padding-left:0}
.usage tbody tr.a{padding-bottom:0}
.usage tbody tr.a+tr{border-top:0}
.usage .n{text-align:left}
.used::before{content:"used ";color:var(--muted)}
.all:not(:empty)::before{content:"in all ";color:var(--muted)}
.limit::before{content:"limit ";color:var(--muted)}
.usage td.share{flex:1 0 70%}
.share svg{width:calc(100% - 4.5rem)}
.usage td.trend{margin-left:auto}
.trend svg{width:5rem}}
@media print{
.usage tr.a{break-after:avoid}}
"""
