import assert from "node:assert/strict";
import test from "node:test";

import { hex } from "../../src/bytes";
import { keepDraft, kept } from "../../src/channel/posting";
import { judgeRelease, NotForRelease, ReleasesElsewhere } from "../../src/channel/release-rules";
import type { Attachment } from "../../src/forms/attachment";
import { ChannelKind } from "../../src/ledger/kinds";
import type { Operation } from "../../src/operation/operation";
import { begin, Officer } from "../fakes/officer";
import { plainBody } from "../fakes/plain-body";
import { CHANNEL, FORM, NOW, OFFICERS } from "../fakes/sending-operation";
import { form } from "../forms/shipped";

const RELEASE = form("release");
const BODY = plainBody(new Map(), NOW);
const PICTURE: Attachment = {
  id: new Uint8Array(16),
  name: "picture-1.jpg",
  mediaType: "image/jpeg",
  size: 1,
  key: new Uint8Array(32),
  hash: new Uint8Array(32),
  chunkSize: 65_536,
};

test("the shipped form with a picture may stand in a release channel", () => {
  judgeRelease(RELEASE, { ...BODY, attachments: [PICTURE] });
});

test("R1: a seizure may not", () => {
  assert.throws(() => judgeRelease(form("seizure"), BODY), NotForRelease);
});

test("R2: a release that asks for something personal may not", () => {
  const [first, ...others] = RELEASE.fields;
  const named = { ...RELEASE, fields: [{ ...first!, nominal: 1 as const }, ...others] };

  assert.throws(() => judgeRelease(named, BODY), NotForRelease);
});

for (const [rule, body] of [
  ["R3", { tlp: "RED" }],
  ["R4", { attachments: [{ ...PICTURE, mediaType: "application/pdf" }] }],
  ["R5", { handlingText: "ask Ana Ruiz" }],
  ["R6", { attachments: [{ ...PICTURE, name: "Ana Ruiz.jpg" }] }],
] as const) {
  test(`${rule}: what it forbids is set aside`, () => {
    assert.throws(
      () => judgeRelease(RELEASE, { ...BODY, ...body }),
      (error) => error instanceof NotForRelease && error.message.includes(rule),
    );
  });
}

test("nobody writes a report into a release channel from here: nothing of it is kept (R1)", async () => {
  class InReleaseChannel extends Officer {
    override operation(): Operation {
      const known = super.operation();
      const channel = { ...known.ledger.channels.get(hex(CHANNEL))!, kind: ChannelKind.release };
      const channels = new Map([[hex(CHANNEL), channel]]);
      return { ...known, ledger: Object.create(known.ledger, { channels: { value: channels } }) };
    }
  }
  const officer = new InReleaseChannel(OFFICERS[0]!, begin().relay);
  const { operation } = officer.ledger;
  const draft = { message: officer.entropy(16), operation, channel: CHANNEL, form: FORM, replyTo: null, body: BODY };

  await assert.rejects(keepDraft(officer, draft), ReleasesElsewhere);

  assert.deepEqual(await kept(officer), []);
});
