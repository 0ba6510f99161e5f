"""Narratives: XHTML of the permitted kind, and nothing that runs or loads."""

from __future__ import annotations

import resource
import sys
import time
from pathlib import Path

import pytest

from adapter.fhir.narrative import faults, is_div

OPENING = '<div xmlns="http://www.w3.org/1999/xhtml">'


def codes(inside: str) -> list[str]:
    """The codes of what is wrong with a div that holds this."""
    return [message.code for message in faults(f"{OPENING}{inside}</div>")]


@pytest.mark.parametrize(
    "inside",
    [
        "Møte &amp; mål &#160;",
        "<p class='a' style='color: red; width: 10%'>a</p><br/><hr />",
        "<table border='1'><caption>a</caption><tbody><tr><td colspan='2'>b</td></tr></tbody></table>",
        "<a href='https://x.example:80/a?b=c:d'>a</a><a href='#b'>b</a><a href='Patient/1' name='d'>e</a>",
        "<a href='mailto:a@x.example'>a</a><a href='tel:12345678'>b</a><a href='?a=b:c'>c</a>",
        "<img src='#bilde' alt='x'/>",
        "<img src='data:image/png;base64,AAAA' alt='x'/>",
        "<!-- kommentar --><p xml:lang='se'>Čáhppes</p>",
        "<p style='background-image: url(data:image/png;base64,AAAA)'>a</p>",
        "<p style='background-image: url(data: image/png;base64,AAAA=)'>a</p>",
        "<p style='background: url( &quot;DATA:image/gif;base64,AAAA&quot; ) no-repeat'>a</p>",
        "<p style=\"background: url('tbl_bck1.png'), url(#b)\">a</p>",
        "<img src='data: IMAGE/JPEG;base64,AA AA' alt='x'/>",
        "<img src='icon_element.gif' alt='x'/>",
    ],
)
def test_ordinary_narratives_are_valid(inside: str):
    """Text, tables, links out, images within the resource, styles and languages."""
    assert codes(inside) == []


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<script>alert(1)</script>", "txt-1"),
        ("a<iframe/>", "txt-1"),
        ("a<form><input/></form>", "txt-1"),
        ("a<object/>", "txt-1"),
        ("a<style>p {}</style>", "txt-1"),
        ("a<link href='x'/>", "txt-1"),
        ("<p onclick='x()'>a</p>", "txt-1"),
        ("<p formaction='x'>a</p>", "txt-1"),
        ("<a href='javascript:x()'>a</a>", "narrative-active"),
        ("<a href='JAVA&#x9;SCRIPT:x()'>a</a>", "narrative-active"),
        ("<a href=' javascript:x()'>a</a>", "narrative-active"),
        ("<a href='data:text/html,x'>a</a>", "narrative-active"),
        ("<a href='vbscript:x'>a</a>", "narrative-active"),
        ("<img src='https://x.example/a.png'/>", "narrative-active"),
        ("<img src='//x.example/a.png'/>", "narrative-active"),
        ("<img src='data:image/svg+xml;base64,AAAA'/>", "narrative-active"),
        ("<p style='background: url(https://x.example/a)'>a</p>", "narrative-active"),
        ("<p style='background: url(&quot;//x.example/a&quot;)'>a</p>", "narrative-active"),
        ("<p style='background: url(/a)'>a</p>", "narrative-active"),
        ("<p style='background: url(java&#x9;script:x)'>a</p>", "narrative-active"),
        ("<p style='background: url(data:text/html;base64,AAAA)'>a</p>", "narrative-active"),
        ("<p style='background: url(data:image/svg+xml;base64,AAAA)'>a</p>", "narrative-active"),
        (
            "<p style='background: url(data:image/png;base64,AA), url(http://x.example)'>a</p>",
            "narrative-active",
        ),
        ("<p style='background: url(data:image/png;base64,AA'>a</p>", "narrative-active"),
        ("<p style='background: URL (https://x.example)'>a</p>", "narrative-active"),
        ("<p style='background: image-set(&quot;https://x.example&quot; 1x)'>a</p>", "narrative-active"),
        ("<p style='content: src(&quot;https://x.example&quot;)'>a</p>", "narrative-active"),
        ("<img src='javascript:x'/>", "narrative-active"),
        ("<a href='data:image/png;base64,AAAA'>a</a>", "narrative-active"),
        ("<p style='width: expression(x)'>a</p>", "narrative-active"),
        ("<p style='@import x'>a</p>", "narrative-active"),
        ("<p style='background: u\\rl(x)'>a</p>", "narrative-active"),
        ("a<svg xmlns='http://www.w3.org/2000/svg'/>", "narrative-not-xhtml"),
        ("a<p xmlns=''>b</p>", "narrative-not-xhtml"),
        ("<p>a", "narrative-not-xhtml"),
        ("&nbsp;", "narrative-not-xhtml"),
        ("<![CDATA[a]]>", "narrative-not-xhtml"),
        ("a<?php x ?>", "narrative-not-xhtml"),
        ("", "txt-2"),
        (" \n&#160;<br/>", "txt-2"),
        ("<!-- a -->", "txt-2"),
    ],
)
def test_what_runs_loads_or_is_no_xhtml_is_refused(inside: str, code: str):
    """Each kind of fault has its code, the specification's own where it has one."""
    assert codes(inside) == [code]


def test_a_table_as_publishers_make_it_is_valid():
    """Trees of elements with drawn lines: images beside the text or in it, styles, anchors and links."""
    cell = "vertical-align: top; text-align : left; border: 1px #F0F0F0 solid; white-space: nowrap"
    row = (
        f"<tr style='border: 0px #F0F0F0 solid'><td class='tre' style='{cell}; background-image: url({{}})'>"
        "<img src='strek.png' alt='.' class='tre' style='background-color: inherit'/>"
        "<img src='data:image/gif;base64,R0lGODlh' alt='.'/><a name='Patient.navn'> </a>"
        "<a href='pasient-definisjon.html#Patient.navn' title='Navnet'>navn</a></td></tr>"
    )
    rows = "".join(
        map(row.format, ("strek1.png", "data: image/png;base64,iVBORw0KGgo=", '"data:image/png;base64,AA=="'))
    )
    assert codes(f"<table border='0' cellpadding='0' cellspacing='0'>{rows}</table>") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tekst",
        "<div>a</div>",
        '<p xmlns="http://www.w3.org/1999/xhtml">a</p>',
        f"{OPENING}a</div>{OPENING}b</div>",
        f"<!DOCTYPE div>{OPENING}a</div>",
        f'<!DOCTYPE div [<!ENTITY a "b">]>{OPENING}&a;</div>',
        f"{OPENING}{'<b>' * 200}a{'</b>' * 200}</div>",
    ],
)
def test_a_narrative_is_one_div(text: str):
    """In the namespace of XHTML, alone, without a document type, not bottomless."""
    assert [message.code for message in faults(text)] == ["narrative-not-xhtml"]
    assert not is_div(text)


def test_a_hostile_narrative_is_judged_quickly():
    """A megabyte of tags, attributes or control characters takes no time."""
    started = time.process_time()
    codes("<b>" * 300_000)
    codes("<br/>" * 200_000 + "a")
    codes(f"<a href='{'x' * 1_000_000}:'>a</a>")
    codes(f"<p style='{'url ' * 250_000}'>a</p>")
    codes(f"<p style='{'url(' * 250_000}'>a</p>")
    codes(f"<p style='url({' ' * 1_000_000}'>a</p>")
    codes(f"<img src='{'a' * 1_000_000}:'/>")
    assert time.process_time() - started < 3


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's memory from /proc")
def test_names_nobody_knows_are_not_kept():
    """The parser remembers every name; narratives full of new ones do not fill the memory."""
    before = _memory()
    for number in range(60):
        codes("".join(f'<x{number}a{i:0>60} y{number}b{i:0>60}="1"/>' for i in range(5_000)))
    assert _memory() - before < 15_000_000


def _memory() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
