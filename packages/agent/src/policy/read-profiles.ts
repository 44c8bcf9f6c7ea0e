import { basename } from "node:path";
import { type Address, formatAddress, type Profile, RingfenceError } from "@ringfence/model";
import {
  commandLineProfile,
  needsResolvers,
  RESOLVER_ROOM,
  refuseManyResolvers,
  withResolvers,
  withSearch,
} from "@ringfence/policy";
import { hostResolver } from "../host/host-resolver.js";
import { searchList } from "../names/search-list.js";
import { hostResolvers } from "../names/trusted-resolvers.js";
import { PolicyErrors } from "./policy-errors.js";
import type { PolicyOptions } from "./policy-options.js";
import { type PolicyFile, readPolicyFiles } from "./read-policy-files.js";

/** Profiles in the order in which they decide: files first, then what the command line says. */
export interface ProfilesRead {
  readonly profiles: readonly Profile[];
  /** Where each profile stands, in the same order. */
  readonly sources: readonly string[];
  /** What the policy files hold, by their names. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly warnings: readonly string[];
}

/** The profiles that the options stand for. Throws PolicyErrors, RF_DESTINATION, RF_POLICY_FILE. */
export function readProfiles(options: PolicyOptions): Promise<ProfilesRead> {
  return parseProfiles(readPolicyFiles(options.policyFiles), options);
}

/**
 * The same where the files were read already.
 * @param others files that hold beside those read; what is read replaces those of the same name, and profiles of the same name
 */
export async function parseProfiles(
  read: readonly PolicyFile[],
  options: PolicyOptions,
  others: readonly PolicyFile[] | null = null,
): Promise<ProfilesRead> {
  const given = await parseFiles(read);
  const errors = [...given.flatMap((file) => file.errors), ...duplicates(given)];
  if (errors.length > 0) throw new PolicyErrors(errors);
  const files = [...notReplaced(await parseFiles(others ?? []), given), ...given];
  const profiles: Profile[] = files.flatMap((file) => file.profiles);
  const sources = files.flatMap(({ file, profiles }) => profiles.map(() => file));
  const warnings = given.flatMap((file) => file.warnings.map((warning) => warning.format()));
  if (saysSomething(options) || (files.length === 0 && others === null)) {
    const { allow, deny, allowFrom, listen } = options;
    const action = options.default ?? undefined;
    const said = { allow, deny, allowFrom, listen, default: action, mode: "enforce" as const };
    profiles.push(commandLineProfile(said, hostResolver));
    sources.push("command line");
  }
  const complete = completeProfiles(profiles);
  return {
    profiles: complete.profiles.map((profile) => withMode(profile, options.mode)),
    sources,
    files: new Map(files.map(({ file, bytes }) => [file, bytes])),
    warnings: [...warnings, ...complete.warnings],
  };
}

/** Profiles with the resolvers and search domains of this host where they do not say. Throws PolicyErrors. */
export function completeProfiles(profiles: readonly Profile[]): Pick<ProfilesRead, "profiles" | "warnings"> {
  const resolvers = needsResolvers(profiles) ? hostResolvers() : null;
  const resolved = withResolvers(profiles, resolvers?.slice(0, RESOLVER_ROOM) ?? []);
  const complete = withSearch(resolved, searchList());
  const tooMany = refuseManyResolvers(complete);
  if (tooMany !== null) throw new PolicyErrors([tooMany]);
  return { profiles: complete, warnings: aboutResolvers(resolvers) };
}

function aboutResolvers(resolvers: readonly Address[] | null): readonly string[] {
  if (resolvers?.length === 0) return [noResolver.format()];
  const left = resolvers?.slice(RESOLVER_ROOM).map(formatAddress) ?? [];
  if (left.length === 0) return [];
  const message = `Answers of ${left.join(", ")} in /etc/resolv.conf do not count: there is room for ${RESOLVER_ROOM} resolvers`;
  return [
    new RingfenceError("RF_POLICY_RESOLVER", message, { hint: "list those that are asked in dns" }).format(),
  ];
}

const noResolver = new RingfenceError(
  "RF_POLICY_NO_RESOLVER",
  "Rules list names, and /etc/resolv.conf names no resolver whose answers could be believed",
  { hint: "Add dns: { resolvers: [...] } to the profile: until then names match nothing" },
);

async function parseFiles(files: readonly PolicyFile[]) {
  if (files.length === 0) return [];
  const { parsePolicy } = await import("@ringfence/policy/parse");
  return files.map(({ file, bytes }) => ({ file, bytes, ...parsePolicy(bytes, file, hostResolver) }));
}

type ParsedFile = Awaited<ReturnType<typeof parseFiles>>[number];

/** What stays of files beside others that count instead. */
function notReplaced(files: readonly ParsedFile[], given: readonly ParsedFile[]): readonly ParsedFile[] {
  const fileNames = new Set(given.map(({ file }) => basename(file)));
  const names = new Set(given.flatMap(({ profiles }) => profiles.map(({ name }) => name)));
  return files
    .filter(({ file }) => !fileNames.has(basename(file)))
    .map((file) => ({ ...file, profiles: file.profiles.filter(({ name }) => !names.has(name)) }));
}

function saysSomething({ allow, deny, allowFrom, listen, default: action }: PolicyOptions): boolean {
  return [allow, deny, allowFrom, listen].some((texts) => texts.length > 0) || action !== null;
}

/** `--mode` is for the whole run: audit promises that nothing is refused, enforce that everything is. */
function withMode(profile: Profile, mode: PolicyOptions["mode"]): Profile {
  return mode === null || profile.mode === "off" ? profile : { ...profile, mode };
}

function duplicates(files: readonly { readonly profiles: readonly Profile[] }[]): RingfenceError[] {
  const seen = new Set<string>();
  return files
    .flatMap((file) => file.profiles)
    .filter((profile) => seen.has(profile.name) || !seen.add(profile.name))
    .map(
      ({ name, location }) =>
        new RingfenceError("RF_POLICY_DUPLICATE_NAME", `Profile "${name}" is defined twice in this run`, {
          hint: "give each profile a name of its own",
          location,
        }),
    );
}
