"""The day that the tests find: deliveries, a refusal, dead letters of one cause."""

from tests.browser.province import KEY, REFUSED

DEAD = 4


def day(province):
    """Send it; return once search and connector are through with it."""
    for number, recipient in enumerate(("mot-cua-mau", "xa-xau", "xa-dai", "xa-mau", "xa-mau")):
        province.send("so-mau", recipient, key=f"H99.10-261128-{number:04d}")
    for number in range(3):
        province.send("mot-cua-mau", "so-mau", key=f"H99.22-261128-{number + 10:04d}")
    province.main = province.send("mot-cua-mau", "so-mau", "xa-mau", key=KEY, priority="urgent")
    province.refused = province.send("xa-xau", "so-mau", key=REFUSED)
    province.await_state("mot-cua-mau", province.main, "delivered")
    province.dead = dead_letters(province, "H99.10-261128-09", DEAD)


def dead_letters(province, key, many):
    """Let a recipient refuse some messages; return their ids once they are dead letters."""
    province.peer.refuses = True
    ids = [province.send("so-mau", "xa-mau", key=f"{key}{number:02d}") for number in range(many)]
    for id in ids:
        province.await_state("so-mau", id, "dead_letter")
    province.peer.refuses = False
    return ids
