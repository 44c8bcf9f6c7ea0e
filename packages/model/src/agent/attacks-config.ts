import { z } from "zod";
import { parseAddress } from "../address/address-text.js";

const seconds = z.number().int().min(1).max(86_400);
const count = z.number().int().min(1).max(1_000_000);
const share = z.number().min(0).max(1);

/** What is done when a detector raises an alert. */
export const attackResponseSchema = z.enum(["log", "deny", "quarantine", "kill"]);

const common = {
  enabled: z.boolean().default(true),
  response: attackResponseSchema
    .default("log")
    .describe(
      "deny and quarantine cut the process tree off from the network, for denyMinutes or until it is released",
    ),
  ignore: z.array(z.string()).default([]).describe("paths of executables that raise no such alert"),
};

/** Thresholds of the detectors, and what is done about their alerts. Every key has a default. */
export const attacksConfigSchema = z.strictObject({
  dryRun: z.boolean().default(true).describe("say what would be done, and do nothing but log"),
  denyMinutes: z.number().min(0.01).max(1440).default(10),
  repeatSeconds: seconds
    .default(600)
    .describe("the same alert is told again after so long; until then it is counted"),
  metadata: z
    .strictObject({
      ...common,
      addresses: z
        .array(z.string().refine((text) => parseAddress(text) !== null, "Expected an IP address"))
        .default(["169.254.169.254", "169.254.170.2", "fd00:ec2::254", "100.100.100.200", "192.0.0.192"])
        .describe("where clouds answer with an instance's credentials"),
    })
    .prefault({}),
  portScanOut: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(60),
      ports: count.default(20).describe("ports of one host that did not answer"),
      hosts: count.default(30).describe("hosts that did not answer at one port"),
    })
    .prefault({}),
  portScanIn: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(60),
      ports: count.default(15).describe("ports without a listener, or denied, that one source tried"),
    })
    .prefault({}),
  synFloodIn: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(10),
      handshakes: count.default(200).describe("begun at one listener"),
      finished: share.default(0.3).describe("share of them that was finished, at most"),
    })
    .prefault({}),
  synFloodOut: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(10),
      handshakes: count.default(200).describe("begun by one process with one port"),
      finished: share.default(0.2),
    })
    .prefault({}),
  shell: z
    .strictObject({
      ...common,
      shells: z
        .array(z.string())
        .default([
          "sh",
          "bash",
          "dash",
          "ash",
          "zsh",
          "ksh",
          "mksh",
          "fish",
          "csh",
          "tcsh",
          "busybox",
          "pwsh",
        ])
        .describe("names of executables"),
    })
    .prefault({}),
  beaconing: z
    .strictObject({
      ...common,
      intervals: count.default(8).describe("in a row that are alike"),
      jitter: share
        .default(0.1)
        .describe("standard deviation of the intervals, as a share of their mean, at most"),
      minSeconds: seconds.default(10),
      maxSeconds: seconds.default(7200),
      newSeconds: z
        .number()
        .int()
        .min(1)
        .default(86_400)
        .describe("for so long after its first connection a destination is new"),
      settleSeconds: z
        .number()
        .int()
        .min(0)
        .default(3600)
        .describe("destinations that are seen so soon after the start are taken for old ones"),
    })
    .prefault({}),
  dnsTunnel: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(300),
      names: count.default(100).describe("different names below one domain that one program asked for"),
      entropy: z.number().min(0).max(8).default(3.2).describe("bits a character of their labels, at least"),
      length: count
        .default(30)
        .describe("characters of a name's labels below the domain on average, at least"),
    })
    .prefault({}),
  dnsSpoofing: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(10),
      answers: count.default(20).describe("answers that nobody asked for, or from nobody who was asked"),
    })
    .prefault({}),
  arpSpoofing: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(60),
      unsolicited: count.default(5).describe("answers for one address while this host was not asking"),
      addresses: count.default(3).describe("addresses that one MAC takes over from others"),
    })
    .prefault({}),
});

export type AttacksConfig = z.infer<typeof attacksConfigSchema>;
export type AttackResponse = z.infer<typeof attackResponseSchema>;
