/** What a mailbox refuses on its own. */

export { NotAMember } from "../channel/unsendable";
