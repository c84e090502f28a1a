"""People sign up and in, with real pages, a real server and a real browser."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visitor

pytestmark = pytest.mark.browser


def test_who_signs_up_with_a_code_is_in(visit: Callable[..., Visitor], person: str) -> None:
    visitor = visit()
    visitor.sign_up(person)
    assert person in visitor.page.locator("main").inner_text()
    assert visitor.complaints == []


def test_who_comes_back_signs_in_with_a_code(visit: Callable[..., Visitor], person: str) -> None:
    visit().sign_up(person)
    again = visit()
    again.sign_in(person)
    assert person in again.page.locator("main").inner_text()
    assert again.complaints == []


def test_a_wrong_code_is_refused_and_the_right_one_still_works(visit: Callable[..., Visitor], person: str) -> None:
    visitor = visit()
    visitor.goto("/accounts/signup/")
    visitor.page.get_by_label("E-mail address").fill(person)
    visitor.press("Send me a code")
    visitor.page.get_by_label("Code").fill("ZZZZ-ZZZZ")
    visitor.press("Go on")
    assert "Incorrect code" in visitor.page.locator(".errorlist").inner_text()
    visitor.type_code(person)
    visitor.page.wait_for_url("**/me")


def test_who_signs_up_with_a_passkey_comes_back_with_it(visit: Callable[..., Visitor], person: str) -> None:
    visitor = visit()
    visitor.add_authenticator()
    visitor.goto("/accounts/signup/")
    visitor.press("Create it with a passkey")
    visitor.page.get_by_label("E-mail address").fill(person)
    visitor.press("Send me a code")
    visitor.type_code(person)
    visitor.press("Make it")
    visitor.page.wait_for_url("**/me")
    visitor.press("Sign out")
    visitor.goto("/accounts/login/")
    visitor.press("Use a passkey")
    visitor.page.wait_for_url("**/me")
    assert person in visitor.page.locator("main").inner_text()
    assert visitor.complaints == []


def test_a_passkey_is_added_renamed_and_removed(visit: Callable[..., Visitor], person: str) -> None:
    visitor = visit()
    visitor.add_authenticator()
    visitor.sign_up(person)
    visitor.goto("/accounts/2fa/")
    visitor.press("Add a passkey")
    visitor.page.get_by_label("Name").fill("My phone")
    visitor.press("Add a passkey")
    visitor.page.wait_for_url("**/webauthn/")
    assert visitor.page.locator(".keys h2").all_inner_texts() == ["My phone"]
    visitor.press("Rename")
    visitor.page.get_by_label("Name").fill("Old phone")
    visitor.press("Save")
    visitor.page.wait_for_url("**/webauthn/")
    assert visitor.page.locator(".keys h2").all_inner_texts() == ["Old phone"]
    visitor.press("Remove")
    visitor.press("Remove")
    visitor.page.wait_for_url("**/webauthn/")
    assert visitor.page.locator(".keys h2").count() == 0
    assert visitor.complaints == []
    subjects = [letter.subject for letter in visitor.house.letters_to(person)]
    assert subjects[:2] == [
        "A passkey was removed from your Sightline account",
        "A passkey was added to your Sightline account",
    ]


def test_a_passkey_is_no_second_step_for_a_scout(visit: Callable[..., Visitor], person: str) -> None:
    first = visit()
    first.add_authenticator()
    first.sign_up(person)
    _add_passkey(first)
    without_the_phone = visit()
    without_the_phone.sign_in(person)
    assert without_the_phone.heading() == "Me"


def test_a_passkey_is_a_second_step_for_an_operator(visit: Callable[..., Visitor], person: str) -> None:
    operator = visit()
    operator.add_authenticator()
    operator.sign_up(person)
    _add_passkey(operator)
    operator.house.manage("appoint_operator", person, "--reason", "a test")
    operator.press("Back")
    operator.press("Sign out")

    thief = visit()
    _type_address_and_code(thief, person)
    assert thief.heading() == "And your passkey"
    thief.goto("/ops/")
    assert thief.heading() == "And your passkey"

    _type_address_and_code(operator, person)
    assert operator.heading() == "And your passkey"
    operator.press("Use a passkey")
    operator.page.wait_for_url("**/me")
    operator.goto("/ops/")
    assert operator.heading() == "Desk"
    assert "operator_appointed" in operator.page.locator("main").inner_text()


def test_without_a_passkey_the_page_says_that_it_did_not_work(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.goto("/accounts/login/")
    visitor.page.evaluate("() => { navigator.credentials.get = () => Promise.reject(new Error('declined')) }")
    visitor.press("Use a passkey")
    visitor.page.get_by_role("alert").wait_for()
    assert "did not work" in visitor.page.get_by_role("alert").inner_text()


def test_the_letters_are_shown_on_this_machine_only(visit: Callable[..., Visitor], person: str) -> None:
    visit().sign_up(person)
    here = visit(extra_http_headers={})
    here.goto("/dev/mail")
    assert person in here.page.locator("main").inner_text()
    elsewhere = visit()
    elsewhere.goto("/dev/mail")
    assert elsewhere.heading() == "Nothing is here"


def test_the_demo_scout_signs_in_by_code(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.sign_in(visitor.house.demo["scout_email"])
    assert visitor.heading() == "Nearby"


def _type_address_and_code(visitor: Visitor, address: str) -> None:
    letters = len(visitor.house.letters_to(address))
    visitor.goto("/accounts/login/")
    visitor.page.get_by_label("E-mail address").fill(address)
    visitor.press("Send me a code")
    visitor.type_code(address, after=letters)


def _add_passkey(visitor: Visitor) -> None:
    visitor.goto("/accounts/2fa/webauthn/add/")
    visitor.press("Add a passkey")
    visitor.page.wait_for_url("**/webauthn/")
