/** The part of the error table that tells what is wrong, or doubtful, in a policy file. */
export const policyErrors = {
  RF_POLICY_ENCODING: {
    meaning: "The policy file is not valid UTF-8",
    remedy: "Save it as UTF-8",
  },
  RF_POLICY_TOO_LARGE: {
    meaning: "The policy file is larger than a policy may be",
    remedy: "Split it, or replace long lists by wider prefixes",
  },
  RF_POLICY_MORE_ERRORS: {
    meaning: "The policy file has more errors than are told at once",
    remedy: "Correct those that are told, and try again",
  },
  RF_POLICY_YAML: {
    meaning: "The policy file is not valid YAML",
    remedy: "Correct the syntax at the given place",
  },
  RF_POLICY_ALIAS: {
    meaning: "The policy uses a YAML alias, which can hide what a rule says and grow without bound",
    remedy: 'Write a name with a star in quotes, such as "*.example.com", and any other value out',
  },
  RF_POLICY_DUPLICATE_KEY: {
    meaning: "A YAML map holds the same key twice",
    remedy: "Remove one of the two, or merge their values into a list",
  },
  RF_POLICY_UNKNOWN_KEY: {
    meaning: "The language has no such key at this place",
    remedy: "Use one of the keys that the hint lists",
  },
  RF_POLICY_MISSING_KEY: {
    meaning: "A required key is missing",
    remedy: "Add it as the hint shows",
  },
  RF_POLICY_VERSION: {
    meaning: "The apiVersion or kind is not one that this version reads",
    remedy: "Write apiVersion: ringfence.dev/v1alpha1 and kind: SecurityProfile",
  },
  RF_POLICY_TYPE: {
    meaning: "A value has the wrong type, such as a list where a map belongs",
    remedy: "Write the type that the message asks for",
  },
  RF_POLICY_EMPTY: {
    meaning: "A list, a map or a value is empty; empty never means everything",
    remedy: "Fill it, or remove the key to leave it unconstrained",
  },
  RF_POLICY_VALUE: {
    meaning: "A value is not one of those that the key takes",
    remedy: "Use one of the values that the hint lists",
  },
  RF_POLICY_NAME: {
    meaning: "A profile or rule name holds characters that rule identities cannot carry",
    remedy: "Use letters, digits, dots, dashes and underscores, 63 at most",
  },
  RF_POLICY_DUPLICATE_NAME: {
    meaning: "Two profiles, or two rules of one profile, have the same name",
    remedy: "Rename one of them: verdicts name the rule that decided",
  },
  RF_POLICY_UNSUPPORTED: {
    meaning: "The language has this feature, but this version does not enforce it yet",
    remedy: "Remove it: Ringfence refuses what it cannot enforce",
  },
  RF_POLICY_RULE: {
    meaning: "A rule is not exactly one allow or one deny with at least one condition",
    remedy:
      "Write one of allow and deny, with process, to or from, ports or localPorts, or protocol below it",
  },
  RF_POLICY_DOMAIN: {
    meaning: "A name in a rule is none that DNS can have, or its star is not the whole first label",
    remedy: 'Write it like example.com, or "*.example.com" for what is below it',
  },
  RF_POLICY_DURATION: {
    meaning: "A time is not a number of seconds, minutes or hours, or too long",
    remedy: "Write it like 30s, 5m or 1h, up to 24h",
  },
  RF_POLICY_RESOLVER: {
    meaning: "A resolver is not the IP address of one host, or one of more than there is room for",
    remedy: "Write its address alone, without a port: 192.0.2.53; at most 16 in one run",
  },
  RF_POLICY_ADDRESS: {
    meaning: "A destination is neither an address, a CIDR, a name nor one of any, localhost and private",
    remedy: "Write it as the hint shows",
  },
  RF_POLICY_HOST_BITS: {
    meaning: "A CIDR has bits set beyond its prefix length",
    remedy: "Write the network address that the hint names, or a longer prefix",
  },
  RF_POLICY_PORT_RANGE: {
    meaning: "A port is over 65535, or a range ends before it starts",
    remedy: "Write ports from 0 to 65535, the lower one first",
  },
  RF_POLICY_PORT: {
    meaning: "A port is not a number, a range or a known service name",
    remedy: 'Write it like 443, "8000-9000", "53/udp" or https',
  },
  RF_POLICY_PROTOCOL: {
    meaning: "A protocol is unknown, or cannot go with the ports of its rule",
    remedy: "Write tcp, udp, sctp, icmp or any, and ports only with tcp, udp and sctp",
  },
  RF_POLICY_PATTERN: {
    meaning: "An executable pattern can never match a resolved path",
    remedy: "Write an absolute path; * stays within one component, ** crosses them",
  },
  RF_POLICY_COMM: {
    meaning: "A comm is longer than the kernel keeps",
    remedy: "Write its first 15 bytes: the kernel cuts names there",
  },
  RF_POLICY_ID: {
    meaning: "A uid or gid is not a number, a range or a name",
    remedy: 'Write it like 1000, "1000-1999" or www-data',
  },
  RF_POLICY_UNRESOLVED: {
    meaning: "A user, group or service name is unknown on this machine",
    remedy: "Write its number, or create it before the policy is loaded",
  },
  RF_POLICY_CGROUP: {
    meaning: "A cgroup is not a normalised absolute path of the cgroup v2 hierarchy",
    remedy: "Write it as /proc/PID/cgroup shows it after 0::",
  },
  RF_POLICY_UNIT: {
    meaning: "A unit is none that systemd gives a cgroup",
    remedy: "Write its whole name, such as nginx.service",
  },
  RF_POLICY_LIMIT: {
    meaning: "The policy is valid, but too large for the kernel tables",
    remedy: "Merge rules or patterns until it is below the limit in the message",
  },
  RF_POLICY_UNATTRIBUTED: {
    meaning: "A profile speaks of traffic without a process, and its subject is not the host as a whole",
    remedy: "Write subject: { host: true }, or remove unattributed",
  },
  RF_POLICY_DIRECTION_ABSENT: {
    meaning: "Warning: a profile says nothing about a direction, so that direction is allowed",
    remedy: "Write the direction with default: allow if that is meant",
  },
  RF_POLICY_SHADOWED: {
    meaning: "Warning: a rule can never decide, because a wider deny of its profile always wins",
    remedy: "Remove the rule, or narrow the deny",
  },
  RF_POLICY_REPEATED: {
    meaning: "Warning: a list has a name twice, in other letters, with a dot at its end, or in its IDNA form",
    remedy: "Remove one of them",
  },
  RF_IMPORT_LOST: {
    meaning: "Warning: a line of an imported file is not carried into the policy",
    remedy: "Do what the hint says instead, or live without it",
  },
  RF_IMPORT_DIFFERS: {
    meaning:
      "Warning: a line of an imported file is carried, and does not mean quite the same here, or what it seems to",
    remedy: "Read what differs, and change the policy if it matters",
  },
  RF_POLICY_NO_RESOLVER: {
    meaning: "Warning: rules list names, and no resolver is known whose answers could be believed",
    remedy: "Add dns: { resolvers: [...] } with their addresses; until then names match nothing",
  },
  RF_POLICY_NO_NAMES: {
    meaning: "Warning: a profile says how long names hold, and no rule of it lists one",
    remedy: "Remove names, or list names in `to`",
  },
  RF_POLICY_UNCHECKED: {
    meaning: "Warning: a profile has so many denies that not all rules were checked for being shadowed",
    remedy: "Merge denies that differ in ports or processes only; the verdicts are not affected",
  },
  RF_POLICY_IPV4_ONLY: {
    meaning: "Warning: a default deny with allow rules for IPv4 only refuses the same services over IPv6",
    remedy: "Add the IPv6 prefixes",
  },
} as const;
