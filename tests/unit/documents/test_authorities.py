"""A real letter through the judges, the authorities and the order that the router reads."""

import msgspec

from hub.decision.document_checks import DocumentCheck
from hub.decision.order_record import Do, Order, read_order
from hub.documents.authorities import Authorities, roots_of
from hub.documents.judging import Judging
from hub.io.judge_pool import JudgeLimits, JudgePool
from hub.ports import Unavailable
from hub.signing.judgement import AnswerKind, read_answer
from hub.signing.macs import command_mac
from hub.signing.trust import Trust, TrustedAuthority, Usage
from hub.signing.verdicts import Grade, VerdictReason
from simulator.pdf import letter
from tests.documents_rig import PDF
from tests.signed_documents import CITIZEN, Setting
from tests.support import MACS, build_rules
from tests.unit.documents.test_judging import CHECK

HOST = "pki.mau.example"


class World:
    """The object, and the authorities that answer with CRLs."""

    def __init__(self, setting, document):
        self.document, self.asked, self.away = document, [], False
        kinds = [read_answer(AnswerKind.CRL, crl) for crl in setting.crls()]
        names = ("gov-root", "public-root", "gov", "public")
        self._crls = dict(zip(names, kinds, strict=True))

    async def whole(self, _hash, _limit):
        return self.document

    async def crl(self, url, hosts):
        self.asked.append(url)
        if self.away or HOST not in hosts:
            raise Unavailable("authority")
        return self._crls[url.rpartition("/")[2].removesuffix(".crl")]

    async def ocsp(self, url, _hosts, _certificate, _issuer):
        self.asked.append(url)
        raise Unavailable("authority")


def trust_of(setting):
    roots = zip(("gov", "public"), setting.question().trust.documents, strict=True)
    return Trust(
        version="mau-1",
        test=True,
        authorities=tuple(
            TrustedAuthority(
                name=name,
                title=name,
                usage=frozenset({Usage.DOCUMENTS, Usage.TIMESTAMPS}),
                since=setting.at.replace(year=2020),
                until=setting.at.replace(year=2040),
                root=root,
                hosts=frozenset({HOST}),
            )
            for name, root in roots
        ),
    )


async def test_a_letter_is_judged_with_what_its_authority_says_and_the_router_reads_the_order():
    setting = Setting()
    world = World(setting, letter(["Mau"]).signed(setting.cms()).data)
    trust, fields = trust_of(setting), CHECK.__struct_fields__
    check = DocumentCheck(
        **{name: getattr(CHECK, name) for name in fields} | {"received_at": setting.soon}
    )
    async with JudgePool(JudgeLimits()) as pool:
        authorities = Authorities(trust, world, lambda: setting.soon)
        judging = Judging(world, pool, authorities, lambda at: roots_of(trust, at), build_rules)
        found = await judging.found(check)
        world.away = True
        again = await judging.found(check)
        stranger = await Judging(
            world,
            pool,
            authorities,
            lambda _: roots_of(Trust(version="none"), setting.soon),
            build_rules,
        ).found(check)
    assert [one.grade for one in (*found, *again)] == [Grade.VALID_LEGACY] * 2
    assert VerdictReason.NO_TIMESTAMP in found[0].signatures[0].reasons
    assert len([url for url in world.asked if url.endswith(".crl")]) == 1
    assert stranger[0].grade is Grade.INDETERMINATE
    for told in (found, stranger):
        order = Order(do=Do.TELL, source="sender", id="a", found=told)
        text = msgspec.json.encode(order)
        assert read_order(text, command_mac(MACS, text), build_rules()) == order
        assert CITIZEN not in text.decode()
        assert "Mẫu" not in text.decode()
    assert found[0].hash == PDF
