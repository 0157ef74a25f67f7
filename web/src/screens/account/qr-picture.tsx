import type { JSX } from "preact";
import { useMemo } from "preact/hooks";

import { qrCode, type Modules } from "./qr-code";

const QUIET = 4; // modules of light around it; ISO/IEC 18004 section 6.3.8

/** Dark on light whatever the theme: not every telephone reads it the other way round. Nothing when it is too long. */
export function QrPicture({ text, label }: { readonly text: string; readonly label: string }): JSX.Element | null {
  const modules = useMemo(() => qrCode(text), [text]);
  if (modules === null) {
    return null;
  }
  const size = modules.length + 2 * QUIET;
  return (
    <svg class="qr" role="img" aria-label={label} viewBox={`0 0 ${size} ${size}`} shape-rendering="crispEdges">
      <rect class="qr-ground" width={size} height={size} />
      <path class="qr-modules" d={outline(modules)} />
    </svg>
  );
}

function outline(modules: Modules): string {
  return modules
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + QUIET} ${y + QUIET}h1v1h-1z` : "")))
    .join("");
}
