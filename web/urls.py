"""The addresses of the people's door."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from django.views.i18n import set_language

from market.config import config
from web.owner import paying
from web.views import (
    bounty,
    claim,
    dev_mail,
    earnings,
    front,
    me,
    nearby,
    notices,
    own_data,
    payout_account,
    published,
    result,
)
from web.views import map as map_views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", front.welcome, name="welcome"),
    path("home", me.home, name="home"),
    path("begin", me.begin, name="begin"),
    path("nearby", nearby.nearby, name="nearby"),
    path("map", map_views.page, name="map"),
    path("map/bounties", map_views.bounties, name="map_bounties"),
    path("place", nearby.look_from, name="look_from"),
    path("bounties/<str:bounty_id>", bounty.bounty, name="bounty"),
    path("bounties/<str:bounty_id>/claim", bounty.claim, name="claim"),
    path("bounties/<str:bounty_id>/report", bounty.report, name="report"),
    path("claims/<str:claim_id>", claim.claim, name="claim_page"),
    path("claims/<str:claim_id>/extend", claim.extend, name="claim_extend"),
    path("claims/<str:claim_id>/release", claim.release, name="claim_release"),
    path("answers", result.results, name="results"),
    path("answers/<str:submission_id>", result.result, name="result"),
    path("answers/<str:submission_id>/pictures/<int:number>", result.picture, name="own_picture"),
    path("answers/<str:submission_id>/appeal", result.appeal, name="appeal"),
    path("earnings", earnings.earnings, name="earnings"),
    path("earnings/payout", earnings.ask_payout, name="ask_payout"),
    path("earnings/connect", payout_account.connect, name="payouts_connect"),
    path("earnings/connect/again", payout_account.again, name="payouts_again"),
    path("earnings/connected", payout_account.connected, name="payouts_connected"),
    path("earnings/schedule", payout_account.choose_schedule, name="payouts_schedule"),
    path("me", me.me, name="me"),
    path("me/mode", me.choose_mode, name="choose_mode"),
    path("me/units", me.choose_units, name="choose_units"),
    path("me/practise", me.practise, name="practise"),
    path("me/notices", notices.page, name="notices"),
    path("me/notices/switch", notices.switch_kind, name="notices_switch"),
    path("me/notices/quiet", notices.be_quiet, name="notices_quiet"),
    path("me/notices/places", notices.watch, name="notices_watch"),
    path("me/notices/places/<uuid:watch_id>/remove", notices.unwatch, name="notices_unwatch"),
    path("me/notices/devices", notices.add_device, name="notices_device"),
    path("me/notices/devices/remove", notices.forget_devices, name="notices_devices_off"),
    path("notices/off/<str:token>", notices.off, name="notices_off"),
    path("me/data", own_data.page, name="own_data"),
    path("me/data/export", own_data.export, name="export_data"),
    path("me/data/delete", own_data.delete, name="delete_data"),
    path("me/scout", me.become_scout, name="become_scout"),
    path("sign-in-again", me.sign_in_again, name="sign_in_again"),
    path(".well-known/sightline-receipt-keys.json", published.receipt_keys, name="receipt_keys"),
    path(".well-known/sightline-authority.pem", published.content_credentials, name="content_credentials"),
    path("", include("web.capture.urls")),
    path("pay/<str:deposit_id>", paying.pay, name="pay"),
    path("owner/", include("web.owner.urls")),
    path("ops/", include("web.ops.urls")),
    path("language", set_language, name="set_language"),
    # allauth's pages, less those of ways to sign in that we do not have.
    path("accounts/password/<path:rest>", front.not_here),
    path("accounts/login/code/", RedirectView.as_view(pattern_name="account_login", query_string=True)),
    path("accounts/2fa/", RedirectView.as_view(pattern_name="mfa_list_webauthn")),
    path("accounts/", include("allauth.urls")),
]
if not config.production:
    urlpatterns.append(path("dev/mail", dev_mail.newest, name="dev_mail"))
