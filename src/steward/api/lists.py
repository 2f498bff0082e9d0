"""The lists the API gives, named one by one; each is served at ``/api/<its name with a slash>``."""

from __future__ import annotations

from steward.banking.views.bank import LINE_LIST
from steward.banking.views.deposits import DEPOSIT_LIST
from steward.banking.views.forecast import FLOW_LIST
from steward.banking.views.learned import RULE_LIST as BANK_RULE_LIST
from steward.banking.views.payouts import PAYOUT_LIST
from steward.banking.views.receipts import RECEIPT_LIST
from steward.banking.views.reconciliations import RECONCILIATION_LIST
from steward.banking.views.returns import RETURN_LIST
from steward.banking.views.written import CHECK_LIST
from steward.billing.views.accounts import BALANCE_LIST
from steward.billing.views.claims import CHARGE_LIST, CLAIM_LIST
from steward.billing.views.codes import CODE_IMPORT_LIST
from steward.billing.views.compensation import CONTRACT_LIST
from steward.billing.views.denials import DENIAL_LIST
from steward.billing.views.exclusions import MATCH_LIST
from steward.billing.views.lag import LAG_LIST
from steward.billing.views.others import HOLDER_LIST, OTHER_LIST
from steward.billing.views.paper_eobs import PAPER_LIST
from steward.billing.views.remittances import REMITTANCE_LIST
from steward.billing.views.reports.lists import ACT_LIST, ANSWER_LIST, REFUSED_LIST
from steward.billing.views.sending import BATCH_LIST, UNANSWERED_LIST
from steward.billing.views.statements import STATEMENT_LIST
from steward.billing.views.uncharged import UNCHARGED_LIST
from steward.billing.views.underpaid import DISPUTE_LIST
from steward.billing.views.work import WORK_LIST
from steward.budget.views.budgets import BUDGET_LIST
from steward.core.approvals.views import REQUEST_LIST
from steward.core.audit.views import LOG_LIST
from steward.core.listing import ScopedList
from steward.findings.views import FINDING_LIST
from steward.frontdesk.views.patients import PATIENT_LIST
from steward.insurance.views.contracts import SCHEDULE_LIST
from steward.insurance.views.estimates import ESTIMATE_LIST
from steward.insurance.views.grants import GRANT_LIST
from steward.insurance.views.payers import PAYER_LIST
from steward.insurance.views.rules import RULE_LIST
from steward.ledger.views.entries import JOURNAL_LIST
from steward.ledger.views.lines import LINE_LIST as BOOK_LINE_LIST
from steward.ledger.views.schedules import SCHEDULE_LIST as BOOK_SCHEDULE_LIST
from steward.people.views.providers import PROVIDER_LIST
from steward.people.views.staff import STAFF_LIST
from steward.people.views.users import USER_LIST
from steward.registry.views.parties import PARTY_LIST
from steward.registry.views.places import DEPARTMENT_LIST, PLACE_LIST

LISTS: tuple[ScopedList, ...] = (
    REQUEST_LIST,
    LOG_LIST,
    PARTY_LIST,
    PLACE_LIST,
    DEPARTMENT_LIST,
    JOURNAL_LIST,
    BOOK_LINE_LIST,
    BOOK_SCHEDULE_LIST,
    FINDING_LIST,
    LINE_LIST,
    DEPOSIT_LIST,
    CHECK_LIST,
    BANK_RULE_LIST,
    PAYOUT_LIST,
    RECEIPT_LIST,
    FLOW_LIST,
    BUDGET_LIST,
    RECONCILIATION_LIST,
    RETURN_LIST,
    STAFF_LIST,
    USER_LIST,
    PROVIDER_LIST,
    PAYER_LIST,
    RULE_LIST,
    SCHEDULE_LIST,
    GRANT_LIST,
    ESTIMATE_LIST,
    PATIENT_LIST,
    CHARGE_LIST,
    CLAIM_LIST,
    BATCH_LIST,
    BALANCE_LIST,
    CONTRACT_LIST,
    OTHER_LIST,
    HOLDER_LIST,
    STATEMENT_LIST,
    UNANSWERED_LIST,
    REMITTANCE_LIST,
    WORK_LIST,
    DENIAL_LIST,
    ANSWER_LIST,
    REFUSED_LIST,
    ACT_LIST,
    PAPER_LIST,
    CODE_IMPORT_LIST,
    UNCHARGED_LIST,
    LAG_LIST,
    DISPUTE_LIST,
    MATCH_LIST,
)


def path_of(each: ScopedList) -> str:
    """``billing.claims`` -> ``billing/claims``."""
    return each.listing.name.replace(".", "/")
