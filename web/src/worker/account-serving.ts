/** The page's calls about the account, answered. */

import type { AccountCallName, AccountCalls } from "./account-calls";
import type { Asked } from "./calls";
import type { OwnAccount } from "./own-account";

/** Throws as the functions of `OwnAccount`. */
export async function serveAccount(
  account: OwnAccount,
  asked: Asked<AccountCallName>,
): Promise<AccountCalls[AccountCallName]["answer"]> {
  switch (asked.call) {
    case "account":
      return account.view();
    case "endSession":
      return account.endSession(asked.ask.session);
    case "endOtherSessions":
      return account.endOtherSessions();
    case "forgetComputer":
      return account.forgetComputer();
    case "endDevice":
      return account.endDevice(asked.ask.device);
    case "newTotp":
      return account.newTotp();
    case "switchOnTotp":
      return account.switchOnTotp(asked.ask);
    case "switchOffTotp":
      return account.switchOffTotp(asked.ask);
    case "newRecoveryCodes":
      return account.newRecoveryCodes();
    case "renewRecoveryCodes":
      return account.renewRecoveryCodes(asked.ask);
    case "changePassword":
      return account.changePassword(asked.ask);
  }
}
