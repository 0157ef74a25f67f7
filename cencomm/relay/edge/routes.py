"""Every method and path of docs/protocol.md section 8, and the pages for browsers."""

from aiohttp import web

from cencomm.relay.edge import (
    about,
    accounts,
    attachments,
    channels,
    devices,
    foundings,
    history,
    locks,
    mailbox,
    operations,
    own_account,
    pages,
    resets,
    second_factor,
)
from cencomm.relay.edge.stream import open_stream

_OPERATION = "/v1/operations/{op}"
_CHANNEL = f"{_OPERATION}/channels/{{ch}}"
_ATTACHMENT = f"{_CHANNEL}/attachments/{{attachment}}"
_GENERATION = f"{_CHANNEL}/{{gen}}"
_HISTORY = f"{_OPERATION}/history/{{request}}"

ROUTES = (
    web.get("/healthz", about.healthz),
    web.get("/v1/relay", about.get_relay),
    web.post("/v1/accounts", accounts.create_account),
    web.post("/v1/sign-in/parameters", accounts.sign_in_parameters),
    web.post("/v1/sign-in", accounts.sign_in),
    web.delete("/v1/session", accounts.sign_out),
    web.get("/v1/vault", accounts.get_vault),
    web.put("/v1/vault", accounts.put_vault),
    web.post("/v1/mailbox/hold", mailbox.post_hold),
    web.get("/v1/mailbox", mailbox.get_mailbox),
    web.put("/v1/mailbox", mailbox.put_mailbox),
    web.post("/v1/mailbox/rows", mailbox.post_rows),
    web.post("/v1/mailbox/release", mailbox.post_release),
    web.get("/v1/account/totp", second_factor.get_totp),
    web.post("/v1/account/totp", second_factor.post_totp),
    web.post("/v1/account/totp/off", second_factor.post_totp_off),
    web.post("/v1/account/recovery-codes", second_factor.post_recovery_codes),
    web.post("/v1/account/password", own_account.post_password),
    web.get("/v1/sessions", own_account.get_sessions),
    web.delete("/v1/sessions", own_account.delete_other_sessions),
    web.delete("/v1/sessions/{session}", own_account.delete_session),
    web.get("/v1/devices", own_account.get_devices),
    web.delete("/v1/devices/{device}", own_account.delete_device),
    web.post("/v1/devices", devices.post_device),
    web.post("/v1/devices/{device}/key-packages", devices.post_key_packages),
    web.get("/v1/devices/{device}/key-packages", devices.get_key_packages),
    web.put("/v1/founding-answers/{slot}", foundings.put_founding_answer),
    web.get("/v1/founding-answers/{slot}", foundings.get_founding_answer),
    web.post("/v1/resets", resets.post_reset),
    web.post("/v1/operations", operations.post_operation),
    web.get("/v1/operations", operations.get_operations),
    web.get(f"{_OPERATION}/ledger", operations.get_ledger),
    web.post(f"{_OPERATION}/ledger", operations.post_ledger),
    web.post(f"{_OPERATION}/ledger/lost", operations.post_lost_entries),
    web.get(f"{_OPERATION}/wraps", operations.get_wraps),
    web.get(f"{_OPERATION}/blobs", operations.get_blobs),
    web.post(f"{_OPERATION}/resets", resets.post_offer),
    web.post(f"{_OPERATION}/enrolments", operations.post_enrolment),
    web.get(f"{_OPERATION}/enrolments", operations.get_enrolments),
    web.get(f"{_OPERATION}/locks", locks.get_locks),
    web.delete(f"{_OPERATION}/locks/{{account}}", locks.delete_lock),
    web.get(f"{_OPERATION}/devices", devices.get_further_devices),
    web.post(f"{_CHANNEL}/claims", devices.post_claim),
    web.put(_ATTACHMENT, attachments.announce_attachment),
    web.get(_ATTACHMENT, attachments.get_attachment),
    web.put(f"{_ATTACHMENT}/chunks/{{number}}", attachments.put_chunk),
    web.get(f"{_ATTACHMENT}/chunks", attachments.get_chunks),
    web.get(f"{_GENERATION}/log", channels.get_log),
    web.post(f"{_GENERATION}/log", channels.post_log),
    web.post(f"{_GENERATION}/turn", channels.post_turn),
    web.get(f"{_GENERATION}/welcomes", channels.get_welcomes),
    web.delete(f"{_GENERATION}/welcomes/{{device}}/{{sequence}}", channels.delete_welcome),
    web.get(f"{_GENERATION}/rejections", channels.get_rejections),
    web.post(f"{_GENERATION}/rejections", channels.post_rejection),
    web.post(_HISTORY, history.post_chunk),
    web.get(_HISTORY, history.get_state),
    web.get(f"{_HISTORY}/chunks", history.get_chunks),
    web.post(f"{_HISTORY}/taken", history.post_taken),
    web.delete(f"{_HISTORY}/answers/{{account}}", history.delete_answer),
    web.delete(_HISTORY, history.delete_request),
    web.get("/v1/stream", open_stream),
)

PAGES = (
    web.get("/", pages.get_page),
    web.get("/assets/{name}", pages.get_asset),
    web.get("/manifest.json", pages.get_manifest),
)
