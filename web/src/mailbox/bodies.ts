/** A message's body as the page is told of it: the keys of its files stay here. */

import { hex } from "../bytes";
import type { Body } from "../forms/envelope";
import type { BodyView } from "./views";

export function bodyView(body: Body): BodyView {
  const attachments = body.attachments.map(({ id, name, mediaType, size }) => ({
    attachment: hex(id),
    name,
    mediaType,
    size,
  }));
  return { ...body, attachments };
}
