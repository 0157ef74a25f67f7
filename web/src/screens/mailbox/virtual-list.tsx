/** A list of any length, of which only the rows in sight are there. All rows have one height, which the style says. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

const BEYOND = 6; // rows above and below what is in sight, so that none is missing while it is scrolled
const UNMEASURED = 90; // pixels, until the first row was seen

interface Props {
  readonly label: string;
  readonly count: number;
  readonly chosen: number; // place of the chosen row, -1: none
  readonly rowId: (place: number) => string;
  readonly row: (place: number) => JSX.Element; // an element with role `option`
  readonly onChoose: (place: number) => void; // with the arrows
  readonly onOpen: () => void;
  readonly onSight: (first: number, last: number) => void; // which rows are there now: `last` is behind them
}

export function VirtualList({ label, count, chosen, rowId, row, onChoose, onOpen, onSight }: Props): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const sheet = useRef<HTMLDivElement>(null);
  const inSight = useRef<HTMLDivElement>(null);
  const [height, setHeight] = useState(UNMEASURED);
  const [sight, setSight] = useState({ top: 0, height: 900 });

  const first = Math.max(0, Math.min(Math.floor(sight.top / height) - BEYOND, count - 1));
  const last = Math.min(count, Math.ceil((sight.top + sight.height) / height) + BEYOND);

  useEffect(() => onSight(first, last), [first, last]);
  useLayoutEffect(() => {
    const measured = (inSight.current?.firstElementChild as HTMLElement | null)?.offsetHeight ?? 0;
    if (measured > 0 && measured !== height) {
      setHeight(measured);
    }
    sheet.current?.style.setProperty("block-size", `${count * height}px`);
    inSight.current?.style.setProperty("transform", `translateY(${first * height}px)`);
  });
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) {
      return undefined;
    }
    const look = (): void => setSight({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    element.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener("scroll", look);
    };
  }, []);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null || chosen < 0) {
      return;
    }
    const [above, below] = [chosen * height, (chosen + 1) * height - element.clientHeight];
    if (element.scrollTop > above) {
      element.scrollTop = above;
    } else if (element.scrollTop < below) {
      element.scrollTop = below;
    }
  }, [chosen, height]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: chosen + 1,
      ArrowUp: chosen - 1,
      Home: 0,
      End: count - 1,
      PageDown: chosen + Math.max(1, Math.floor(sight.height / height) - 1),
      PageUp: chosen - Math.max(1, Math.floor(sight.height / height) - 1),
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      onChoose(Math.max(0, Math.min(step, count - 1)));
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      onOpen();
    }
  };

  return (
    <div
      ref={frame}
      class="arrivals-frame"
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={chosen >= first && chosen < last ? rowId(chosen) : undefined}
      onKeyDown={onKeyDown}
    >
      <div ref={sheet} class="arrivals-sheet" role="presentation">
        <div ref={inSight} role="presentation">
          {Array.from({ length: Math.max(0, last - first) }, (_, place) => row(first + place))}
        </div>
      </div>
    </div>
  );
}
