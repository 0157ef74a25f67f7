/**
 * Tells of urgent messages when nobody looks: a sound and a notification that say nothing of what is in them.
 *
 * Nothing is remembered on the computer, so it is asked for once a session, by a button: browsers want a gesture.
 */

import { useEffect, useRef, useState } from "preact/hooks";

import type { Entry } from "../../mailbox/boxes";
import { isUnread, isUrgent } from "../../mailbox/filters";

const PITCHES = [880, 660, 880]; // hertz: it carries through a duty room, and is no telephone
const TONE_SECONDS = 0.18;
const LOUDNESS = 0.2;

export interface Alerting {
  readonly on: boolean;
  readonly turnOn: () => void;
  readonly newest: Entry | null; // the last that came since the page was opened, for who listens to the screen
}

export function useAlerting(entries: readonly Entry[], title: string): Alerting {
  const known = useRef<Set<string> | null>(null);
  const sound = useRef<AudioContext | null>(null);
  const [on, setOn] = useState(false);
  const [newest, setNewest] = useState<Entry | null>(null);

  useEffect(() => {
    if (known.current === null || entries.length === 0) {
      known.current = new Set(entries.map((entry) => entry.view.key)); // what was there is no news
      return;
    }
    const before = known.current;
    const came = entries.filter((entry) => !before.has(entry.view.key));
    came.forEach((entry) => before.add(entry.view.key));
    const news = came.filter((entry) => isUnread(entry) && !entry.view.fromHistory);
    setNewest((last) => news.at(-1) ?? last);
    if (on && news.some((entry) => isUrgent(entry.view.body.priority))) {
      play(sound.current);
      notify(title);
    }
  }, [entries]);

  const turnOn = (): void => {
    sound.current ??= new AudioContext();
    setOn(true);
    if (typeof Notification !== "undefined" && Notification.permission === "default") {
      void Notification.requestPermission();
    }
  };
  return { on, turnOn, newest };
}

function notify(title: string): void {
  if (typeof Notification !== "undefined" && Notification.permission === "granted" && document.hidden) {
    new Notification("CENcomm", { body: title, tag: "cencomm-urgent", icon: "/assets/icon.svg" });
  }
}

function play(context: AudioContext | null): void {
  if (context === null) {
    return;
  }
  PITCHES.forEach((pitch, place) => {
    const [tone, loudness] = [context.createOscillator(), context.createGain()];
    const start = context.currentTime + place * TONE_SECONDS;
    tone.frequency.value = pitch;
    loudness.gain.value = LOUDNESS;
    tone.connect(loudness).connect(context.destination);
    tone.start(start);
    tone.stop(start + TONE_SECONDS);
  });
}
