/** As whom one reads and writes here: the post's country and name, where its operations agree about them. */

import type { JSX } from "preact";

import { useWords } from "../../words";
import { CountryBadge, memberName } from "../people";
import { useBoard } from "./board";

export function WhoseDesk(): JSX.Element | null {
  const words = useWords();
  const { operations } = useBoard();
  const [post, ...others] = operations.flatMap(({ overview }) => overview?.members.find((one) => one.isUs) ?? []);
  const agreed = others.every(
    ({ profile }) => profile?.name === post?.profile?.name && profile?.country === post?.profile?.country,
  );
  if (post === undefined || post.profile === null || !agreed) {
    return null; // each story says who its readers are
  }
  return (
    <span class="whose-desk desk-only">
      <CountryBadge country={post.profile.country} /> <bdi>{memberName(words, post)}</bdi>
    </span>
  );
}
