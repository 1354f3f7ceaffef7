"""The matters of a working day: births, land, businesses, passports, letters, petitions."""

from collections.abc import Callable, Mapping
from typing import Final

from simulator import bodies, roles, seeds
from simulator.agencies import Agency, Role, System
from simulator.bodies import Procedure
from simulator.book import Book, Case

_NOTATION: Final = "CV-MAU"
_LAST_START: Final = 0.85
"""Nobody begins a matter after some 15:30, so that its answers still come the same day."""


def birth(book: Book) -> None:
    """A birth: one dossier fans out to civil status, residence, insurance; three answers join."""
    desk = book.one_of(Role.COMMUNE)
    at = _Dossier(book, desk, bodies.BIRTH)
    partners = [book.system(name) for name in ("ho-tich-mau", "dan-cu-mau", "bhxh-mau")]
    handed = [(partner, at.transfer(partner)) for partner in partners]
    answers = [at.partner_result(partner, number) for partner, number in handed]
    at.finish(*answers)


def land(book: Book) -> None:
    """A change of land use right: a desk, the specialised department, a fee."""
    desk = _land_desk(book)
    registry = book.system("mot-cua-so-nnmt-mau")
    at = _Dossier(book, desk, bodies.LAND)
    paid = at.fee()
    if desk == registry:
        at.finish(paid)
        return
    handed = at.transfer(registry)
    at.step(registry, "Thẩm định hồ sơ địa chính (mẫu)", handed)
    at.finish(at.partner_result(registry, handed), paid)


def business(book: Book) -> None:
    """A household business: checked against the national register, recorded in the warehouse."""
    desk = book.system("mot-cua-so-tai-chinh-mau")
    at = _Dossier(book, desk, bodies.BUSINESS)
    register = book.system("dkkd-mau")
    paid = at.fee()
    answer = at.partner_result(register, at.transfer(register))
    at.finish(answer, paid)
    at.record("ho-kinh-doanh.mau")


def passport(book: Book) -> None:
    """A passport: fee, steps, and the post brings the result home."""
    at = _Dossier(book, book.system("xuat-nhap-canh-mau"), bodies.PASSPORT)
    paid = at.fee()
    at.step(at.desk, "In hộ chiếu (mẫu)", paid)
    at.by_post(at.finish(paid, to=(book.system("buu-dien-mau"),)))


def letter_in(book: Book) -> None:
    """A letter from the national axis to agencies of the province."""
    offices = [one for one in book.province.with_role(Role.OFFICE) if _local(book, one)]
    count = 2 if book.happens(seeds.TO_TWO) else 1
    _letter(book, book.system("truc-van-ban-mau"), tuple(book.chance.sample(offices, count)))


def letter_out(book: Book) -> None:
    """A letter from the province to the national axis."""
    offices = [one for one in book.province.with_role(Role.OFFICE) if _local(book, one)]
    _letter(book, book.chance.choice(offices), (book.system("truc-van-ban-mau"),))


def letter_inside(book: Book) -> None:
    """A letter between agencies of the province; some go to all communes or departments."""
    if book.happens(seeds.TO_MANY):
        _circular(book)
        return
    offices = [
        one for one in book.province.with_role(Role.OFFICE, Role.COMMUNE) if _local(book, one)
    ]
    sender, *to = book.chance.sample(offices, book.chance.choice((2, 2, 2, 3, 4)))
    _letter(book, sender, tuple(to))


def petition(book: Book) -> None:
    """A reflection at the hotline: received, in three tiers assigned to a commune, answered."""
    hotline = book.system("tong-dai-1022-mau")
    communes = book.province.with_role(Role.COMMUNE)
    desk = book.chance.choice(communes)
    below = book.agency(desk)
    code = book.code(below, "PAKN-")
    case = Case(book=book, subject=code, at=_start(book))
    above = _desk_above(book, below)
    first = above or desk
    to = book.agency(first)
    body = bodies.petition(code, book.chance.randrange(80), to, case.now())
    number = case.send(hotline, roles.PETITION, (to,), body)
    if above is not None:
        body = bodies.assigned(code, to, below, case.now())
        number = case.send(above, roles.ASSIGNED, (below,), body, after=(number,))
    body = bodies.answered(code, below, case.now())
    case.send(desk, roles.ANSWERED, (book.agency(hotline),), body, after=(number,))


KINDS: Final[Mapping[str, Callable[[Book], None]]] = {
    "birth": birth,
    "land": land,
    "business": business,
    "passport": passport,
    "letter_in": letter_in,
    "letter_out": letter_out,
    "letter_inside": letter_inside,
    "petition": petition,
}
"""The kinds of matters, as `seeds.WEIGHTS` names them."""


class _Dossier:
    """A dossier from its submission on: what all procedures have in common."""

    def __init__(self, book: Book, desk: System, what: Procedure) -> None:
        self.book, self.desk, self.what = book, desk, what
        self.at = book.agency(desk)
        self.who = book.chance.randrange(80)
        self.code = book.code(self.at)
        self.case = Case(book=book, subject=self.code, at=_start(book))
        level, late = self.at.level, seeds.late_of(self.at)
        online = book.drawn(f"online/{level}", seeds.ONLINE[level])
        self.portal = book.system("dvcqg-mau" if online else "cong-dvc-tinh-mau")
        body = bodies.submitted(self.code, what, self.who, self.at, self.case.now(), online)
        self.came = self.case.send(self.portal, roles.SUBMITTED, (self.at,), body)
        body = bodies.received(self.code, what, self.at, self.case.now())
        self._tell(roles.RECEIVED, body, (self.came,))
        if book.happens(seeds.SUPPLEMENTED):
            body = bodies.supplement(self.code, self.at, self.case.now())
            self._tell(roles.SUPPLEMENT, body, (self.came,))
        if book.drawn(f"late/{level}/{late.of}", late.share):
            body = bodies.deadline(self.code, self.at, self.case.now())
            self._tell(roles.DEADLINE, body, (self.came,))

    def transfer(self, partner: System) -> int:
        """Hand the dossier on to a partner's agency."""
        to = self.book.agency(partner)
        now, case = self.case.now(), f"VV-{self.code}"
        body = bodies.transferred(self.code, self.what, self.who, (self.at, to), now, case)
        return self.case.send(self.desk, roles.TRANSFERRED, (to,), body, after=(self.came,))

    def partner_result(self, partner: System, handed: int) -> int:
        """Let the partner answer."""
        body = bodies.result(self.code, self.what, self.book.agency(partner), self.case.now())
        return self.case.send(partner, roles.RESULT, (self.at,), body, after=(handed,))

    def fee(self) -> int:
        """Ask for the fee; return the payment's number."""
        bank = self.book.system("thanh-toan-mau")
        body = bodies.fee_due(self.code, self.what, self.at, self.case.now())
        to = (self.book.agency(bank),)
        asked = self.case.send(self.desk, roles.FEE_DUE, to, body, after=(self.came,))
        body = bodies.fee_paid(self.code, self.what, self.at, self.case.now())
        return self.case.send(bank, roles.FEE_PAID, (self.at,), body, after=(asked,))

    def step(self, by: System, what: str, after: int) -> None:
        """Tell the portal about a step."""
        body = bodies.step(self.code, self.book.agency(by), self.case.now(), what)
        portal = (self.book.agency(self.portal),)
        self.case.send(by, roles.STEP, portal, body, after=(after,))

    def finish(self, *after: int, to: tuple[System, ...] = ()) -> int:
        """Tell the portals the result, and the citizen that it is there."""
        body = bodies.result(self.code, self.what, self.at, self.case.now())
        portals = self.book.province.with_role(Role.PORTAL)
        agencies = tuple(self.book.agency(one) for one in (*portals, *to))
        done = self.case.send(self.desk, roles.RESULT, agencies, body, after=after)
        notices = (self.book.agency(self.book.system("thong-bao-mau")),)
        body = bodies.notice(self.code, self.who, self.at, self.case.now())
        self.case.send(self.desk, roles.NOTICE, notices, body, after=after)
        if self.book.happens(seeds.RATED):
            self._rate(done)
        return done

    def by_post(self, done: int) -> None:
        """Let the post bring the result home, and tell desk and portal."""
        post = self.book.system("buu-dien-mau")
        body = bodies.returned(self.code, self.book.agency(post), self.case.now())
        to = (self.at, self.book.agency(self.portal))
        self.case.send(post, roles.RETURNED, to, body, after=(done,))

    def _rate(self, done: int) -> None:
        """Let the citizen say at the portal how satisfied he is."""
        score = 5 if self.book.drawn("satisfied", seeds.SATISFIED) else 2
        body = bodies.rating(self.code, self.what, self.at, self.case.now(), score)
        self.case.send(self.portal, roles.RATING, (self.at,), body, after=(done,))

    def record(self, dataset: str) -> None:
        """Tell the shared warehouse and the operations centre."""
        stores = tuple(self.book.agency(one) for one in self.book.province.with_role(Role.DATA))
        body = bodies.changed(self.code, dataset, self.at, self.case.now())
        self.case.send(self.desk, roles.CHANGED, stores, body)

    def _tell(self, type_: str, body: bodies.Body, after: tuple[int, ...]) -> None:
        portal = (self.book.agency(self.portal),)
        self.case.send(self.desk, type_, portal, body, after=after)


def _land_desk(book: Book) -> System:
    desks = [
        (one, book.agency(one).level) for one in book.province.with_role(Role.DESK, Role.COMMUNE)
    ]
    levels = {level: seeds.LAND_BY_LEVEL[level] for _, level in desks}
    [level] = book.chance.choices(list(levels), list(levels.values()))
    return book.chance.choice([one for one, at in desks if at == level])


def _letter(book: Book, sender: System, to: tuple[System, ...]) -> None:
    """A letter with a signed PDF; each addressee answers arrived, registered, finished."""
    by, agencies = book.agency(sender), tuple(book.agency(one) for one in to)
    number = _number(book, by)
    case = Case(book=book, subject=bodies.document_id(number, by, book.day), at=_start(book))
    urgent = book.happens(seeds.URGENT)
    body = bodies.letter(number, by, agencies, book.day, urgent)
    sent = case.send(sender, roles.ISSUED, agencies, body, letter=True, urgent=urgent)
    for status in ("01", "03", "06"):
        for addressee in to:
            _answer(case, number, by, addressee, status, sent)


def _circular(book: Book) -> None:
    """A letter of the province to all agencies of a kind; three of them answer at once."""
    sender = book.system("van-ban-ubnd-tinh-mau")
    kinds = [roles.DEPARTMENTS, roles.DISTRICTS, roles.COMMUNES]
    group = book.chance.choice([kind for kind in kinds if kind in book.province.groups])
    by, number = book.agency(sender), _number(book, book.agency(sender))
    case = Case(book=book, subject=bodies.document_id(number, by, book.day), at=_start(book))
    takers = [book.system(name) for name in book.province.takers(group, roles.ISSUED)]
    body = bodies.letter(number, by, tuple(map(book.agency, takers)), book.day, True)  # noqa: FBT003  (a circular directs)
    sent = case.send_group(sender, roles.ISSUED, group, body)
    for addressee in takers[:3]:
        _answer(case, number, by, addressee, "01", sent)


def _answer(case: Case, number: str, of: Agency, addressee: System, status: str, sent: int) -> None:
    by = case.book.agency(addressee)
    body = bodies.status(number, of, by, case.now(), status)
    case.send(addressee, roles.STATUS, (of,), body, after=(sent,))


def _number(book: Book, by: Agency) -> str:
    daily = book.code(by, "VB-").rpartition("-")[2]
    return f"{int(daily)}/{_NOTATION}"


def _start(book: Book) -> float:
    """Return when a matter begins: at any time, and some more in the morning."""
    if book.happens(seeds.MORNING):
        return book.chance.triangular(0.0, 0.5, 0.2)
    return book.chance.uniform(0.0, _LAST_START)


def _local(book: Book, one: System) -> bool:
    return book.agency(one).level != "central"


def _desk_above(book: Book, commune: Agency) -> System | None:
    """Return the one-stop desk of the commune's district, where there are districts."""
    above = [one for one in book.province.agencies if one.id == commune.parent]
    desks = [one for agency in above for one in agency.systems if one.role is Role.DESK]
    return desks[0] if desks else None
