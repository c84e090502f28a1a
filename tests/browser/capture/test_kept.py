"""What a full disk does to a capture: nothing."""

from collections.abc import Callable

import pytest

from tests.browser.capture.conftest import Scout
from tests.browser.conftest import until

pytestmark = [pytest.mark.browser, pytest.mark.extra]  # together they take minutes

Come = Callable[..., Scout]


# Chromium remembers for half a minute how much room there was. A file as large as a photo, put down and thrown away.
_WRITE = """() => new Promise(done => {
  const asked = indexedDB.open("probe");
  asked.onupgradeneeded = () => asked.result.createObjectStore("files", {keyPath: "id"});
  asked.onerror = () => done(asked.error.name);
  asked.onsuccess = () => {
    const put = asked.result.transaction("files", "readwrite");
    const close = (word) => { asked.result.close(); indexedDB.deleteDatabase("probe"); done(word); };
    put.oncomplete = () => close("kept");
    put.onabort = () => close(put.error.name);
    put.objectStore("files").put({id: 1, bytes: new ArrayBuffer(300000)});
  };
})"""


def _fill_disk(ada: Scout) -> None:
    ada.context.new_cdp_session(ada.page).send(
        "Storage.overrideQuotaForOrigin", {"origin": ada.house.url, "quotaSize": 1}
    )
    until(lambda: ada.page.evaluate(_WRITE) == "QuotaExceededError", seconds=90)


def _free_disk(ada: Scout) -> None:
    ada.context.new_cdp_session(ada.page).send("Storage.overrideQuotaForOrigin", {"origin": ada.house.url})
    until(lambda: ada.page.evaluate(_WRITE) == "kept", seconds=90)


def test_a_photo_that_a_full_disk_does_not_take_stays_until_there_is_room(scout: Come) -> None:
    ada = scout()
    ada.take_along()
    ada.shoot()
    _fill_disk(ada)
    ada.page.locator("[data-do=keep]").click()
    assert "full" in ada.alert()
    assert ada.files_kept() == 0
    ada.page.locator("[data-unsaved]").evaluate("said => { said.textContent = ''; }")
    ada.press("Save again")
    until(lambda: "full" in ada.alert(), seconds=30)  # said anew: this try is over before there is room
    _free_disk(ada)
    ada.press("Save again")
    ada.answer()
    ada.waits_for("Received")
    assert len(ada.arrived()[0]["sha256"]) == 1
    assert ada.complaints == []


def test_where_only_the_last_step_finds_no_room_it_is_sent_without_being_kept(scout: Come) -> None:
    ada = scout()
    ada.take_along()
    ada.take()
    (draft,) = until(ada.kept, seconds=30)
    _fill_disk(ada)
    ada.answer()
    assert "full" in ada.alert()
    ada.press("Send it now")
    ada.waits_for("Received")
    (arrived,) = ada.arrived()
    assert arrived["sha256"] == [file["sha256"] for file in draft["files"]]
    assert arrived["signature"] == "valid"
