"""Routes of the account, its password, sessions and devices."""

from cencomm.client.transport.calls import Calls
from cencomm.ids import AccountId, DeviceId
from cencomm.wire.accounts import (
    AccountCreated,
    AskSignInParameters,
    CreateAccount,
    SignedIn,
    SignIn,
    SignInParameters,
)
from cencomm.wire.devices import (
    KeyPackagesStored,
    KeyPackagesWaiting,
    PutKeyPackages,
    RegisterDevice,
)
from cencomm.wire.limits import MIB
from cencomm.wire.password import ChangePassword, PasswordChanged
from cencomm.wire.resets import AskReset
from cencomm.wire.second_factor import RenewRecoveryCodes, SecondFactor, SwitchOffTotp, SwitchOnTotp
from cencomm.wire.sessions import OpenSessions, OwnDevices
from cencomm.wire.vault import PutVault, Vault


class AccountRoutes(Calls):
    async def create_account(self, request: CreateAccount) -> AccountId:
        return (await self._post(AccountCreated, request, "accounts")).account

    async def sign_in_parameters(self, request: AskSignInParameters) -> SignInParameters:
        """Salt and profile; also for a handle that nobody has."""
        return await self._post(SignInParameters, request, "sign-in", "parameters")

    async def sign_in(self, request: SignIn) -> SignedIn:
        """Give `SessionToken(answer.token.encode())` to `signed_in`."""
        return await self._post(SignedIn, request, "sign-in")

    async def sign_out(self) -> None:
        await self._do("DELETE", None, "session")

    async def change_password(self, request: ChangePassword) -> PasswordChanged:
        return await self._post(PasswordChanged, request, "account", "password")

    async def sessions(self) -> OpenSessions:
        return await self._get(OpenSessions, "sessions")

    async def end_session(self, session: bytes) -> None:
        await self._do("DELETE", None, "sessions", session.hex())

    async def end_other_sessions(self) -> None:
        await self._do("DELETE", None, "sessions")

    async def devices(self) -> OwnDevices:
        return await self._get(OwnDevices, "devices")

    async def end_device(self, device: DeviceId) -> None:
        await self._do("DELETE", None, "devices", device.hex())

    async def second_factor(self) -> SecondFactor:
        return await self._get(SecondFactor, "account", "totp")

    async def switch_on_totp(self, request: SwitchOnTotp) -> None:
        await self._do("POST", request, "account", "totp")

    async def switch_off_totp(self, request: SwitchOffTotp) -> None:
        await self._do("POST", request, "account", "totp", "off")

    async def renew_recovery_codes(self, request: RenewRecoveryCodes) -> None:
        await self._do("POST", request, "account", "recovery-codes")

    async def vault(self) -> Vault:
        return await self._get(Vault, "vault", most=2 * MIB)

    async def put_vault(self, request: PutVault) -> Vault:
        return await self._call("PUT", Vault, request, "vault", most=2 * MIB)

    async def register_device(self, request: RegisterDevice) -> None:
        await self._do("POST", request, "devices")

    async def put_key_packages(self, device: DeviceId, request: PutKeyPackages) -> KeyPackagesStored:
        return await self._post(KeyPackagesStored, request, "devices", device.hex(), "key-packages")

    async def waiting_key_packages(self, device: DeviceId) -> KeyPackagesWaiting:
        return await self._get(KeyPackagesWaiting, "devices", device.hex(), "key-packages")

    async def reset(self, request: AskReset) -> None:
        """Also without a session.

        Raises:
            NotFound: nobody offered a reset with this ticket, or it has ended.
        """
        await self._do("POST", request, "resets")
