"""The OIG's exclusions: read or refused by row and column, everybody screened, matches decided by a person, claims held."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from steward.billing.logic.exclusions import Excluded, Somebody, how_alike, organisation_key, read_leie
from steward.billing.logic.scrub.codes import CodeFileFault
from steward.billing.models import Claim, Exclusion, ExclusionMatch
from steward.billing.selectors.exclusions import excluded_npis
from steward.billing.selectors.outgoing import Wanted, outgoing
from steward.billing.selectors.scrubbing import problems_of
from steward.billing.services.exclusions import decide_match, screen_exclusions
from steward.core.refusals import Refused
from steward.people.services import create_provider
from steward.people.types import ProviderData
from steward.registry.models import Party
from steward.registry.types import PersonData
from tests.billing.conftest import NPI, Practice
from tests.billing.test_codes import DAY, bring
from tests.support import signed_in

OCTOBER, NOVEMBER = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
HEAD = "LASTNAME,FIRSTNAME,MIDNAME,BUSNAME,GENERAL,SPECIALTY,UPIN,NPI,DOB,ADDRESS,CITY,STATE,ZIP,EXCLTYPE,EXCLDATE,REINDATE,WAIVERDATE,WVRSTATE\n"


def row(
    last: str = "", first: str = "", business: str = "", npi: str = "0000000000", dob: str = "", since: str = "20200115",
    back: str = "00000000", middle: str = "",
) -> str:  # fmt: skip
    return f"{last},{first},{middle},{business},PHYSICIAN,FAMILY,,{npi},{dob},1 A ST,ERIE,PA,16501,1128a1,{since},{back},00000000,\n"


LEIE = HEAD + row("STONE", "IDA") + row("DOE", "A", npi=NPI) + row(business='"KEEL SUPPLY, INC."')
LEIE += row("POE", "C", npi="1000000012", back="20250101")


def test_the_list_is_read() -> None:
    stone, doe, keel, poe = read_leie(LEIE + row("STONE", "IDA"))
    assert (stone.last, stone.first, stone.organisation, stone.npi, stone.excluded_on) == ("stone", "ida", False, "", dt.date(2020, 1, 15))
    assert (doe.npi, keel.last, keel.organisation, poe.reinstated_on) == (NPI, "keel supply", True, dt.date(2025, 1, 1))
    assert stone.place == "ERIE, PA 16501" and stone.authority == "1128a1"


@pytest.mark.parametrize(
    ("text", "number", "column"),
    [
        (LEIE.replace(NPI, "12345"), 3, "NPI"), (LEIE.replace("20200115", "20201515", 1), 2, "EXCLDATE"),
        (LEIE.replace("20200115", "00000000", 1), 2, "EXCLDATE"), (LEIE.replace("20250101", "soon"), 5, "REINDATE"),
        (LEIE + row(dob="19700101"), 6, "LASTNAME"), (HEAD, 0, ""), ("a,b\n1,2\n", 0, ""),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(text: str, number: int, column: str) -> None:
    with pytest.raises(CodeFileFault) as told:
        read_leie(text)
    assert (told.value.row, told.value.column) == (number, column) and told.value.mend


def _listed(first: str = "benjamin", middle: str = "", born: dt.date | None = None, npi: str = "", business: str = "") -> Excluded:
    last = organisation_key(business) if business else "hale"
    return Excluded("k", "x", last, first, middle, bool(business), npi, born, "", "", "", OCTOBER)


@pytest.mark.parametrize(
    ("ours", "theirs", "how"),
    [
        (Somebody(1, "staff", "hale", "ben"), _listed(), "name"), (Somebody(1, "staff", "hale", "b"), _listed(), "name"),
        (Somebody(1, "staff", "hale", "be"), _listed(), ""), (Somebody(1, "staff", "hale", "bea"), _listed(), ""),
        (Somebody(1, "staff", "hale", "ben", "q"), _listed(middle="r"), ""),
        (Somebody(1, "staff", "hale", "ben", born=OCTOBER), _listed(born=OCTOBER), "birth"),
        (Somebody(1, "staff", "hale", "ben", born=OCTOBER), _listed(born=NOVEMBER), ""),
        (Somebody(1, "provider", "other", npi="9"), _listed(npi="9"), "npi"), (Somebody(1, "provider", "other"), _listed(), ""),
        (Somebody(1, "vendor", organisation_key("The Keel Co., LLC"), organisation=True), _listed(business="KEEL INC"), "name"),
        (Somebody(1, "vendor", "hale", organisation=True), _listed(), ""),
    ],
)  # fmt: skip
def test_who_looks_like_whom(ours: Somebody, theirs: Excluded, how: str) -> None:
    assert how_alike(ours, theirs) == how


def test_everybody_is_screened_and_an_edition_ends_what_it_does_not_name(practice: Practice) -> None:
    first = bring("leie", LEIE, OCTOBER)
    assert (first.row_count, first.new_count, first.ended_count) == (4, 4, 0)
    found = {(one.party.name, one.how) for one in ExclusionMatch.objects.select_related("party")}
    assert found == {("Ida Stone", "npi"), ("Ida Stone", "name"), ("My practice", "npi")}, "it bills under the same number"
    assert screen_exclusions(practice.office.call("administrator")) == 0, "known matches are not asked about again"
    second = bring("leie", LEIE.replace(row("DOE", "A", npi=NPI), ""), NOVEMBER)
    assert (second.new_count, second.ended_count) == (0, 1)
    assert Exclusion.objects.get(npi=NPI).listed_to == NOVEMBER - dt.timedelta(days=1)
    call = practice.office.call("administrator")
    create_provider(call, data=ProviderData("1245319599", practice.office.entity.pk, OCTOBER), person=PersonData("Stone", "Ida", "Q"))
    assert screen_exclusions(call) == 1


def said(practice: Practice, ref: str) -> list[str]:
    practice.claims({**DAY, "claim_ref": ref, "line_ref": ref, "code": "J3420", "payer_id": "MCAID"})
    values = list(outgoing([Wanted(Claim.objects.get(ref=ref).pk)]).values())
    return [one.rule for one in problems_of(values, practice.office.today)[ref] if one.rule == "excluded-provider"]


def test_a_claim_of_an_excluded_provider_is_held_until_a_person_clears_it(practice: Practice) -> None:
    assert said(practice, "C-1") == []
    bring("leie", LEIE, OCTOBER)
    assert said(practice, "C-2") != [] and excluded_npis([NPI, "1000000012"]) == {NPI: dt.date(2020, 1, 15)}
    call = practice.office.call("administrator")
    by_npi, by_name = ExclusionMatch.objects.get(how="npi", role="provider"), ExclusionMatch.objects.get(how="name")
    with pytest.raises(Refused) as refused:
        decide_match(call, match=by_npi, same=False, reason=" ")
    assert refused.value.refusals[0].code == "no_reason"
    decide_match(call, match=by_npi, same=False, reason="number mistyped by the OIG, verified")
    assert excluded_npis([NPI]) == {}
    decide_match(call, match=by_name, same=True, reason="same birth date at exclusions.oig.hhs.gov")
    assert excluded_npis([NPI]) == {NPI: dt.date(2020, 1, 15)} and said(practice, "C-3") != []
    decide_match(call, match=by_name, same=False, reason="another Ida Stone")
    assert said(practice, "C-4") == []
    with pytest.raises(IntegrityError), transaction.atomic():
        ExclusionMatch.objects.update(state="open")


def test_nobody_decides_about_oneself_and_without_a_list_nobody_is_screened(practice: Practice) -> None:
    call = practice.office.call("administrator")
    with pytest.raises(Refused) as refused:
        screen_exclusions(call)
    assert refused.value.refusals[0].code == "no_list"
    bring("leie", LEIE, OCTOBER)
    match = ExclusionMatch.objects.get(how="npi", role="provider")
    Party.objects.filter(user_id=call.user_id).update(user=None)
    Party.objects.filter(pk=match.party_id).update(user_id=call.user_id)
    with pytest.raises(Refused) as refused:
        decide_match(call, match=match, same=False, reason="not me")
    assert refused.value.refusals[0].code == "own"


def test_screens(practice: Practice) -> None:
    admin = signed_in("administrator")
    assert "No list of the OIG" in admin.get(reverse("billing:exclusions")).content.decode()
    bring("leie", LEIE, OCTOBER)
    page = admin.get(reverse("billing:exclusions")).content.decode()
    assert "Ida Stone" in page and "To be looked at" in page and "Screen again" in page
    match = ExclusionMatch.objects.get(how="name")
    assert "ERIE" in admin.get(reverse("billing:exclusion", args=[match.uid])).content.decode()
    url = reverse("billing:exclusion_decide", args=[match.uid])
    assert admin.post(url, {"same": "", "reason": "x"}).status_code == 422
    assert admin.post(url, {"same": "no", "reason": "born 1980"}).status_code == 303
    match.refresh_from_db()
    assert (match.state, match.reason) == ("cleared", "born 1980")
    assert admin.post(reverse("billing:exclusions_again")).status_code == 303
    assert signed_in("biller").post(url, {"same": "no", "reason": "x"}).status_code == 403
