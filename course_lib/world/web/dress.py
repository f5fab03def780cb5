"""Dress a text as a web page: menus, adverts, a cookie banner, scripts, a footer."""

import html

from ..dice import Dice
from ..lists import one_per_line, phrases

MENU = phrases("""Home, News, Weather, Ferries, Hats, Recipes, Forum, About us, Contact,
    Search, Sign in, Archive, Shop, Jobs on board""")
BANNERS = one_per_line("""
    We use cookies to make your visit better. Accept cookies
    This site uses cookies. Accept cookies or manage preferences
    We value your privacy. Accept cookies, reject cookies, settings
    Cookies help us to help you. Accept cookies
""")
ADVERTS = one_per_line("""
    Advertisement: hats at half price, today only
    Sponsored: the softest rope of the isles
    You may also like: ten teapots that changed our lives
    Advertisement: learn the tuba in a week
    Subscribe to our newsletter and never miss a ferry
""")
RELATED = one_per_line("""
    Read more: the cake that would not rise
    Most read: gulls steal the mayor's lunch
    Share this page with a friend
    12 comments
    Next article: fog, and what to do in it
""")
FOOTERS = one_per_line("""
    © 2024 All rights reserved. Terms of use. Privacy policy.
    Imprint | Privacy policy | Terms of use | Accept cookies
    Powered by LanternPress. Back to top
""")
SCRIPTS = (
    '<script>window.ads=window.ads||[];function show(){ads.push({"slot":7,"w":300});}'
    "</script>",
    '<script type="application/ld+json">{"@type":"WebPage","name":"page"}</script>',
    "<script async src='/track.js'></script><style>.a{color:#123}p{margin:0}</style>",
)


def dress(dice: Dice, text: str, charset: str | None, title: str) -> str:
    """Wrap a text into one of six layouts; `charset` is what the page itself claims."""
    head = [f'<meta charset="{charset}">'] if charset else []
    head += [f"<title>{html.escape(title)}</title>", *dice.sample(SCRIPTS, 2)]
    body = dice.pick(LAYOUTS)(dice, text)
    tail = dice.pick(SCRIPTS)
    start = f"<!DOCTYPE html>\n<html><head>\n{chr(10).join(head)}\n</head>\n<body>\n"
    return f"{start}{body}\n{tail}\n</body></html>"


def article_html(text: str, line: str = "p") -> str:
    """Write lines as paragraphs; the first of each block is its heading."""
    out = []
    for number, block in enumerate(text.split("\n\n")):
        first, *rest = block.split("\n")
        level = "h2" if number else "h1"
        out.append(f"<{level}>{html.escape(first, quote=False)}</{level}>")
        for text_line in rest:
            out.append(f"<{line}>{html.escape(text_line, quote=False)}</{line}>")
    return "\n".join(out)


def _menu(dice: Dice, tag: str = "ul") -> str:
    items = "".join(f'<li><a href="#">{m}</a></li>' for m in dice.sample(MENU, 7))
    return f"<{tag}>{items}</{tag}>"


def _banner(dice: Dice) -> str:
    if dice.chance(0.12):
        return ""
    name = dice.pick(("cookie-banner", "cookie-consent", "cookies", "consent-banner"))
    words, _, rest = dice.pick(BANNERS).partition(" Accept")
    return f'<div id="{name}"><p>{words}</p><button>Accept{rest}</button></div>'


def _semantic(dice: Dice, text: str) -> str:
    return (
        f"{_banner(dice)}<header><nav>{_menu(dice)}</nav></header>\n"
        f"<main><article>{article_html(text)}</article></main>\n"
        f'<aside class="ads"><p>{dice.pick(ADVERTS)}</p></aside>'
        f"<footer><p>{dice.pick(FOOTERS)}</p></footer>"
    )


def _divs(dice: Dice, text: str) -> str:
    return (
        f'<div id="menu">{_menu(dice)}</div><div class="sidebar">'
        f"<p>{dice.pick(RELATED)}</p><p>{dice.pick(ADVERTS)}</p></div>\n"
        f'<div class="content"><div class="post">{article_html(text)}</div></div>\n'
        f'<div id="footer">{dice.pick(FOOTERS)}</div>{_banner(dice)}'
    )


def _table(dice: Dice, text: str) -> str:
    """As pages were built in 1999."""
    cells = article_html(text, "p").replace("<p>", "<br>").replace("</p>", "")
    menu = " | ".join(f'<a href="#">{m}</a>' for m in dice.sample(MENU, 6))
    return (
        f'<table width=760><tr><td class="navigation" colspan=2>{menu}</td></tr>\n'
        f'<tr><td class="content"><font face=arial>{cells}</font></td>'
        f'<td class="advertisement">{dice.pick(ADVERTS)}</td></tr></table>\n'
        f'{_banner(dice)}<center class="footer">{dice.pick(FOOTERS)}</center>'
    )


def _blog(dice: Dice, text: str) -> str:
    return (
        f'{_banner(dice)}<div class="navbar">{_menu(dice)}</div><div class="page">\n'
        f'<div class="entry-content">{article_html(text)}</div>\n'
        f'<div class="share-buttons">Share Tweet Pin Print</div>'
        f'<div class="related-posts"><p>{dice.pick(RELATED)}</p></div>'
        f'<div id="comments"><p>First!</p></div></div>'
        f"<footer>{dice.pick(FOOTERS)}</footer>"
    )


def _app(dice: Dice, text: str) -> str:
    return (
        f'<div role="navigation">{_menu(dice)}</div>{_banner(dice)}'
        f'<noscript>Please enable JavaScript</noscript><section role="main">'
        f"{article_html(text, 'div')}</section>\n"
        f'<div class="newsletter-popup" hidden>{dice.pick(ADVERTS)}</div>'
        f'<div role="contentinfo">{dice.pick(FOOTERS)}</div>'
    )


def _bare(dice: Dice, text: str) -> str:
    """No names that tell what is what: the hard case."""
    return (
        f"<div>{_menu(dice)}</div><div>{article_html(text)}</div>"
        f"<div><p>{dice.pick(ADVERTS)}</p><p>{dice.pick(FOOTERS)}</p></div>"
    )


LAYOUTS = (*(_semantic, _divs, _table, _blog, _app) * 2, _bare)
