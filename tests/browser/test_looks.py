"""How the pages look and behave at the edges: narrow, dark, from right to left, without a script. Screens are kept."""

from collections.abc import Callable

import pytest

from tests.browser.conftest import Visitor
from tests.browser.looking import look, look_at_all_sizes, too_wide

pytestmark = pytest.mark.browser


def test_pages_for_strangers_fit_a_phone(visit: Callable[..., Visitor], person: str) -> None:
    visitor = visit()
    for name, path in [
        ("welcome", "/"),
        ("sign-in", "/accounts/login/"),
        ("sign-up", "/accounts/signup/"),
        ("sign-up-passkey", "/accounts/signup/passkey/"),
        ("not-found", "/nowhere"),
        ("claim-unknown", "/owner/claim/slc_none"),
    ]:
        visitor.goto(path)
        look_at_all_sizes(visitor, name)
    visitor.goto("/accounts/login/")
    visitor.page.get_by_label("E-mail address").fill(person)
    visitor.press("Send me a code")
    look_at_all_sizes(visitor, "code")
    visitor.page.get_by_label("Code").fill("ZZZZ-ZZZZ")
    visitor.press("Go on")
    look_at_all_sizes(visitor, "code-wrong")
    assert [said for said in visitor.complaints if "404" not in said] == []


def test_pages_for_people_who_are_in_fit_a_phone(visit: Callable[..., Visitor], person: str) -> None:
    visitor = visit()
    visitor.add_authenticator()
    visitor.sign_up(person)
    look_at_all_sizes(visitor, "me-new")
    visitor.press("Become a scout")
    visitor.goto("/accounts/2fa/webauthn/add/")
    look_at_all_sizes(visitor, "passkey-add")
    visitor.press("Add a passkey")
    visitor.page.wait_for_url("**/webauthn/")
    look_at_all_sizes(visitor, "passkeys")
    visitor.press("Remove")
    look_at_all_sizes(visitor, "passkey-remove")
    visitor.house.manage("appoint_operator", person, "--reason", "to look at the desk")
    for name, path in [
        ("me", "/me"),
        ("email", "/accounts/email/"),
        ("desk", "/ops/"),
        ("sign-in-again", "/sign-in-again?next=/ops/"),
        ("sign-out", "/accounts/logout/"),
    ]:
        visitor.goto(path)
        look_at_all_sizes(visitor, name)
    assert visitor.complaints == []


def test_pages_read_from_right_to_left(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    for name, path in [("welcome", "/"), ("sign-in", "/accounts/login/")]:
        visitor.goto(path)
        visitor.page.evaluate("() => document.documentElement.dir = 'rtl'")
        look(visitor, f"{name}-rtl", 320)
        brand, nav = (visitor.page.locator(part).bounding_box() for part in (".brand", ".top nav"))
        assert brand
        assert nav
        assert brand["x"] > nav["x"]


def test_text_of_twice_the_size_still_fits(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    for path in ("/", "/accounts/login/"):
        visitor.goto(path)
        visitor.page.evaluate("() => document.documentElement.style.setProperty('font-size', '200%')")
        visitor.page.set_viewport_size({"width": 320, "height": 640})
        assert too_wide(visitor.page) == []


def test_spanish_is_chosen_by_the_browser_or_by_hand(visit: Callable[..., Visitor]) -> None:
    visitor = visit(locale="es-ES")
    visitor.goto("/accounts/login/")
    assert visitor.page.locator("html").get_attribute("lang") == "es"
    assert visitor.heading() == "Entrar"
    look_at_all_sizes(visitor, "sign-in-es")
    visitor.press("English")
    assert visitor.heading() == "Sign in"
    visitor.press("Español")
    visitor.goto("/")
    assert "cerca" in visitor.heading()
    look_at_all_sizes(visitor, "welcome-es")
    assert visitor.complaints == []


def test_signing_in_needs_no_script(visit: Callable[..., Visitor], person: str) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.sign_up(person)
    assert visitor.heading() == "Me"
    visitor.press("Sign out")
    visitor.goto("/accounts/login/")
    assert visitor.page.get_by_role("button", name="Use a passkey").count() == 0


def test_the_content_is_one_key_away(visit: Callable[..., Visitor]) -> None:
    visitor = visit()
    visitor.goto("/")
    visitor.page.keyboard.press("Tab")
    focused = visitor.page.locator(":focus")
    assert focused.inner_text() == "Skip to the content"
    assert focused.bounding_box()["y"] >= 0  # type: ignore[index]
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "content"
