/** The screens behind the first one, and what they are filled from: it comes while somebody types their name. */

export { Resources } from "../resources";
export { DutyPost } from "./duty-post";
export { EnrolmentScreen } from "./enrolment";
