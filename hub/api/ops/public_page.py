"""`/tra-cuu`: the public look-up as a page. No script, no file from elsewhere, nobody's name."""

from collections.abc import Mapping
from html import escape
from typing import Final

from hub.api.ops.dossier import Dossier
from hub.api.ops.where_words import local_time

PATH: Final = "/tra-cuu"
STYLE_PATH: Final = "/tra-cuu.css"

STYLE: Final = """\
:root { color-scheme: light dark; }
body { font: 1.125rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto;
  padding: 0 1rem; }
label { display: block; margin-top: 1rem; font-weight: 600; }
input, button { font: inherit; width: 100%; box-sizing: border-box; padding: .6rem;
  border: 1px solid currentColor; border-radius: .4rem; margin-top: .25rem; }
button { margin-top: 1.5rem; font-weight: 600; cursor: pointer; }
.told { border-left: .3rem solid; padding-left: 1rem; margin: 1.5rem 0; }
.told strong { font-size: 1.25rem; }
dt { font-weight: 600; margin-top: .75rem; }
dd { margin: 0; }
:focus-visible { outline: 3px solid; outline-offset: 2px; }
.kiosk { font-size: 1.5rem; max-width: 48rem; }
.kiosk input, .kiosk button { min-height: 4.5rem; }
a.again { display: block; text-align: center; margin-top: 1rem; padding: 1rem; }
"""
KIOSK_SECONDS: Final = 60
"""How long an answer stays on a screen that the next citizen will use."""

_PAGE: Final = """\
<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>Tra cứu hồ sơ</title>
<link rel="stylesheet" href="{style}">{leaves}
</head>
<body{kind}>
<main>
<h1>Tra cứu hồ sơ</h1>
{told}
<form method="post" action="{path}">
<label for="code">Mã hồ sơ</label>
<input id="code" name="code" required maxlength="256" autocomplete="off" value="{code}">
<label for="secret">Mã tra cứu trên giấy tiếp nhận</label>
<input id="secret" name="secret" required maxlength="40" autocomplete="off" spellcheck="false">
{hidden}<button type="submit">Tra cứu</button>
</form>
<p lang="en">Dossier look-up: type the dossier code and the look-up code from your slip.</p>
</main>
</body>
</html>
"""

_FOUND: Final = """\
<section class="told" role="status">
<strong>{vi}</strong>
<p lang="en">{en}</p>
<dl>
<dt>Từ lúc</dt><dd>{since}</dd>
<dt>Ai phải làm tiếp</dt><dd>{who}</dd>
<dt>{until}</dt><dd>{by}</dd>
</dl>
</section>"""

_PROBLEM: Final = (
    '<section class="told" role="alert"><strong>{vi}</strong><p lang="en">{en}</p></section>'
)

_LEAVES: Final = '\n<meta http-equiv="refresh" content="{seconds}; url={path}?kiosk=1">'
_LEFT: Final = (
    '<p role="note">Màn hình tự xóa sau {seconds} giây. '
    '<a class="again" href="{path}?kiosk=1">Xong, xóa màn hình</a></p>'
)
_HIDDEN: Final = '<input type="hidden" name="kiosk" value="1">\n'

NOT_FOUND: Final = (
    "Không tìm thấy: mã hồ sơ hoặc mã tra cứu không đúng.",
    "Not found: the dossier code or the look-up code is wrong.",
)
TOO_OFTEN: Final = (
    "Tra cứu quá nhiều lần; xin thử lại sau ít phút.",
    "Too many tries; please try again in some minutes.",
)
AWAY: Final = (
    "Hệ thống đang bận; xin thử lại sau ít phút.",
    "The system is busy; please try again in some minutes.",
)


def form(*, kiosk: bool = False) -> str:
    """Return the empty form."""
    return _page("", "", kiosk=kiosk)


def answer(dossier: Dossier, *, kiosk: bool = False) -> str:
    """Return where a dossier stands, and the form for another one."""
    told = {
        "vi": dossier.stand.vi,
        "en": dossier.stand.en,
        "since": local_time(dossier.since),
        "who": dossier.who[0],
        "until": _BRING if dossier.stand.state == "supplement_requested" else _PROMISED,
        "by": _by(dossier),
    }
    return _page(_filled(_FOUND, told), dossier.code, kiosk=kiosk, left=kiosk)


def problem(words: tuple[str, str], code: str, *, kiosk: bool = False) -> str:
    """Return why there is no answer, with what was typed but the secret."""
    told = _filled(_PROBLEM, {"vi": words[0], "en": words[1]})
    return _page(told, code, kiosk=kiosk, left=kiosk)


_PROMISED: Final = "Hẹn trả kết quả"
_BRING: Final = "Hạn bổ sung giấy tờ"


def _by(dossier: Dossier) -> str:
    if dossier.by is None:
        return "cơ quan chưa hẹn ngày"
    late = "; đã quá hạn, xin hỏi bộ phận một cửa" if dossier.overdue else ""
    return local_time(dossier.by) + late


def _filled(template: str, values: Mapping[str, str]) -> str:
    # Attack: a code or an agency's name that holds markup.
    return template.format(**{name: escape(value) for name, value in values.items()})


def _page(told: str, code: str, *, kiosk: bool, left: bool = False) -> str:
    """Return the page; `left`: something stands on it that the next one must not see."""
    leaving = {"seconds": KIOSK_SECONDS, "path": PATH}
    return _PAGE.format(
        told=told + (_LEFT.format(**leaving) if left else ""),
        # On a screen that everybody uses, the next one begins with an empty field.
        code="" if kiosk else escape(code),
        path=PATH,
        style=STYLE_PATH,
        kind=' class="kiosk"' if kiosk else "",
        hidden=_HIDDEN if kiosk else "",
        leaves=_LEAVES.format(**leaving) if left else "",
    )
