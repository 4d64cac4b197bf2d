"""The second factor: a time-based code from a phone, and recovery codes for the day the phone is lost.

A code is checked against one named device, never against all: trying every device would count a wrong code
against the recovery codes too.
"""

import base64
from urllib.parse import quote, urlencode

import segno
from django.core.exceptions import ValidationError
from django.db import transaction
from django_otp import verify_token
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import limits
from accounts.account_events import note
from accounts.models import User
from accounts.text import narrow

RECOVERY_CODES = 8
ISSUER = "充分就业社区评审平台"
TRIES, TRIES_WINDOW = 10, 10 * 60
WRONG = "动态口令不正确。请核对手机时间是否准确，等下一组数字出现后再输入。"
TOO_MANY = "尝试次数过多，请等待 10 分钟后再试。"


def device_of(user) -> TOTPDevice | None:
    """The confirmed device of a user."""
    return TOTPDevice.objects.filter(user=user, confirmed=True).first()


def codes_left(user) -> int:
    """How many recovery codes are unused."""
    return StaticToken.objects.filter(device__user=user).count()


def pending_of(user) -> TOTPDevice | None:
    """The device being set up."""
    return TOTPDevice.objects.filter(user=user, confirmed=False).first()


@transaction.atomic
def begin(user) -> TOTPDevice:
    """The device being set up, made when there is none."""
    User.objects.select_for_update().get(pk=user.pk)
    return pending_of(user) or TOTPDevice.objects.create(user=user, name="手机", confirmed=False)


def address_of(device) -> str:
    """The otpauth address that an authenticator reads from the picture."""
    label = quote(f"{ISSUER}:{device.user.username}")
    secret = base64.b32encode(device.bin_key).decode().rstrip("=")
    return (
        f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER, 'digits': device.digits})}"
    )


def picture_of(device) -> str:
    """The address as a QR code, a data: address for an image."""
    return segno.make(address_of(device), error="m").png_data_uri(scale=5, border=2)


def secret_of(device) -> str:
    """The secret in groups of four, for typing."""
    secret = base64.b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def confirm(user, code: str, *, at, now, ip=None) -> tuple[TOTPDevice, list[str]]:
    """Take the first code of the device being set up; returns the device and the recovery codes, shown once.

    `at` is the portal's moment (for the event), `now` the real one (for the limit).
    """
    _take_try(user, now)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        device = TOTPDevice.objects.select_for_update().filter(user=user, confirmed=False).first()
        if device is None or device_of(user):
            raise ValidationError("动态口令已经启用，请直接输入口令。")
        accepted = device.verify_token(narrow(code))
        if accepted:
            device.confirmed = True
            device.save(update_fields=["confirmed"])
            codes = _new_codes(user)
            note("otp_enabled", account=user, by=user, at=at, ip=ip)
        else:
            note("otp_failed", account=user, by=user, at=at, ip=ip)
    if not accepted:  # outside, so that the failure is kept
        raise ValidationError(WRONG)
    limits.clear(_key(user))
    return device, codes


def enter(user, code: str, *, at, now, ip=None):
    """Check a code: six digits against the phone, anything else against the recovery codes; returns the device."""
    _take_try(user, now)
    code = narrow(code)
    if len(code) == 6 and code.isascii() and code.isdigit():
        device = device_of(user)
    else:
        device = StaticDevice.objects.filter(user=user, confirmed=True).first()
        code = code.casefold()
    if device is None or verify_token(user, device.persistent_id, code) is None:
        with transaction.atomic():
            note("otp_failed", account=user, by=user, at=at, ip=ip)
        raise ValidationError(WRONG)
    limits.clear(_key(user))
    return device


def renew_codes(user, *, at, ip=None) -> list[str]:
    """New recovery codes; the old ones no longer work."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        codes = _new_codes(user)
        note("recovery_codes_renewed", account=user, by=user, at=at, ip=ip)
    return codes


def remove_devices(user) -> bool:
    """Delete every device of a user, inside the caller's transaction; whether there was a confirmed one."""
    StaticDevice.objects.filter(user=user).delete()
    confirmed = TOTPDevice.objects.filter(user=user, confirmed=True).exists()
    TOTPDevice.objects.filter(user=user).delete()
    return confirmed


def _new_codes(user):
    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="备用口令", confirmed=True)
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create(StaticToken(device=device, token=code) for code in codes)
    return codes


def _key(user):
    return limits.key_of("otp", str(user.pk))


def _take_try(user, now):
    if not limits.take(_key(user), TRIES, TRIES_WINDOW, now):
        raise ValidationError(TOO_MANY)
