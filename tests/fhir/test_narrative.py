"""Narratives are valid with permitted XHTML, and refused with content that runs or loads."""

from __future__ import annotations

import resource
import sys
from pathlib import Path

import pytest

from adapter.fhir.narrative import faults, is_div

OPENING = '<div xmlns="http://www.w3.org/1999/xhtml">'


def codes(inside: str) -> list[str]:
    """The codes of the faults of a div with this content."""
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
def test_a_narrative_with_permitted_xhtml_is_valid(inside: str):
    """Text, tables, links to other servers, images in the resource, styles and languages are permitted."""
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
def test_a_narrative_with_active_or_foreign_content_is_refused(inside: str, code: str):
    """Each kind of fault has its code: that of the specification, if there is one."""
    assert codes(inside) == [code]


def test_a_table_of_an_implementation_guide_is_valid():
    """The tables of the IG publisher, with images, styles, anchors and links, are permitted."""
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
def test_a_narrative_other_than_one_div_is_refused(text: str):
    """A narrative is one div in the XHTML namespace, without a document type and without deep nesting."""
    assert [message.code for message in faults(text)] == ["narrative-not-xhtml"]
    assert not is_div(text)


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("<b>" * 30_000, ["narrative-not-xhtml"]),
        ("<br/>" * 20_000 + "a", []),
        (f"<a href='{'x' * 200_000}:'>a</a>", ["narrative-active"]),
        (f"<p style='{'url ' * 50_000}'>a</p>", []),
        (f"<p style='{'url(' * 50_000}'>a</p>", ["narrative-active"]),
        (f"<p style='url({' ' * 200_000}'>a</p>", ["narrative-active"]),
        (f"<img src='{'a' * 200_000}:'/>", ["narrative-active"]),
    ],
    ids=["deep", "wide", "address", "style", "open styles", "blanks", "image"],
)
def test_a_long_hostile_narrative_is_checked_like_a_short_one(inside: str, found: list[str]):
    """Thousands of tags, attributes or blanks give the findings of a few, without backtracking."""
    assert codes(inside) == found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the process's memory from /proc")
def test_unknown_names_do_not_fill_the_memory():
    """The memory for unknown names of elements and attributes is freed after each narrative."""
    before = _memory()
    for number in range(60):
        codes("".join(f'<x{number}a{i:0>60} y{number}b{i:0>60}="1"/>' for i in range(5_000)))
    assert _memory() - before < 15_000_000


def _memory() -> int:
    """The resident memory of this process in bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
