"""Errors between drawers, bank, patients and payers: 1 to 5, 7 to 14, 15, 20, 27 to 31, 34, 38, 41, 47, each with an innocent twin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Max

from planted.world import NEUTRAL, Planted, World, line, planted
from steward.banking.models import WrittenCheck, WrittenCheckLine
from steward.banking.services.deposits import Expected, expect_many
from steward.billing.services.decisions import sign_decision, write_off
from steward.core.access.models import DutyDone
from steward.core.approvals.models import ApprovalRequest, OwnerReview
from steward.ledger.models import Account


def _slip(w: World, check: str, book: int, bank: int) -> list[Planted]:
    """A slip of the pen between a deposit and its bank line; the entry books what they differ by."""
    day = w.ago(2)
    ref, seen = w.expected(day, book), w.bank_line(day, bank)
    more = bank - book
    entry = [("eft_in_transit", more), ("cash_over_short", -more)]
    return [planted(check, ("settlement", ref), ("bank_line", seen.uid), entry=entry)]


def transposition(w: World) -> list[Planted]:
    """Two digits of a deposit changed places. The twin: two pairs of which each could be the other's slip."""
    w.expected(w.ago(2), 31_200), w.expected(w.ago(2), 31_200)
    w.answered(w.bank_line(w.ago(2), 13_200))
    return _slip(w, "transposition", 784_512, 748_512)


def slide(w: World) -> list[Planted]:
    """A point slid by one place. The twin: ten times the amount, ten days later."""
    w.expected(w.ago(2), 55_510)
    w.answered(w.bank_line(w.ago(2), 555_100))
    return _slip(w, "slide", 62_430, 624_300)


def wrong_side(w: World) -> list[Planted]:
    """A deposit on the wrong side of the statement. The twin is answered."""
    w.answered(w.bank_line(w.ago(2), -90_807))
    w.expected(w.ago(2), 90_807)
    return _slip(w, "wrong_side", 417_233, -417_233)


def omitted_item(w: World) -> list[Planted]:
    """One payment is all that parts an account from its statement. The twin: two of them, on another account."""
    cents, savings, payroll = w.cents(), w.account("1070"), w.account("1060")
    one = w.bank_line(w.ago(5), -cents, account=savings)
    w.bank_line(w.ago(5), -cents, account=payroll)
    w.bank_line(w.ago(5), -cents - 1, account=payroll)
    return [planted("omitted_item", ("bank_line", one.uid), entry=[("suspense", cents), ("1070", -cents)])]


def deposit_not_in_bank(w: World) -> list[Planted]:
    """A slip twelve days old. The twin left the day before yesterday."""
    ref = w.expected(w.ago(12), 7_111_117)
    w.expected(w.today - timedelta(days=1), 7_222_227)
    return [planted("deposit_not_in_bank", ("settlement", ref))]


def bank_credit_not_in_books(w: World) -> list[Planted]:
    """Money nobody expected. The twin came today."""
    one = w.bank_line(w.ago(6), 5_353_539)
    w.bank_line(w.today, 5_353_541)
    return [planted("bank_credit_not_in_books", ("bank_line", one.uid), entry=[("1050", 5_353_539), ("unapplied", -5_353_539)])]


def bank_charge_not_in_books(w: World) -> list[Planted]:
    """A fee of the bank. The twin is booked."""
    one = w.bank_line(w.ago(6), -3_503, "MONTHLY SERVICE CHARGE", "fee")
    w.answered(w.bank_line(w.ago(36), -3_503, "MONTHLY SERVICE CHARGE", "fee"))
    return [planted("bank_charge_not_in_books", ("bank_line", one.uid), entry=[("bank_fees", 3_503), ("1050", -3_503)])]


def nsf_return(w: World) -> list[Planted]:
    """A check came back. The twin: a check of the same sum that did not."""
    cents, who = w.cents(), w.patient()
    taken = w.receipt(who, w.ago(20), cents, check_no="88123")
    w.receipt(who, w.ago(20), cents, check_no="88124")
    one = w.bank_line(w.ago(8), -cents, "RETURNED ITEM CHK 88123")
    return [planted("nsf_return", ("bank_line", one.uid), ("receipt", taken.uid))]


def short_deposit(w: World) -> list[Planted]:
    """A drawer short by 23.07. The twin by 19.99."""
    one = w.session(w.ago(11), -2_307)
    w.session(w.ago(11), -1_999)
    return [planted("short_deposit", ("drawer", one.uid))]


def control_vs_subledger(w: World) -> list[Planted]:
    """A receivable no charge bears. The twin is a charge's."""
    cents, day, item = w.cents(), w.ago(13), f"charge:{w.uid()}"
    w.post(day, line("ar_patient", cents, item=item), line(NEUTRAL, -cents))
    w.charge(w.patient(), day, cents)
    evidence = (("account", "ar_patient"), ("item", item), ("day", day.isoformat()))
    return [planted("control_vs_subledger", *evidence, entry=[("suspense", cents), ("ar_patient", -cents)])]


def _apply(w: World, receipt: object, payer: object, charge: object, owner: object, cents: int, back: int) -> int:
    held = line("patient_prepaid", cents, **w.of(payer, receipt.item))  # type: ignore[attr-defined, arg-type]
    owed = line("ar_patient", -cents, **w.of(owner, charge.item))  # type: ignore[attr-defined, arg-type]
    return w.post(w.ago(back), held, owed, journal="receipts", source="billing.charge")


def cutoff_revenue(w: World) -> list[Planted]:
    """Put to a service ten days before it was given. The twin on the day after it."""
    cents, who = w.cents(), w.patient()
    money = w.receipt(who, w.ago(30), 2 * cents)
    later, before = w.charge(who, w.ago(10), cents), w.charge(who, w.ago(29), cents)
    number = _apply(w, money, who, later, who, cents, 20)
    _apply(w, money, who, before, who, cents, 20)
    entry = [("ar_patient", cents), ("patient_prepaid", -cents)]
    return [planted("cutoff_revenue", ("entry", number), ("item", later.item), entry=entry)]


def lapping(w: World) -> list[Planted]:
    """A payment covers another household's older charge. The twin covers the payer's child."""
    cents, payer, other = w.cents(), w.patient(), w.patient()
    child = w.patient(guarantor=payer)
    money = w.receipt(payer, w.ago(9), 2 * cents)
    old, own = w.charge(other, w.ago(50), cents), w.charge(child, w.ago(50), cents)
    number = _apply(w, money, payer, old, other, cents, 8)
    _apply(w, money, payer, own, child, cents, 8)
    entry = [("ar_patient", cents), ("patient_prepaid", -cents)]
    return [planted("lapping", ("entry", number), ("item", old.item), ("item", money.item), entry=entry)]


def era_clearing_nonzero(w: World) -> list[Planted]:
    """Ten days in clearing. The twin since yesterday."""
    cents, item = w.cents(), f"remit:{w.uid()}"
    w.post(w.ago(10), line("era_clearing", cents, item=item), line(NEUTRAL, -cents))
    w.post(w.today - timedelta(days=1), line("era_clearing", cents, item=f"remit:{w.uid()}"), line(NEUTRAL, -cents))
    return [planted("era_clearing_nonzero", ("item", item))]


def contractual_outlier(w: World) -> list[Planted]:
    """A payer without a contract took twice its usual share. The twin: a service on which it takes now this, now that."""
    who, day = w.patient(), w.ago(25)
    odd = None
    for n in range(14):
        for code, share in (("G0438", 80 if n == 13 else 40), ("G0439", 20 + 4 * n)):
            cents = 10_000 + w.rnd.randrange(20) * 100
            row = w.charge(who, day, cents, w.blue, code)
            off = cents * share // 100
            dims = {**w.of(who, row.item), "payer": w.blue.party_id}
            w.post(
                w.ago(15), line("contractual", off, **dims), line("undeposited", cents - off), line("ar_insurance", -cents, **dims),
                journal="remittance", source="billing.remittance",
            )  # fmt: skip
            odd = row if share == 80 else odd
    assert odd is not None
    return [planted("contractual_outlier", ("claim", odd.claim.ref), ("item", odd.item))]


def writeoff_no_approval(w: World) -> list[Planted]:
    """Given up past the desk that asks. The twins: one signed, one too small to be signed."""
    cents, who, day = w.cents(), w.patient(), w.ago(18)
    row, signed, small = (w.charge(who, day, cents) for _ in range(3))
    lines = (line("admin_writeoff", cents, **w.of(who, row.item)), line("ar_patient", -cents, **w.of(who, row.item)))
    number = w.post(w.ago(10), *lines, journal="charges", source="billing.charge")
    asked = write_off(w.call("biller"), charge=signed, role="charity", cents=cents, reason="hardship")
    sign_decision(w.call("owner"), uid=asked.uid, approve=True)
    few = (line("admin_writeoff", 907, **w.of(who, small.item)), line("ar_patient", -907, **w.of(who, small.item)))
    w.post(w.ago(10), *few, journal="charges", source="billing.charge")
    return [planted("writeoff_no_approval", ("entry", number), entry=[("admin_writeoff", -cents), ("ar_patient", cents)])]


def refund_without_original(w: World) -> list[Planted]:
    """More given back than was paid. The twin: just what was paid."""
    cents, who = w.cents(), w.patient()
    bad, good = w.receipt(who, w.ago(20), cents), w.receipt(who, w.ago(20), cents)
    for row, back in ((bad, cents + 1_505), (good, cents)):
        w.post(
            w.ago(10), line("patient_prepaid", back, **w.of(who, row.item)), line("refunds_payable", -back, **w.of(who, row.item)),
            journal="charges", source="billing.decision",
        )  # fmt: skip
    entry = [("1190", 1_505), ("patient_prepaid", -1_505)]
    return [planted("refund_without_original", ("item", bad.item), ("account", "patient_prepaid"), entry=entry)]


def patient_credit_aged(w: World) -> list[Planted]:
    """A public payer's overpayment of ninety days. The twin of thirty."""
    cents, who = w.cents(), w.patient()
    old, new = w.charge(who, w.ago(100), cents, w.care), w.charge(who, w.ago(40), cents, w.care)
    for row, back in ((old, 90), (new, 30)):
        dims = {**w.of(who, row.item), "payer": w.care.party_id}
        w.post(w.ago(back), line("undeposited", cents), line("credit_balance", -cents, **dims), journal="remittance", source="billing.remittance")
    return [planted("patient_credit_aged", ("item", old.item))]


def deleted_appointment_with_cash(w: World) -> list[Planted]:
    """A receipt for a visit nobody knows. The twin was given back."""
    cents, who = w.cents(), w.patient()
    bad, good = (w.receipt(who, w.ago(16), cents, for_ref=f"visit:{w.uid()}") for _ in range(2))
    w.post(
        w.ago(15), line("patient_prepaid", cents, **w.of(who, good.item)), line("undeposited", -cents, item=good.item), journal="receipts",
        source="banking.receipt",
    )  # fmt: skip
    return [planted("deleted_appointment_with_cash", ("receipt", bad.uid))]


def _asked(w: World, role: str, cents: int, title: str, back: int) -> str:
    uid, at = w.uid(), w.at(w.ago(back))
    ApprovalRequest.objects.create(
        kind="refund", title=title, object_type="billing.decision", object_uid=uid, subject={}, fingerprint=uid.hex * 2, amount_cents=cents,
        requester=w.person(role), asked_at=at, outcome="approved", closed_at=at,
    )  # fmt: skip
    return str(uid)


def just_below_limit(w: World) -> list[Planted]:
    """Three refunds just below the owner's limit. The twin: another person's, spread around it."""
    near = [_asked(w, "biller", cents, "Refund", 20 + n) for n, cents in enumerate((49_903, 48_807, 47_611))]
    for n, cents in enumerate((49_907, 48_001, 47_600, 44_000, 52_000, 55_000)):
        _asked(w, "frontdesk", cents, "Refund", 20 + n)
    return [planted("just_below_limit", *(("approval", uid) for uid in near))]


def one_person_two_duties(w: World) -> list[Planted]:
    """One hand took the cash and prepared its deposit. The twins: two people; and one the owner was told of."""
    bad, good, told = w.uid(), w.uid(), w.uid()
    one, other = w.person("frontdesk"), w.person("biller")
    pair = ("prepare_deposit", "take_cash")
    for uid, people in ((bad, (one, one)), (good, (one, other)), (told, (one, one))):
        for duty, person in zip(pair, people, strict=True):
            DutyDone.objects.create(duty=duty, person=person, object_type="banking.drawersession", object_uid=uid, at=w.at(w.ago(9)))
    OwnerReview.objects.create(
        first_duty=pair[0], second_duty=pair[1], object_type="banking.drawersession", object_uid=told, person=one, on=w.ago(9), at=w.at(w.ago(9))
    )
    return [planted("one_person_two_duties", ("drawersession", bad), ("duty", pair[0]), ("duty", pair[1]))]


def _written(w: World, payee: str, cents: int, back: int, code: str = "6310", *, number: int) -> WrittenCheck:
    """A check issued so many days back, with its entry and what the bank should show."""
    day, uid = w.ago(back), w.uid()
    entry = w.post(day, line(code, cents, memo="advice"), line("eft_in_transit", -cents, item=f"check:{uid}"), journal="bank", memo=f"Check {number}")
    one = Expected("check", str(number), -cents, day, "eft_in_transit", f"check:{uid}", w.entity.pk, f"Check {number}")
    row = WrittenCheck.objects.create(
        uid=uid, bank_account=w.bank, number=number, day=day, payee=payee, cents=cents, state="issued", written_by=w.person("bookkeeper"),
        written_at=w.at(day), issued_by=w.person("owner"), issued_at=w.at(day), entry=entry,
        settlement=expect_many(w.system(), expected=[one])[0],
    )  # fmt: skip
    WrittenCheckLine.objects.create(check_row=row, n=1, account=Account.objects.get(code=code), cents=cents)
    return row


def _numbers(w: World, count: int) -> list[int]:
    """The next numbers of the account, without a gap."""
    first = (w.bank.checks.aggregate(last=Max("number"))["last"] or 1_000) + 1
    return list(range(first, first + count))


def stale_check(w: World) -> list[Planted]:
    """Out for two hundred days. The twin for a hundred."""
    one, two = _numbers(w, 2)
    cents = w.cents()
    bad = _written(w, "Dr. Locum", cents, 205, number=one)
    _written(w, "Dr. Locum", cents, 100, number=two)
    return [planted("stale_check", ("check", bad.uid), entry=[("eft_in_transit", cents), ("unclaimed_property", -cents)])]


def altered_check(w: World) -> list[Planted]:
    """Paid as ten dollars more than it was written. The twin as it was written, by another number."""
    one, two = _numbers(w, 2)
    cents = w.cents()
    bad, good = _written(w, "Cabinet Works", cents, 12, number=one), _written(w, "Lamp Works", cents + 7, 12, number=two)
    seen, fine = w.bank_line(w.ago(4), -cents - 1_000, check_no=str(one)), w.bank_line(w.ago(4), -cents - 7, check_no=str(two))
    w.answered(fine, good.settlement)
    entry = [("1190", 1_000), ("eft_in_transit", -1_000)]
    return [planted("altered_check", ("check", bad.uid), ("bank_line", seen.uid), entry=entry)]


def missing_check_number(w: World) -> list[Planted]:
    """One number is missing. The twin's gap is a form noted as spoiled."""
    one, gap, two, spoiled, three = _numbers(w, 5)
    assert gap == one + 1
    for number in (one, two, three):
        _written(w, f"Vendor {number}", w.cents(), 14, number=number)
    WrittenCheck.objects.create(
        bank_account=w.bank, number=spoiled, day=w.ago(14), payee="Spoiled", cents=0, state="spoiled", written_at=w.now, ended_on=w.ago(14),
        end_reason="torn",
    )  # fmt: skip
    return [planted("missing_check_number", ("check_number", one), ("check_number", two))]


def duplicate_payment(w: World) -> list[Planted]:
    """The same sum twice within two weeks. The twins: rent, month by month; and the same sum to another payee."""
    one, two, other, *rent = _numbers(w, 6)
    cents, monthly = w.cents(), w.cents()
    first, second = _written(w, "Ridge Supply, Inc.", cents, 30, number=one), _written(w, "RIDGE SUPPLY INC", cents, 17, number=two)
    _written(w, "Valley Supply", cents, 17, number=other)
    for n, number in enumerate(rent):
        _written(w, "Landlord LLC", monthly, 75 - 28 * n, "6000", number=number)
    entry = [("1190", cents), ("6310", -cents)]
    return [planted("duplicate_payment", ("check", first.uid), ("check", second.uid), entry=entry)]


PLANTS: Sequence[object] = (
    stale_check, altered_check, missing_check_number, duplicate_payment,
    transposition, slide, wrong_side, omitted_item, deposit_not_in_bank, bank_credit_not_in_books, bank_charge_not_in_books, nsf_return,
    short_deposit, control_vs_subledger, cutoff_revenue, lapping, era_clearing_nonzero, contractual_outlier, writeoff_no_approval,
    refund_without_original, patient_credit_aged, deleted_appointment_with_cash, just_below_limit, one_person_two_duties,
)  # fmt: skip
