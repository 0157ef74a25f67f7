/** More of messages is asked for when somebody looks at them: the mailbox opens with its headlines (ADR 0029). */

import { useEffect, useRef } from "preact/hooks";

import type { Extent, MessageView } from "../../mailbox/views";
import type { MailboxActions } from "./actions";

/** Whether less than `wanted` of it is here. */
export function lacks({ extent }: MessageView, wanted: "brief" | "whole"): boolean {
  return EXTENTS.indexOf(extent) < EXTENTS.indexOf(wanted);
}

const EXTENTS: readonly Extent[] = ["heading", "brief", "whole"];

/** As much of these messages as is wanted comes, asked for once; again after it failed and they changed. */
export function useShowing(
  messages: readonly MessageView[],
  wanted: "brief" | "whole",
  onShow: MailboxActions["onShow"],
): void {
  const asked = useRef(new Set<string>());
  useEffect(() => {
    const missing = messages.filter((one) => lacks(one, wanted) && !asked.current.has(one.key)).map((one) => one.key);
    if (missing.length > 0) {
      missing.forEach((key) => asked.current.add(key));
      void onShow(missing, wanted).then((shown) => shown || missing.forEach((key) => asked.current.delete(key)));
    }
  }, [messages, wanted]);
}
