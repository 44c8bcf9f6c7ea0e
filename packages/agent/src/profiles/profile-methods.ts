import { basename } from "node:path";
import { RingfenceError } from "@ringfence/model";
import type { ControlMethods } from "../control/control-method.js";
import type { Peer } from "../control/peer.js";
import type { PolicyFile } from "../policy/read-policy-files.js";
import { documentAround } from "./document-around.js";
import type { ProfileManager } from "./profile-manager.js";

type Params = Readonly<Record<string, unknown>>;

/** What the agent can be asked about its profiles. */
export function profileMethods(manager: ProfileManager): ControlMethods {
  return {
    "policy.list": { access: "read", handle: async () => manager.status },
    "policy.show": { access: "read", handle: async (params) => show(manager, text(params, "name")) },
    "policy.files": {
      access: "read",
      handle: async () => ({
        files: manager.good.map(({ file, bytes }) => ({
          name: file,
          text: Buffer.from(bytes).toString("utf8"),
        })),
      }),
    },
    "policy.diff": {
      access: "read",
      handle: async (params) => manager.diff(filesOf(params), params["whole"] === true),
    },
    "policy.apply": {
      access: "change",
      handle: async (params, peer) =>
        manager.change("apply", { ...optionsOf(params), files: textsOf(params) }, peer),
    },
    "policy.delete": { access: "change", handle: async (params, peer) => remove(manager, params, peer) },
    "policy.confirm": { access: "change", handle: async (_params, peer) => manager.confirm(peer) },
    panic: { access: "change", handle: async (_params, peer) => done(manager.panic(peer)) },
    on: { access: "change", handle: async (_params, peer) => done(manager.endPanic(peer)) },
    "policy.reload": {
      access: "change",
      handle: async () => {
        await manager.reload();
        return manager.status;
      },
    },
  };
}

async function done(work: Promise<void>): Promise<object> {
  await work;
  return {};
}

function show(manager: ProfileManager, name: string): { readonly file: string; readonly text: string } {
  const { location } = factsOf(manager, name);
  const source = manager.good.find(({ file }) => file === location.file);
  return {
    file: location.file,
    text: documentAround(Buffer.from(source?.bytes ?? []).toString("utf8"), location.line),
  };
}

/** Removes the file of a profile; one that holds others too is the operator's to edit. */
function remove(manager: ProfileManager, params: Params, peer: Peer): Promise<unknown> {
  const name = text(params, "name");
  const { file } = factsOf(manager, name).location;
  const others = manager.status.profiles.filter((one) => one.location.file === file && one.name !== name);
  if (others.length > 0) {
    const list = others.map((one) => `"${one.name}"`).join(", ");
    throw new RingfenceError("RF_REQUEST", `"${file}" holds ${list} too`, {
      hint: "Remove the profile from the file, and apply that",
    });
  }
  return manager.change(
    "delete",
    { ...optionsOf(params), files: [{ name: basename(file), text: null }] },
    peer,
  );
}

function factsOf(manager: ProfileManager, name: string) {
  const found = manager.status.profiles.find((profile) => profile.name === name);
  if (found !== undefined) return found;
  throw new RingfenceError("RF_POLICY_UNKNOWN", `No profile "${name}" is in force`, {
    hint: "ringfence policy list shows those that are",
  });
}

function optionsOf(params: Params): { readonly force: boolean; readonly confirmWithin: number | null } {
  const seconds = params["confirmWithin"];
  const isTime = typeof seconds === "number" && seconds > 0 && seconds <= 86_400;
  return { force: params["force"] === true, confirmWithin: isTime ? seconds : null };
}

function textsOf(params: Params): readonly { readonly name: string; readonly text: string }[] {
  const files = Array.isArray(params["files"]) ? (params["files"] as readonly Params[]) : [];
  return files.map((file) => ({ name: text(file, "name"), text: text(file, "text") }));
}

function filesOf(params: Params): readonly PolicyFile[] {
  return textsOf(params).map(({ name, text }) => ({ file: name, bytes: Buffer.from(text) }));
}

function text(params: Params, key: string): string {
  const value = params[key];
  if (typeof value === "string") return value;
  throw new RingfenceError("RF_REQUEST", `The request has no "${key}"`, {
    hint: "Use the ringfence commands",
  });
}
