/** A message's body as the page is told of it: the keys of its files stay here. */

import type { Body } from "../forms/envelope";
import { attachmentView } from "./draft-files";
import type { BodyView } from "./views";

export function bodyView(body: Body): BodyView {
  return { ...body, attachments: body.attachments.map(attachmentView) };
}
