import { z } from "zod";
import { parseAddress } from "../address/address-text.js";

const seconds = z.number().int().min(1).max(86_400);
const count = z.number().int().min(1).max(1_000_000);
const share = z.number().min(0).max(1);

/** What is done when a detector raises an alert. */
export const attackResponseSchema = z.enum(["log", "deny", "quarantine", "kill"]);

const FINISHED = "share of them that was finished, from 0 to 1, at most";
const WINDOW = "seconds over which the thresholds below count";

const common = {
  enabled: z.boolean().default(true).describe("whether this detector looks at all"),
  response: attackResponseSchema
    .default("log")
    .describe(
      "what is done beside the alert, unless dryRun: deny cuts the process tree off from the network for denyMinutes, quarantine until it is released, kill ends it",
    ),
  ignore: z.array(z.string()).default([]).describe("paths of executables that raise no such alert"),
};

/** Thresholds of the detectors, and what is done about their alerts. Every key has a default. */
export const attacksConfigSchema = z.strictObject({
  dryRun: z.boolean().default(true).describe("say what would be done, and do nothing but log"),
  denyMinutes: z
    .number()
    .min(0.01)
    .max(1440)
    .default(10)
    .describe("minutes for which the response deny cuts off"),
  repeatSeconds: seconds
    .default(600)
    .describe("seconds until the same alert is told again; until then it is counted"),
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
      windowSeconds: seconds.default(60).describe(WINDOW),
      ports: count.default(20).describe("ports of one host that did not answer, at least"),
      hosts: count.default(30).describe("hosts that did not answer at one port, at least"),
    })
    .prefault({}),
  portScanIn: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(60).describe(WINDOW),
      ports: count
        .default(15)
        .describe("ports without a listener, or denied, that one source tried, at least"),
    })
    .prefault({}),
  synFloodIn: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(10).describe(WINDOW),
      handshakes: count.default(200).describe("TCP handshakes begun at one listener, at least"),
      finished: share.default(0.3).describe(FINISHED),
    })
    .prefault({}),
  synFloodOut: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(10).describe(WINDOW),
      handshakes: count.default(200).describe("TCP handshakes begun by one process with one port, at least"),
      finished: share.default(0.2).describe(FINISHED),
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
        .describe("names of executables that are shells"),
    })
    .prefault({}),
  beaconing: z
    .strictObject({
      ...common,
      intervals: count.default(8).describe("intervals in a row that are alike, at least"),
      jitter: share
        .default(0.1)
        .describe("standard deviation of the intervals, as a share of their mean, at most"),
      minSeconds: seconds.default(10).describe("seconds of the mean interval, at least"),
      maxSeconds: seconds.default(7200).describe("seconds of the mean interval, at most"),
      newSeconds: z
        .number()
        .int()
        .min(1)
        .default(86_400)
        .describe("seconds for which a destination is new after its first connection"),
      settleSeconds: z
        .number()
        .int()
        .min(0)
        .default(3600)
        .describe("seconds after the start within which destinations are taken for old ones"),
    })
    .prefault({}),
  dnsTunnel: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(300).describe(WINDOW),
      names: count
        .default(100)
        .describe("different names below one domain that one program asked for, at least"),
      entropy: z
        .number()
        .min(0)
        .max(8)
        .default(3.2)
        .describe("Shannon entropy of their labels, in bits a character, at least"),
      length: count
        .default(30)
        .describe("characters of a name's labels below the domain on average, at least"),
    })
    .prefault({}),
  dnsSpoofing: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(10).describe(WINDOW),
      answers: count
        .default(20)
        .describe("answers that nobody asked for, or from nobody who was asked, at least"),
    })
    .prefault({}),
  arpSpoofing: z
    .strictObject({
      ...common,
      windowSeconds: seconds.default(60).describe(WINDOW),
      unsolicited: count
        .default(5)
        .describe("answers for one address while this host was not asking, at least"),
      addresses: count.default(3).describe("addresses that one MAC takes over from others, at least"),
    })
    .prefault({}),
});

export type AttacksConfig = z.infer<typeof attacksConfigSchema>;
export type AttackResponse = z.infer<typeof attackResponseSchema>;
