/** A browser's member for tests/scenarios/test_mixed_group.py: one JSON object a line, asked and answered. */

import { createInterface } from "node:readline";

import { fromHex, hex, utf8, type Bytes } from "../../src/bytes";
import { ProtocolError } from "../../src/errors";
import { parseCommit } from "../../src/mls/commit";
import { Group } from "../../src/mls/group";
import { device } from "../mls/party";

type Asked = Readonly<Record<string, string | readonly string[] | readonly number[] | undefined>>;
type Answer = Readonly<Record<string, string | number | null>>;

const us = await device("browser");
let group: Group | null = null;
let staged: Group | null = null;

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await attempt(JSON.parse(line) as Asked);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}

async function attempt(asked: Asked): Promise<Answer> {
  try {
    const answer = await act(asked);
    return { ...answer, authenticator: group && hex(group.epochAuthenticator), leaf: group && group.ownLeaf };
  } catch (error) {
    if (error instanceof ProtocolError) {
      return { refused: error.name };
    }
    throw error;
  }
}

async function act(asked: Asked): Promise<Answer> {
  switch (asked["do"]) {
    case "key package":
      return { key_package: hex(us.own.keyPackage) };
    case "join":
      group = (await Group.join(bytes(asked, "welcome"), bytes(asked, "tree"), us.own, us.keys)).group;
      return {};
    case "follow":
      parseCommit(bytes(asked, "message"));
      group = await member().process(bytes(asked, "message"));
      return {};
    case "open": {
      const opened = await member().open(bytes(asked, "message"));
      group = opened.group;
      return { plaintext: hex(opened.plaintext), anchor: hex(opened.authenticatedData), sender: opened.sender.index };
    }
    case "seal": {
      const sealed = await member().seal(bytes(asked, "plaintext"), utf8("anchor"));
      group = sealed.group;
      return { message: hex(sealed.message) };
    }
    case "commit": {
      const adds = (asked["adds"] as readonly string[]).map((one) => fromHex(one));
      const made = await member().commit({ adds, removes: asked["removes"] as readonly number[] }, utf8("anchor"));
      staged = made.group;
      const { welcome, ratchetTree } = made;
      return { message: hex(made.message), welcome: welcome && hex(welcome), tree: ratchetTree && hex(ratchetTree) };
    }
    case "adopt":
      group = staged;
      return {};
    case "restore": {
      const { secret, tree } = member().encode();
      group = await Group.restore(secret, tree, us.keys);
      return {};
    }
    default:
      throw new Error(`asked for ${String(asked["do"])}`);
  }
}

function member(): Group {
  if (group === null) {
    throw new Error("not joined");
  }
  return group;
}

function bytes(asked: Asked, name: string): Bytes {
  return fromHex(String(asked[name]));
}
