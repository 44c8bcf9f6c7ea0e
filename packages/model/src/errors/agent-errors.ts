/** The part of the error table that is about the agent and how it is asked. */
export const agentErrors = {
  RF_CONFIG: {
    meaning: "The agent's configuration has an error",
    remedy: "Correct it at the given place; docs/reference/agent-config.md lists every key",
  },
  RF_CONFIG_FILE: {
    meaning: "The agent's configuration file cannot be read",
    remedy: "Check its path and permissions, or name another one with --config",
  },
  RF_AGENT_ABSENT: {
    meaning: "No agent answers on its socket",
    remedy: "Start it (systemctl start ringfence-agent), or name its configuration with --config",
  },
  RF_AGENT_RUNS: {
    meaning: "Another agent runs already, with the same state or the same socket",
    remedy:
      "End the process that the message names first, or give this agent a state, pins and a socket of its own",
  },
  RF_AGENT_LOST: {
    meaning: "The agent closed the connection before it had answered",
    remedy: "Look into its log, and ask again: `ringfence status` shows what is in force",
  },
  RF_ACCESS: {
    meaning: "The caller may not ask this of the agent",
    remedy: "Ask as root; members of the group `socket.readers` may look and change nothing",
  },
  RF_REQUEST: {
    meaning: "A request on the agent's socket is malformed, too long, or one too many",
    remedy: "Send one JSON object with id, method and params on each line; the commands do",
  },
  RF_OCI_STATE: {
    meaning: "What `ringfence oci-hook` read on stdin is not the state of a container",
    remedy: "Let a container runtime call it, at the stage createRuntime",
  },
  RF_OCI_TIMEOUT: {
    meaning: "A new container was not under its policy in time; its network stays closed until it is",
    remedy: "Look into the agent's log, or wait for longer with `ringfence oci-hook --timeout`",
  },
  RF_POLICY_FOLDER: {
    meaning:
      "The folder of profiles cannot be read, or others than root may write in it; what was in force stays",
    remedy: "Make it, let root own it and every directory above it, or name another one in `profiles`",
  },
  RF_POLICY_LOCKOUT: {
    meaning: "The change would cut the connection of somebody who administers this host",
    remedy: "Allow that connection, or repeat the command with --force",
  },
  RF_POLICY_PENDING: {
    meaning: "A change waits to be confirmed, or none does",
    remedy: "Confirm it with `ringfence policy confirm`, or wait until it is taken back",
  },
  RF_POLICY_UNKNOWN: {
    meaning: "No profile of that name is in force",
    remedy: "`ringfence policy list` shows those that are",
  },
  RF_STATE: {
    meaning: "A file in the agent's state folder cannot be read or written",
    remedy: "Free some space, and check the folder and its permissions",
  },
} as const;
