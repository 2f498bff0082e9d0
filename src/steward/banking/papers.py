"""Papers that leave the screen: the deposit slip and the day sheet, as PDF. Pure drawing of values it is given."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from reportlab.lib import colors
from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import inch
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from steward.banking.models import Deposit
from steward.core.money import format_cents

STYLES = getSampleStyleSheet()
GRID = TableStyle(
    [
        ("FONTNAME", (0, 0), (-1, 0), "Helvetica-Bold"),
        ("FONTSIZE", (0, 0), (-1, -1), 9),
        ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
        ("LINEBELOW", (0, 0), (-1, 0), 0.6, colors.black),
        ("LINEBELOW", (0, 1), (-1, -1), 0.2, colors.grey),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
)


#: A table of many columns: smaller and closer, so that ten of them stand on the page.
NARROW = TableStyle(
    [("FONTSIZE", (0, 0), (-1, -1), 8), ("LEFTPADDING", (0, 0), (-1, -1), 2), ("RIGHTPADDING", (0, 0), (-1, -1), 2)],
    parent=GRID,
)  # fmt: skip


def _pdf(title: str, practice: str, story: Sequence[Flowable]) -> bytes:
    """The bytes of a letter-size document with the practice in its head and page numbers."""
    out = io.BytesIO()

    def frame(canvas: Canvas, document: Any) -> None:
        canvas.saveState()
        canvas.setFont("Helvetica", 8)
        canvas.drawString(0.75 * inch, 10.6 * inch, practice)
        canvas.drawRightString(7.75 * inch, 10.6 * inch, title)
        canvas.drawRightString(7.75 * inch, 0.5 * inch, _("Page %s") % document.page)
        canvas.restoreState()

    document = SimpleDocTemplate(
        out, pagesize=letter, title=title, author=practice, leftMargin=0.75 * inch, rightMargin=0.75 * inch,
        topMargin=0.8 * inch, bottomMargin=0.8 * inch, invariant=1,
    )  # fmt: skip
    document.build([Paragraph(_escape(title), STYLES["Title"]), *story], onFirstPage=frame, onLaterPages=frame)
    return out.getvalue()


def _escape(text: object) -> str:
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _table(head: Sequence[str], rows: Sequence[Sequence[object]], widths: Sequence[float] | None = None) -> Flowable:
    cells = [[str(one) for one in head], *[[str(one)[:70] for one in row] for row in rows or [[_("none")]]]]
    return Table(cells, style=GRID, repeatRows=1, colWidths=widths, hAlign="LEFT")


def _heading(text: object) -> Flowable:
    return Paragraph(_escape(text), STYLES["Heading3"])


def _money(cents: object) -> str:
    return format_cents(cents, true_minus=False) if isinstance(cents, int) else ""


def deposit_slip(deposit: Deposit, practice: str) -> bytes:
    """The bank's copy of a deposit: account, currency, coin, each check, total, bag, two lines to sign."""
    account = deposit.bank_account
    facts = [
        (_("Slip"), deposit.number), (_("Day"), deposit.day.isoformat()), (_("Account"), account.name),
        (_("Account number"), account.number or ""), (_("Routing"), account.routing), (_("Bag"), deposit.bag),
    ]  # fmt: skip
    checks = [(one.check_no or one.label, one.label, _money(one.cents)) for one in deposit.lines.filter(kind="check")]
    sums = [
        (_("Currency"), _money(deposit.currency_cents)), (_("Coin"), _money(deposit.coin_cents)),
        (_("Checks (%s)") % len(checks), _money(deposit.checks_cents)), (_("Total"), _money(deposit.cents)),
    ]  # fmt: skip
    story: list[Flowable] = [
        _table((_("Deposit"), ""), [(name, value) for name, value in facts if value != ""], (2 * inch, 3 * inch)),
        Spacer(1, 10),
        _table((_("In the bag"), _("Dollars")), sums, (3 * inch, 2 * inch)),
    ]
    if checks:
        story += [
            Spacer(1, 10),
            _table((_("Check"), _("From"), _("Dollars")), checks, (1.5 * inch, 3.5 * inch, 1.5 * inch)),
        ]
    if deposit.voided_at:
        story.append(_heading(_("VOID: %s") % deposit.void_reason))
    story += [
        Spacer(1, 40),
        _table((_("Prepared by"), _("Taken to the bank by")), [("", "")], (3.4 * inch, 3.4 * inch)),
    ]
    return _pdf(_("Deposit slip %s") % deposit.number, practice, story)


def day_sheet(sheet: dict[str, Any], practice: str, signatures: Sequence[tuple[str, str]]) -> bytes:
    """The day sheet: drawers, payments by user and tender, voids, batches, slips, mail, both proofs, the questions.

    `sheet` is `selectors.sheet.day_sheet`; `signatures` are (what, who and when). Every figure is by posting date.
    """
    story: list[Flowable] = [Paragraph(_escape(_("All figures by posting date.")), STYLES["Normal"]), *_drawers(sheet)]
    story += _payments(sheet) + _outgoing(sheet) + _proofs(sheet)
    answers = [(one["words"], _("yes") if one["ok"] else _("no"), one["reason"]) for one in sheet["checks"]]
    story += [_heading(_("Questions")), _table((_("Question"), _("Stands"), _("Reason")), answers)]
    story += [_heading(_("Signatures")), _table((_("As"), _("Who")), signatures or [("", "")])]
    return _pdf(_("Day sheet of %s") % sheet["day"], practice, story)


def _drawers(sheet: dict[str, Any]) -> list[Flowable]:
    parts = (
        "float_cents", "cash_receipts_cents", "cash_refunds_cents", "paid_out_cents", "safe_drop_cents", "handover_cents",
    )  # fmt: skip
    rows = [
        (f"{one['drawer'][:24]}\n{one['cashier'][:24]}", *(_money(one[name]) for name in parts), _money(one["expected_cents"]),
         _money(one["counted_cents"]), _money(one["over_short_cents"]))
        for one in sheet["drawers"]
    ]  # fmt: skip
    head = (_("Drawer"), _("Float"), _("Cash in"), _("Refunds"), _("Paid out"), _("Dropped"), _("Handed"), _("Expected"), _("Counted"),
            _("Over/short"))  # fmt: skip
    reasons = [
        Paragraph(_escape(f"{one['drawer']}: {one['reason']}"), STYLES["Normal"])
        for one in sheet["drawers"]
        if one["reason"]
    ]
    cells = [[str(one) for one in head], *(rows or [(_("none"),)])]
    table = Table(cells, style=NARROW, repeatRows=1, colWidths=(1.4 * inch, *[0.61 * inch] * 8, 0.66 * inch), hAlign="LEFT")
    return [_heading(_("Drawers")), table, *reasons]


def _payments(sheet: dict[str, Any]) -> list[Flowable]:
    rows = [
        (who, *(_money(row[name]) for name in ("cash", "check", "card", "total")))
        for who, row in sheet["payments"].items()
    ]
    rows.append((_("All"), "", "", "", _money(sheet["payments_total_cents"])))
    voided = [(one["number"], one["tender"], one["by"], one["reason"], _money(one["cents"])) for one in sheet["voids"]]
    given = [
        (one["number"], one["by"], one["reason"], one["void"] and _("taken back"), _money(one["cents"]))
        for one in sheet.get("refunds", ())
    ]
    head = (_("Taken by"), _("Cash"), _("Check"), _("Card"), _("Total"))
    return [
        _heading(_("Payments by user and tender")), _table(head, rows),
        _heading(_("Voids")),
        _table((_("Receipt"), _("Tender"), _("By"), _("Reason"), _("Amount")), voided),
        _heading(_("Refunds paid in cash")),
        _table((_("Voucher"), _("By"), _("Reason"), "", _("Amount")), given),
    ]  # fmt: skip


def _outgoing(sheet: dict[str, Any]) -> list[Flowable]:
    slips = [
        (one["number"], _money(one["currency_cents"]), _money(one["coin_cents"]), _money(one["checks_cents"]), _money(one["total_cents"]))
        for one in sheet["deposits"]
    ]  # fmt: skip
    batches = [
        (
            one["number"],
            one["reference"],
            _money(one["gross_cents"]),
            _money(one["fee_cents"]),
            _money(one["net_cents"]),
        )
        for one in sheet["batches"]
    ]
    mail = [
        (one["site"], one["opened_by"], one["witness"], one["checks"], _money(one["checks_cents"]))
        for one in sheet["mail"]
    ]
    return [
        _heading(_("Deposits")),
        _table((_("Slip"), _("Currency"), _("Coin"), _("Checks"), _("Total")), slips),
        _heading(_("Card batches")),
        _table((_("Batch"), _("Reference"), _("Gross"), _("Fee"), _("Net")), batches),
        _heading(_("Mail")),
        _table((_("Site"), _("Opened by"), _("Watched by"), _("Checks"), _("Sum")), mail),
    ]


def _proofs(sheet: dict[str, Any]) -> list[Flowable]:
    first, second = sheet["receivables"], sheet["receipts"]
    one = [
        (_("Opening receivables"), _money(first["opening_cents"])), (_("+ charges"), _money(first["charges_cents"])),
        (_("- payments applied"), _money(first["applied_cents"])),
        (_("+ payments reversed or returned"), _money(first["reversed_cents"])),
        (_("- net adjustments"), _money(first["adjustments_cents"])),
        (_("= closing receivables"), _money(first["closing_cents"])), (_("Difference"), _money(first["difference_cents"])),
    ]  # fmt: skip
    two = [
        (_("Receipts"), _money(second["receipts_cents"])), (_("applied"), _money(second["applied_cents"])),
        (_("unapplied and prepaid"), _money(second["unapplied_cents"])),
        (_("non-patient"), _money(second["non_patient_cents"])), (_("Difference"), _money(second["difference_cents"])),
    ]  # fmt: skip
    widths = (3.5 * inch, 1.5 * inch)
    return [
        _heading(_("Proofs")),
        _table((_("Receivables"), ""), one, widths),
        Spacer(1, 6),
        _table((_("Receipts"), ""), two, widths),
    ]
