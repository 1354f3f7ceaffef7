"""What a person reads whose sign-in at the identity provider came to nothing.

He comes by a link, so no script of the console can tell him: a page of its own, without style.
"""

from html import escape
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse

from hub.api.problems import Problem

_WORDS: Final = {
    "no_rights": (
        "Bạn chưa được cấp quyền trên trục này. Hãy liên hệ người quản trị trục.",
        "You have no role in this hub yet. Ask the people who run it.",
    ),
    "sign_in_refused": (
        "Đăng nhập không thành công. Hãy đăng nhập lại từ đầu.",
        "The sign-in was not accepted. Please begin again.",
    ),
    "unavailable": (
        "Hệ thống xác thực hoặc cơ sở dữ liệu không trả lời. Hãy thử lại sau ít phút.",
        "The identity provider or the database does not answer. Try again in some minutes.",
    ),
}
_OTHER: Final = (
    "Không đăng nhập được. Hãy báo người quản trị trục.",
    "It is not possible to sign in. Tell the people who run the hub.",
)


def wants_page(request: Request) -> bool:
    """Say whether a person's browser asks, rather than a program."""
    return "text/html" in request.headers.get("accept", "")


def page_of(problem: Problem) -> HTMLResponse:
    """Return a problem as a page in both languages; the code is for who is asked for help."""
    vi, en = _WORDS.get(problem.code, _OTHER)
    text = f"""<!doctype html>
<html lang="vi">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>LGSP</title>
</head>
<body>
<main>
<h1>Đăng nhập · Sign in</h1>
<p>{escape(vi)}</p>
<p lang="en">{escape(en)}</p>
<p><a href="/">Về trang đăng nhập · Back to the sign-in page</a></p>
<p><small>{escape(problem.code)}</small></p>
</main>
</body>
</html>
"""
    return HTMLResponse(text, status_code=problem.status, headers=problem.headers)
