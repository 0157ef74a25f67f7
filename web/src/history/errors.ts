/** What goes wrong with history. In every case nothing was changed but what is said. */

import { ProtocolError } from "../errors";

/**
 * What the relay hands out is no next part of an answer, and no server can have put it there: the relay's doing.
 *
 * Request and key are kept: ask again later.
 */
export class AnswerRefused extends ProtocolError {}
